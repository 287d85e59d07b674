"""The walls of agencies hold for translations, too."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, Locale, Page
from wagtail_localize.models import TranslationSource

from core.localize import may_translate, may_update

pytestmark = pytest.mark.django_db


@pytest.fixture
def province(django_user_model):
    """Two agencies with a tree in each language; an editor with all rights in the trees of A."""

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


def test_the_own_tree_may_be_translated_and_no_other(province):
    assert may_translate(province.editor, province.a, province.en)
    assert not may_translate(province.editor, province.b, province.en)


def test_a_right_in_one_language_is_none_in_the_other(province):
    GroupPagePermission.objects.filter(page=province.a_trees[1]).delete()
    assert not may_translate(province.editor, province.a, province.en)


def test_an_existing_translation_must_be_theirs_to_publish(province):
    province.b.copy_for_translation(province.en).save_revision().publish()
    source, _created = TranslationSource.get_or_create_from_instance(province.b)
    assert not may_update(province.editor, source.get_source_instance())
    GroupPagePermission.objects.create(
        group=province.group,
        page=province.b_trees[0],
        permission=Permission.objects.get(codename="change_page"),
    )
    assert not may_translate(province.editor, province.b, province.en)


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


def test_live_status_is_not_carried_over():
    assert settings.WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE is False


class TestDoors:
    """The two views of wagtail-localize, whatever is sent to them."""

    def submit(self, page) -> str:
        return f"/quan-tri/localize/submit/page/{page.pk}/"

    def test_a_stranger_is_sent_to_the_door_and_nothing_happens(self, client, province):
        for address in (self.submit(province.a), "/quan-tri/localize/update/1/"):
            client.post(address, {"locales": [province.en.pk]})
        assert province.a.get_translation_or_none(province.en) is None

    def test_a_page_that_is_not_there_is_missing(self, client, province):
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
    def test_strange_locales_open_no_other_tree(self, client, province, sent):
        client.force_login(province.editor)
        client.post(self.submit(province.b), sent)
        assert province.b.get_translation_or_none(province.en) is None

    def test_all_languages_at_once_need_the_right_in_each(self, client, province):
        """Without a translated ancestor in a language nobody may begin one there, whatever else is chosen."""
        third = Locale.objects.create(language_code="fr")
        assert may_translate(province.editor, province.a, province.en)
        assert not may_translate(province.editor, province.a, third)
        client.force_login(province.editor)
        client.post(self.submit(province.a), {"locales": [province.en.pk], "select_all": "on"})
        assert province.a.get_translation_or_none(province.en) is None

    def test_the_subtree_goes_along_in_the_own_tree_only(self, client, province):
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

    def test_an_unpublished_source_leaves_its_translation_as_it_is(self, province):
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


def test_what_is_no_page_needs_the_right_to_change_it(province, django_user_model):
    from core.models import Holiday  # noqa: PLC0415

    row = Holiday(date="2026-03-03", name="Nghỉ")
    assert not may_update(province.editor, row)
    assert may_update(django_user_model.objects.create_superuser("chief"), row)
