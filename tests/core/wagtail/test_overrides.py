"""Admin views of Wagtail that the portal replaces: who gets an answer, and which one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.signing import Signer
from wagtail.models import GroupPagePermission, Page

pytestmark = pytest.mark.django_db

REPORTS = ["reports/site-history/", "reports/page-types-usage/", "localize/reports/translations/"]


@pytest.fixture
def pages():
    """Pages below two trees: `mine` may be edited and published by `editor`, `theirs` may not."""
    root = Page.get_first_root_node()
    trees = [root.add_child(instance=Page(title=name, slug=name)) for name in ("mine", "theirs")]
    return [tree.add_child(instance=Page(title=f"{tree.title} 1", slug="mot", live=False)) for tree in trees]


@pytest.fixture
def editor(django_user_model, pages):
    group = Group.objects.create(name="Editors of mine")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for codename in ("add_page", "change_page", "publish_page"):
        permission = Permission.objects.get(codename=codename)
        GroupPagePermission.objects.create(group=group, page=pages[0].get_parent(), permission=permission)
    user = django_user_model.objects.create_user("editor")
    user.groups.add(group)
    return user


class TestChosenPages:
    ADDRESS = "/quan-tri/choose-page/chosen-multiple/"

    def test_titles_of_visible_pages_are_returned(self, client, editor, pages):
        client.force_login(editor)
        answer = client.get(self.ADDRESS, {"id": pages[0].pk})
        assert answer.status_code == 200
        assert "mine 1" in answer.text

    def test_anonymous_users_are_sent_to_the_sign_in(self, client):
        answer = client.get(self.ADDRESS)
        assert answer.status_code == 302
        assert answer.url.startswith("/tai-khoan/dang-nhap/")

    def test_one_invisible_page_among_them_is_a_404(self, client, editor, pages):
        client.force_login(editor)
        assert client.get(self.ADDRESS, {"id": [page.pk for page in pages]}).status_code == 404


class TestSignOut:
    ADDRESS = "/quan-tri/logout/"

    def test_a_link_signs_nobody_out(self, client, editor):
        client.force_login(editor)
        answer = client.get(self.ADDRESS)
        assert answer.status_code == 405
        assert not answer.cookies
        assert client.get("/quan-tri/").status_code == 200

    def test_the_button_signs_out(self, client, editor):
        client.force_login(editor)
        assert client.post(self.ADDRESS).status_code == 302
        assert client.get("/quan-tri/").status_code == 302


class TestBulkActions:
    def test_anonymous_users_are_sent_to_the_sign_in(self, client, pages):
        answer = client.get(f"/quan-tri/bulk/wagtailcore/page/publish/?id={pages[0].pk}")
        assert answer.status_code == 302
        assert answer.url.startswith("/tai-khoan/dang-nhap/")

    def test_pages_of_the_own_tree_are_published(self, client, editor, pages):
        client.force_login(editor)
        address = f"/quan-tri/bulk/wagtailcore/page/publish/?id={pages[0].pk}"
        assert client.get(address).status_code == 200
        client.post(address)
        pages[0].refresh_from_db()
        assert pages[0].live

    def test_one_page_of_another_tree_among_them_is_a_404(self, client, editor, pages):
        client.force_login(editor)
        ids = "&".join(f"id={page.pk}" for page in pages)
        address = f"/quan-tri/bulk/wagtailcore/page/publish/?{ids}"
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404
        assert not Page.objects.filter(pk__in=[page.pk for page in pages], live=True).exists()

    @pytest.mark.parametrize("key", ["abc", "", "²"])
    def test_something_else_than_a_key_is_a_404(self, client, editor, pages, key):
        client.force_login(editor)
        address = f"/quan-tri/bulk/wagtailcore/page/publish/?id={pages[0].pk}&id={key}"
        assert client.get(address).status_code == 404

    def test_all_pages_below_one_are_chosen_with_a_word(self, admin_client, pages):
        address = f"/quan-tri/bulk/wagtailcore/page/publish/?id=all&childOf={pages[0].get_parent().pk}"
        assert "mine 1" in admin_client.get(address).text


class TestCopy:
    def test_only_people_of_the_admin_get_an_answer(self, client, django_user_model, pages):
        address = f"/quan-tri/pages/{pages[0].pk}/copy/"
        assert client.get(address).url.startswith("/tai-khoan/dang-nhap/")
        client.force_login(django_user_model.objects.create_user("citizen"))
        assert client.get(address).status_code in {302, 403}
        assert "slug" not in client.get(address, follow=True).text


class TestMove:
    def test_title_of_a_foreign_page_is_not_shown_before_the_permission_is_checked(
        self, client, editor, pages
    ):
        client.force_login(editor)
        mine, theirs = pages
        page = client.get(f"/quan-tri/pages/{mine.pk}/move/{theirs.pk}/confirm/", follow=True)
        assert "theirs 1" not in page.text
        below = mine.add_sibling(instance=Page(title="mine 2", slug="hai"))
        assert "mine 2" in client.get(f"/quan-tri/pages/{mine.pk}/move/{below.pk}/confirm/").text


class TestExternalLink:
    ADDRESS = "/quan-tri/choose-external-link/"

    def test_form_without_its_field_is_refused(self, client, editor):
        client.force_login(editor)
        assert client.get(self.ADDRESS).status_code == 200
        assert client.post(self.ADDRESS, {}).status_code == 400
        sent = {"external-link-chooser-url": "https://example.vn/", "external-link-chooser-link_text": "Xem"}
        assert client.post(self.ADDRESS, sent).json()["step"] == "external_link_chosen"

    def test_anonymous_users_are_sent_to_the_sign_in(self, client):
        assert client.get(self.ADDRESS).url.startswith("/tai-khoan/dang-nhap/")


class TestImportOfRedirects:
    ADDRESS = "/quan-tri/redirects/import/process/"

    def test_anonymous_users_are_sent_to_the_sign_in(self, client):
        assert client.post(self.ADDRESS, {}).url.startswith("/tai-khoan/dang-nhap/")

    @pytest.mark.parametrize("missing", ["import_file_name", "input_format"])
    def test_names_that_were_not_signed_by_the_step_before_are_refused(self, admin_client, missing):
        sent = {name: Signer().sign("0") for name in ("import_file_name", "input_format")}
        assert admin_client.post(self.ADDRESS, sent | {missing: "/etc/passwd"}).status_code == 400


class TestCreationInAChooser:
    def test_a_model_whose_chooser_has_a_form_is_created(self, admin_client):
        address = "/quan-tri/snippets/choose/procedures/publicationdecision/create/"
        assert admin_client.get(address).json()["step"] == "reshow_creation_form"

    def test_a_model_whose_chooser_has_no_form_is_a_404(self, admin_client):
        assert admin_client.get("/quan-tri/snippets/choose/home/menuitem/create/").status_code == 404
        assert admin_client.get("/quan-tri/snippets/choose/home/nothing/create/").status_code == 404


# wagtail-localize lists translations without an order, so that Django's paginator warns.
@pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning")
@pytest.mark.parametrize("report", REPORTS)
class TestReports:
    def test_results_address_returns_the_table_only(self, admin_client, report):
        page = admin_client.get(f"/quan-tri/{report}")
        table = admin_client.get(f"/quan-tri/{report}results/")
        assert page.status_code == table.status_code == 200
        assert "<html" in page.text
        assert "<html" not in table.text

    def test_only_the_page_history_answers_editors(self, client, editor, report):
        client.force_login(editor)
        expected = 200 if report == "reports/site-history/" else 404
        for address in (f"/quan-tri/{report}", f"/quan-tri/{report}results/"):
            assert client.get(address).status_code == expected
