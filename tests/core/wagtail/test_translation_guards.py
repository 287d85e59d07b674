"""Translations respect agency isolation."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from wagtail.models import GroupPagePermission, Locale, Page
from wagtail_localize.models import Translation, TranslationSource

from accounts.models import Agency
from accounts.services import grant
from core.wagtail.translation_guards import may_translate, may_update
from home.models import AgencyIndexPage, NewsIndexPage
from procedures.services.versions import publish
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.home import factories
from tests.procedures.factories import make_page, make_section
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def province(django_user_model):
    """Two agencies with a tree in each language; an editor with all permissions in the trees of A."""

    class Province:
        vi, _made = Locale.objects.get_or_create(language_code="vi")
        en, _made_too = Locale.objects.get_or_create(language_code="en")

    root = Page.get_first_root_node()
    group = Group.objects.create(name="A")
    for code in ("a", "b"):
        source = root.add_child(instance=Page(title=code, slug=f"{code}-vi", locale=Province.vi))
        target = source.copy_for_translation(Province.en)
        target.save_revision().publish()
        page = source.add_child(instance=Page(title=f"{code} 1", slug="mot", locale=Province.vi))
        setattr(Province, code, page)
        setattr(Province, f"{code}_trees", (source, target))
    for tree in Province.a_trees:
        for right in Permission.objects.filter(codename__in=["add_page", "change_page", "publish_page"]):
            GroupPagePermission.objects.create(group=group, page=tree, permission=right)
    group.permissions.set(Permission.objects.filter(codename__in=["access_admin", "submit_translation"]))
    Province.editor = django_user_model.objects.create_user("bien-tap-a")
    Province.editor.groups.add(group)
    Province.group = group
    return Province


def test_only_the_own_tree_may_be_translated(province):
    assert may_translate(province.editor, province.a, province.en)
    assert not may_translate(province.editor, province.b, province.en)


def test_the_first_translation_of_a_language_needs_the_source_only(province):
    GroupPagePermission.objects.filter(page=province.a_trees[1]).delete()
    assert may_translate(province.editor, province.a, province.en)
    third = Locale.objects.create(language_code="fr")
    assert may_translate(province.editor, province.a_trees[0], third)


@pytest.mark.parametrize("permission", ["change_page", "publish_page"])
def test_a_new_translation_requires_to_edit_and_to_publish_the_source(
    province, permission, django_user_model
):
    GroupPagePermission.objects.filter(permission__codename=permission).delete()
    editor = django_user_model.objects.get(pk=province.editor.pk)
    assert not may_translate(editor, province.a, province.en)


def test_an_alias_may_become_a_translation(province):
    GroupPagePermission.objects.filter(page=province.a_trees[1]).delete()
    province.a.copy_for_translation(province.en, alias=True)
    assert may_translate(province.editor, province.a, province.en)


def test_an_existing_translation_requires_publish_permission(province, django_user_model):
    """Permission to edit the source in its own language does not extend to its translation."""
    province.b.copy_for_translation(province.en).save_revision().publish()
    source, _created = TranslationSource.get_or_create_from_instance(province.b)
    assert not may_update(province.editor, source.get_source_instance())
    for tree, permission, expected in (
        (province.b_trees[0], "change_page", False),
        (province.b_trees[0], "publish_page", False),
        (province.b_trees[1], "change_page", False),
        (province.b_trees[1], "publish_page", True),
    ):
        GroupPagePermission.objects.create(
            group=province.group, page=tree, permission=Permission.objects.get(codename=permission)
        )
        editor = django_user_model.objects.get(pk=province.editor.pk)  # permissions are cached per instance
        assert may_translate(editor, province.b, province.en) is expected, (tree, permission)
        assert may_update(editor, source.get_source_instance()) is expected, (tree, permission)


def test_the_submit_view_translates_nothing_of_another_agency(client, province):
    client.force_login(province.editor)
    address = f"/quan-tri/localize/submit/page/{province.b.pk}/"
    assert client.get(address).status_code == 302
    client.post(address, {"locales": [province.en.pk]})
    assert province.b.get_translation_or_none(province.en) is None
    assert client.get(f"/quan-tri/localize/submit/page/{province.a.pk}/").status_code == 200
    client.post(f"/quan-tri/localize/submit/page/{province.a.pk}/", {"locales": [province.en.pk]})
    assert province.a.get_translation_or_none(province.en) is not None


def test_the_update_view_publishes_nothing_of_another_agency(client, province):
    english = province.b.copy_for_translation(province.en)
    english.save_revision()
    english.refresh_from_db()
    was_live = english.live
    source, _created = TranslationSource.get_or_create_from_instance(province.b)
    client.force_login(province.editor)
    address = f"/quan-tri/localize/update/{source.pk}/"
    assert client.get(address).status_code == 302
    client.post(address, {"publish_translations": "on"})
    english.refresh_from_db()
    assert english.live == was_live
    own, _created = TranslationSource.get_or_create_from_instance(province.a)
    assert client.get(f"/quan-tri/localize/update/{own.pk}/").status_code == 200


def test_live_status_is_not_copied():
    assert settings.WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE is False


class TestDoors:
    """The two views of wagtail-localize with any input."""

    def submit(self, page) -> str:
        return f"/quan-tri/localize/submit/page/{page.pk}/"

    def test_a_visitor_is_redirected_to_the_sign_in_page(self, client, province):
        for address in (self.submit(province.a), "/quan-tri/localize/update/1/"):
            client.post(address, {"locales": [province.en.pk]})
        assert province.a.get_translation_or_none(province.en) is None

    def test_an_unknown_page_is_404(self, client, province):
        client.force_login(province.editor)
        assert client.get("/quan-tri/localize/submit/page/999999/").status_code == 404
        assert client.get("/quan-tri/localize/update/999999/").status_code == 404

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"locales": ["x"]},
            {"locales": ["²"]},
            {"locales": ["9" * 400]},
            {"locales": [""], "select_all": "on"},
        ],
    )
    def test_unknown_locales_grant_nothing(self, client, province, sent):
        client.force_login(province.editor)
        client.post(self.submit(province.b), sent)
        assert province.b.get_translation_or_none(province.en) is None

    def test_select_all_requires_permission_in_each_language(self, client, province):
        third = Locale.objects.create(language_code="fr")
        province.a.copy_for_translation(third, copy_parents=True)
        assert may_translate(province.editor, province.a, province.en)
        assert not may_translate(province.editor, province.a, third)
        client.force_login(province.editor)
        client.post(self.submit(province.a), {"locales": [province.en.pk], "select_all": "on"})
        assert province.a.get_translation_or_none(province.en) is None

    def test_only_the_chosen_languages_need_permission(self, client, province):
        third = Locale.objects.create(language_code="fr")
        # The only translation in the third language belongs to nobody's tree.
        province.a.copy_for_translation(third, copy_parents=True)
        client.force_login(province.editor)
        client.post(self.submit(province.a), {"locales": [province.en.pk, third.pk]})
        assert province.a.get_translation_or_none(province.en) is None
        client.post(self.submit(province.a), {"locales": [province.en.pk]})
        assert province.a.get_translation_or_none(province.en) is not None

    def test_the_subtree_is_translated_in_the_own_tree_only(self, client, province):
        below = province.a.add_child(instance=Page(title="Dưới", slug="duoi", locale=province.vi))
        client.force_login(province.editor)
        client.post(self.submit(province.b), {"locales": [province.en.pk], "include_subtree": "on"})
        assert not Page.objects.filter(locale=province.en, slug__startswith="mot").exists()
        client.post(self.submit(province.a), {"locales": [province.en.pk], "include_subtree": "on"})
        assert below.get_translation_or_none(province.en) is not None

    def test_a_reader_without_the_permission_to_submit_cannot(self, client, province):
        province.group.permissions.remove(Permission.objects.get(codename="submit_translation"))
        client.force_login(province.editor)
        client.post(self.submit(province.a), {"locales": [province.en.pk]})
        assert province.a.get_translation_or_none(province.en) is None

    def test_an_unpublished_source_leaves_its_translation_unchanged(self, province):
        english = province.a.copy_for_translation(province.en)
        english.save_revision().publish()
        province.a.save_revision().publish()
        province.a.refresh_from_db()
        province.a.unpublish()
        english.refresh_from_db()
        assert english.live


def test_a_superuser_may_translate_everything(province, django_user_model):
    chief = django_user_model.objects.create_superuser("chief")
    assert may_translate(chief, province.a, province.en)
    assert may_translate(chief, province.b, province.en)


def test_other_models_require_the_change_permission(province, django_user_model):
    from core.models import Holiday  # noqa: PLC0415

    row = Holiday(date="2026-03-03", name="Nghỉ")
    assert not may_update(province.editor, row)
    assert may_update(django_user_model.objects.create_superuser("chief"), row)


class TestRoles:
    """Each role translates the pages that it manages, from the start to what an English reader sees."""

    @pytest.fixture
    def committee(self) -> Agency:
        factories.front_page()
        return AgencyFactory(kind=Agency.Kind.PROVINCE)

    @pytest.fixture
    def english(self, committee) -> Locale:
        return Locale.objects.get(language_code="en")  # the new site has both languages

    def member(self, agency: Agency, role: str) -> Client:
        user = UserFactory()
        grant(user=user, agency=agency, role=role)
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    def start(self, client: Client, page: Page, locale: Locale) -> Page | None:
        """Submit the form that the button "Dịch" opens; return the English page."""
        address = f"/quan-tri/localize/submit/page/{page.pk}/"
        assert (client.get(address).status_code == 200) is bool(
            client.post(address, {"locales": [locale.pk]}).get("Location", "").endswith("/edit/")
        )
        return Page.objects.filter(translation_key=page.translation_key, locale=locale, alias_of=None).first()

    def write(self, client: Client, page: Page, texts: dict[str, str]) -> None:
        """Translate the texts (by path) as the editor of wagtail-localize does."""
        translation = Translation.objects.get(source__object_id=page.translation_key)
        segments = {segment.context.path: segment for segment in translation.source.stringsegment_set.all()}
        for path, text in texts.items():
            address = f"/quan-tri/localize/translate/{translation.pk}/strings/{segments[path].pk}/edit/"
            sent = encode_multipart(BOUNDARY, {"value": text})
            assert client.put(address, sent, content_type=MULTIPART_CONTENT).status_code == 201, path

    def test_communications_staff_translate_the_front_page(
        self, committee, english, django_capture_on_commit_callbacks
    ):
        client, home = self.member(committee, "communication"), factories.front_page()
        page = self.start(client, home, english)
        edit = f"/quan-tri/pages/{page.pk}/edit/"
        assert client.get(edit).status_code == 200
        self.write(client, home, {"title": "Home", "question": "What do you need to do?"})
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(edit, {"action": "publish"}).status_code == 302
        html = Client().get("/en/").content.decode()
        assert "What do you need to do?" in html
        assert "Vietnamese original" not in html

    @pytest.mark.parametrize("model", [AgencyIndexPage, NewsIndexPage])
    def test_communications_staff_translate_the_lists(self, committee, english, model):
        client = self.member(committee, "communication")
        page = self.start(client, model.objects.get(), english)
        assert client.get(f"/quan-tri/pages/{page.pk}/edit/").status_code == 200

    def test_editors_translate_the_site_of_their_agency(self, committee, english):
        mine, other = AgencyFactory(parent=committee), AgencyFactory(parent=committee)
        site, foreign = factories.agency_site(mine), factories.agency_site(other)
        client = self.member(mine, "editor")
        page = self.start(client, site, english)
        assert client.get(f"/quan-tri/pages/{page.pk}/edit/").status_code == 200
        assert self.start(client, foreign, english) is None
        assert self.start(client, factories.front_page(), english) is None

    def test_controllers_translate_the_procedures_of_their_scope(self, committee, english):
        mine, other = AgencyFactory(parent=committee), AgencyFactory(parent=committee)
        page, foreign = make_page(make_section(mine)), make_page(make_section(other))
        for procedure in (page, foreign):
            publish(page=procedure, decision=None)
        client = self.member(mine, "controller")
        translated = self.start(client, page, english)
        edit = f"/quan-tri/pages/{translated.pk}/edit/"
        form = fields_of(client.get(edit).content.decode())
        assert not {"procedure", "decision", "level_commune", "service_level"} & form.keys()
        form |= {"title": "Marriage registration", "slug": "marriage", "action-publish": "1"}
        answer = client.post(edit, form)
        assert answer.status_code == 302, answer.context["form"].errors
        translated.refresh_from_db()
        html = Client().get(translated.url).content.decode()
        assert ">Marriage registration</h1>" in html
        assert page.specific.procedure.versions.count() == 1
        assert self.start(client, foreign, english) is None

    def test_operators_and_officers_translate_nothing(self, committee, english):
        for role in ("operator", "receiver"):
            assert self.start(self.member(committee, role), factories.front_page(), english) is None, role
