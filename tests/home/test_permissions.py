"""Who maintains which pages of the public site: each role in its agency, and pages of the whole province."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, GroupPagePermission, Page, Workflow

from accounts.models import Agency, Membership, User
from accounts.services import grant
from accounts.services.groups import refresh_groups
from accounts.tasks import sync_groups
from home.models import (
    AgencyIndexPage,
    AgencySitePage,
    HomePage,
    InformationPage,
    MenuItem,
    NewsIndexPage,
    NewsPage,
)
from procedures.models import ProcedureCataloguePage
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.home import factories
from tests.procedures.factories import make_page, make_section
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def province() -> Agency:
    factories.front_page()
    return AgencyFactory(name="UBND tỉnh Thử", kind=Agency.Kind.PROVINCE)


@pytest.fixture
def department(province: Agency) -> Agency:
    return AgencyFactory(name="Sở Thử", parent=province)


def member(agency: Agency, role: str) -> User:
    user = UserFactory()
    grant(user=user, agency=agency, role=role)
    return User.objects.get(pk=user.pk)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def rights(page: Page, user: User) -> Any:
    """Return ``user`` with fresh permissions, not those cached on the account."""
    return page.permissions_for_user(User.objects.get(pk=user.pk))


ACTIONS = ("edit", "publish", "add_subpage", "unpublish", "delete", "move", "set_view_restrictions")


def actions(page: Page, user: User) -> set[str]:
    """Return the names of what ``user`` may do with ``page``."""
    allowed = rights(page, user)
    return {name for name in ACTIONS if getattr(allowed, f"can_{name}")()}


def submit(client: Client, address: str, **fields: Any) -> Any:
    """Submit the form at ``address`` as a browser would, with ``fields`` changed, to publish."""
    form = fields_of(client.get(address).text)
    return client.post(
        address, {**form, "body-count": 0, "life_events-count": 0, **fields, "action-publish": "1"}
    )


class TestNewAgencySite:
    def test_editors_of_the_agency_maintain_it_at_once(self, department):
        editor = member(department, Role.EDITOR)
        site = factories.agency_site(department)
        assert rights(site, editor).can_publish()
        assert rights(site, editor).can_add_subpage()

    def test_site_given_to_another_agency_changes_hands(self, department, province):
        other = AgencyFactory(parent=province)
        editor, next_editor = member(department, Role.EDITOR), member(other, Role.EDITOR)
        site = factories.agency_site(department)
        site.agency = other
        site.save()
        assert not rights(site, editor).can_edit()
        assert rights(site, next_editor).can_edit()

    def test_operator_adds_the_site_of_an_agency_below(self, department, province):
        operator = member(province, Role.OPERATOR)
        client, index = browser(operator), AgencyIndexPage.objects.get()
        address = reverse("wagtailadmin_pages:add", args=["home", "agencysitepage", index.pk])
        answer = submit(client, address, title="Sở Thử", slug="so-thu", agency=department.pk)
        assert answer.status_code == 302, answer.context["form"].errors
        site = AgencySitePage.objects.get(agency=department)
        assert site.live
        assert rights(site, operator).can_edit()
        assert rights(site, member(department, Role.EDITOR)).can_add_subpage()

    def test_operator_of_an_agency_adds_no_site_for_another(self, department, province):
        other = AgencyFactory(parent=province)
        client, index = browser(member(department, Role.OPERATOR)), AgencyIndexPage.objects.get()
        address = reverse("wagtailadmin_pages:add", args=["home", "agencysitepage", index.pk])
        answer = submit(client, address, title="Sở Khác", slug="so-khac", agency=other.pk)
        assert "agency" in answer.context["form"].errors
        assert not AgencySitePage.objects.exists()

    def test_operator_corrects_the_site_but_writes_no_news_for_it(self, department, province):
        operator = member(province, Role.OPERATOR)
        site = factories.agency_site(department)
        news = factories.published(site, NewsPage(title="Tin", agency=department))
        assert rights(site, operator).can_publish()
        assert not rights(site, operator).can_add_subpage()
        for page in (news, NewsIndexPage.objects.get(), HomePage.objects.get()):
            assert not actions(page, operator), page
        add = reverse("wagtailadmin_pages:add", args=["home", "newspage", site.pk])
        assert browser(operator).get(add).status_code in {302, 403, 404}

    def test_operator_sees_no_drafts_of_a_sibling_agency(self, department, province):
        other = AgencyFactory(parent=province)
        site = factories.agency_site(other)
        public = factories.published(site, NewsPage(title="Tin công khai", agency=other))
        draft = site.add_child(instance=NewsPage(title="Tin nháp", agency=other, live=False))
        client = browser(member(department, Role.OPERATOR))
        for address in (f"{site.pk}/", f"{site.pk}/results/", f"{site.pk}/?q=nháp", f"{public.pk}/"):
            assert "Tin nháp" not in client.get(f"/quan-tri/pages/{address}").text
        assert client.get(f"/quan-tri/pages/{draft.pk}/").status_code == 404

    def test_operator_reaches_no_site_of_a_sibling_agency(self, department, province):
        site = factories.agency_site(AgencyFactory(parent=province))
        assert not rights(site, member(department, Role.OPERATOR)).can_edit()


class TestCommunications:
    def test_staff_of_the_province_change_the_front_page(self, province):
        client, home = browser(member(province, Role.COMMUNICATION)), HomePage.objects.get()
        address = reverse("wagtailadmin_pages:edit", args=[home.pk])
        answer = submit(client, address, question="Hôm nay bạn cần gì?")
        assert answer.status_code == 302, answer.context["form"].errors
        assert "Hôm nay bạn cần gì?" in Client().get("/").text

    def test_staff_of_the_province_write_information_pages(self, province):
        staff = member(province, Role.COMMUNICATION)
        contact, home = factories.information("Liên hệ"), HomePage.objects.get()
        assert rights(contact, staff).can_publish()
        address = reverse("wagtailadmin_pages:add", args=["home", "informationpage", home.pk])
        answer = submit(browser(staff), address, title="Quyền riêng tư", slug="quyen-rieng-tu")
        assert answer.status_code == 302, answer.context["form"].errors
        page = InformationPage.objects.get(slug="quyen-rieng-tu")
        assert rights(page, member(province, Role.COMMUNICATION)).can_edit(), "not only for its author"

    def test_the_front_page_gives_no_access_to_pages_of_others(self, province, department):
        staff = member(province, Role.COMMUNICATION)
        site = factories.agency_site(department)
        news = factories.published(site, NewsPage(title="Tin", agency=department))
        information = factories.published(site, InformationPage(title="Của sở"))
        procedure = make_page(make_section(department))
        for page in (site, news, information, procedure, ProcedureCataloguePage.objects.get()):
            assert not actions(page, staff), page

    def test_information_page_moved_to_an_agency_goes_to_its_editors(self, province, department):
        staff, editor = member(province, Role.COMMUNICATION), member(department, Role.EDITOR)
        page, site = factories.information("Giờ làm việc"), factories.agency_site(department)
        page.move(site, pos="last-child")
        page = InformationPage.objects.get(pk=page.pk)
        assert not rights(page, staff).can_edit()
        assert rights(page, editor).can_edit()

    def test_front_page_and_lists_stay_public(self, province):
        staff = member(province, Role.COMMUNICATION)
        for page in (HomePage.objects.get(), NewsIndexPage.objects.get()):
            assert actions(page, staff) == {"edit", "publish", "add_subpage"}

    def test_staff_of_the_province_change_menus_and_redirects(self, province):
        client = browser(member(province, Role.COMMUNICATION))
        row = MenuItem.objects.first()
        address = reverse("wagtailsnippets_home_menuitem:edit", args=[row.pk])
        client.post(address, {**fields_of(client.get(address).text), "label": "Mới"})
        row.refresh_from_db()
        assert row.label == "Mới"
        add = reverse("wagtailredirects:add")
        page = NewsIndexPage.objects.get().pk
        client.post(add, {"old_path": "/tin/", "is_permanent": "on", "redirect_page": page})
        assert Redirect.objects.filter(old_path="/tin").exists()

    def test_staff_of_an_agency_change_nothing_of_the_province(self, province, department):
        staff = member(department, Role.COMMUNICATION)
        client, information = browser(staff), factories.information("Liên hệ")
        for page in (HomePage.objects.get(), information, NewsIndexPage.objects.get()):
            assert not rights(page, staff).can_edit()
        row = MenuItem.objects.first()
        for address in (
            reverse("wagtailsnippets_home_menuitem:edit", args=[row.pk]),
            reverse("wagtailsnippets_home_menuitem:add"),
            reverse("wagtailredirects:index"),
            reverse("wagtailredirects:add"),
        ):
            assert client.get(address).status_code in {302, 403, 404}, address


class TestOperators:
    def test_operator_of_the_province_maintains_collections_and_workflows(self, province):
        client = browser(member(province, Role.OPERATOR))
        client.post(reverse("wagtailadmin_collections:add"), {"name": "Ảnh của sở", "parent": 1})
        assert Collection.objects.filter(name="Ảnh của sở").exists()
        workflow = Workflow.objects.first()
        for address in (
            reverse("wagtailadmin_workflows:index"),
            reverse("wagtailadmin_workflows:edit", args=[workflow.pk]),
            reverse("wagtailadmin_workflows:add"),
            reverse("wagtailadmin_workflows:task_index"),
        ):
            assert client.get(address).status_code == 200, address

    def test_operator_of_an_agency_maintains_neither(self, department):
        client = browser(member(department, Role.OPERATOR))
        for name in ("wagtailadmin_collections:index", "wagtailadmin_workflows:index"):
            assert client.get(reverse(name)).status_code in {302, 403, 404}, name


class TestExplorer:
    """The pages below a page that a user may edit can belong to others; then even titles of drafts are hidden."""

    @pytest.fixture
    def draft(self, department: Agency) -> NewsPage:
        site = factories.agency_site(department)
        draft: NewsPage = site.add_child(instance=NewsPage(title="Bí mật tám", agency=department, live=False))
        return draft

    @pytest.mark.parametrize("role", [Role.COMMUNICATION, Role.CONTROLLER, Role.OPERATOR, Role.EDITOR])
    def test_drafts_of_another_agency_are_not_listed(self, province, draft, role):
        client, site = browser(member(province, role)), draft.get_parent()
        for address in (
            reverse("wagtailadmin_explore", args=[site.pk]),
            reverse("wagtailadmin_explore_results", args=[site.pk]),
            reverse("wagtailadmin_choose_page_child", args=[site.pk]),
            reverse("wagtailadmin_explore", args=[site.get_parent().pk]),
            reverse("wagtailadmin_pages:search") + "?q=mat",
            reverse("wagtailadmin_home"),
        ):
            assert "Bí mật tám" not in client.get(address, follow=True).text, address

    @pytest.mark.parametrize("role", [Role.COMMUNICATION, Role.CONTROLLER, Role.OPERATOR, Role.EDITOR])
    def test_addresses_below_a_draft_of_another_agency_are_missing(self, province, draft, role):
        client = browser(member(province, role))
        for name in (
            "wagtailadmin_explore",
            "wagtailadmin_explore_results",
            "wagtailadmin_choose_page_child",
        ):
            assert client.get(reverse(name, args=[draft.pk])).status_code == 404, name

    def test_own_drafts_and_the_way_to_them_are_listed(self, department, draft):
        client = browser(member(department, Role.EDITOR))
        site = draft.get_parent()
        assert "Bí mật tám" in client.get(reverse("wagtailadmin_explore", args=[site.pk])).text
        assert client.get(reverse("wagtailadmin_choose_page_child", args=[draft.pk])).status_code == 200
        site.get_parent().specific.unpublish()
        client = browser(member(AgencyFactory(kind=Agency.Kind.PROVINCE), Role.COMMUNICATION))
        assert (
            client.get(reverse("wagtailadmin_explore", args=[HomePage.objects.get().pk])).status_code == 200
        )

    def test_the_way_to_own_pages_is_open_below_an_unpublished_list(self, department):
        first, second = factories.agency_site(department), factories.information("Của tỉnh")
        index = first.get_parent()
        index.specific.unpublish()
        operator = member(department, Role.OPERATOR)
        grant(user=operator, agency=department, role=Role.EDITOR)
        client = browser(User.objects.get(pk=operator.pk))
        assert client.get(reverse("wagtailadmin_explore", args=[index.pk])).status_code == 200
        assert not rights(second, operator).can_edit()


def test_people_who_may_publish_a_page_are_found_by_its_own_permissions(province, department):
    from wagtail.permissions import page_permission_policy as policy  # noqa: PLC0415

    site = factories.agency_site(department)
    news = factories.published(site, NewsPage(title="Tin", agency=department))
    editor, operator, staff = (
        member(department, Role.EDITOR), member(province, Role.OPERATOR), member(province, Role.COMMUNICATION),
    )  # fmt: skip

    def publishers(page: Page) -> set[User]:
        return set(policy.users_with_permission_for_instance("publish", page, include_superusers=False))

    assert publishers(news) == {editor}
    assert publishers(site) == {editor, operator}
    assert publishers(HomePage.objects.get()) == {staff}
    assert policy.user_has_permission_for_instance(operator, "change", site)
    assert not policy.user_has_permission_for_instance(operator, "change", news)
    assert set(policy.instances_user_has_permission_for(operator, "change")) == {site.page_ptr}


def test_author_may_change_a_page_with_only_the_permission_to_add(province, department):
    from wagtail.permissions import page_permission_policy as policy  # noqa: PLC0415

    operator, index = member(province, Role.OPERATOR), AgencyIndexPage.objects.get()
    assert not policy.user_has_permission_for_instance(operator, "change", index)
    AgencyIndexPage.objects.update(owner=operator)
    index.refresh_from_db()
    assert policy.user_has_permission_for_instance(operator, "change", index)
    assert index.page_ptr in policy.instances_user_has_permission_for(operator, "change")
    assert operator in policy.users_with_permission_for_instance("change", index)


def test_daily_synchronisation_restores_the_permissions_of_every_group(province, department):
    editor, operator = member(department, Role.EDITOR), member(province, Role.OPERATOR)
    site = factories.agency_site(department)
    GroupPagePermission.objects.all().delete()
    for group in (*editor.groups.all(), *operator.groups.all()):
        group.permissions.clear()
    sync_groups()
    assert rights(site, editor).can_publish()
    assert rights(site, operator).can_publish()
    assert User.objects.get(pk=operator.pk).has_perm("wagtailcore.change_workflow")


def test_refreshing_removes_permissions_from_an_agency_that_has_moved_away(province, department):
    site, operator = factories.agency_site(department), member(province, Role.OPERATOR)
    assert rights(site, operator).can_edit()
    Agency.objects.filter(pk=department.pk).update(parent=None)
    refresh_groups()
    assert not rights(site, operator).can_edit()
