"""News of the whole province is written by staff of the provincial agency."""

from __future__ import annotations

import pytest

from accounts.models import Agency, Membership, User
from accounts.services import grant
from home.models import NewsIndexPage, NewsPage
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.home import factories

pytestmark = pytest.mark.django_db
Role = Membership.Role


def member(agency: Agency, role: str) -> User:
    user = UserFactory()
    grant(user=user, agency=agency, role=role)
    return User.objects.get(pk=user.pk)


def rights(user: User):
    return NewsIndexPage.objects.get().permissions_for_user(user)


@pytest.fixture
def province() -> Agency:
    factories.front_page()
    return AgencyFactory(kind=Agency.Kind.PROVINCE)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.COMMUNICATION])
def test_provincial_staff_write_and_publish_provincial_news(province, role):
    user = member(province, role)
    assert rights(user).can_add_subpage()
    assert rights(user).can_publish_subpage()
    assert factories.news(1).permissions_for_user(user).can_edit()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.COMMUNICATION])
def test_staff_of_other_agencies_cannot_write_provincial_news(province, role):
    below = member(AgencyFactory(parent=province), role)
    nested_province_member = member(AgencyFactory(parent=province, kind=Agency.Kind.PROVINCE), role)
    for user in (below, nested_province_member):
        assert not rights(user).can_add_subpage()
        assert not factories.news(1).permissions_for_user(user).can_edit()
        NewsPage.objects.all().delete()


@pytest.mark.parametrize("role", [Role.RECEIVER, Role.HEAD, Role.INSPECTOR, Role.OPERATOR])
def test_provincial_desk_roles_cannot_write_news(province, role):
    assert not rights(member(province, role)).can_add_subpage()


def test_provincial_staff_publish_news_in_the_admin(client, province):
    client.force_login(member(province, Role.COMMUNICATION), "django.contrib.auth.backends.ModelBackend")
    index = NewsIndexPage.objects.get()
    address = f"/quan-tri/pages/add/home/newspage/{index.pk}/"
    assert client.get(address).status_code == 200
    data = {
        "title": "Cả tỉnh nghỉ Tết",
        "slug": "nghi-tet",
        "date": "2026-02-10",
        "summary": "",
        "body-count": "0",
        "action-publish": "1",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
    }
    client.post(address, data)
    assert "Cả tỉnh nghỉ Tết" in client.get("/tin-tuc/").text


@pytest.mark.parametrize("role", [Role.EDITOR, Role.COMMUNICATION])
def test_agency_field_is_offered_only_to_provincial_staff(client, province, role):
    agency = AgencyFactory(parent=province)
    site = factories.agency_site(agency)
    form = f"/quan-tri/pages/add/home/newspage/{site.pk}/"
    client.force_login(member(agency, role), "django.contrib.auth.backends.ModelBackend")
    assert 'name="agency"' not in client.get(form).text
    client.force_login(member(province, role), "django.contrib.auth.backends.ModelBackend")
    common = f"/quan-tri/pages/add/home/newspage/{NewsIndexPage.objects.get().pk}/"
    assert 'name="agency"' in client.get(common).text


def test_news_of_an_editor_belongs_to_their_agency(client, province):
    site = factories.agency_site(AgencyFactory(parent=province))
    client.force_login(member(site.agency, Role.EDITOR), "django.contrib.auth.backends.ModelBackend")
    data = {
        "title": "Nghỉ chiều nay", "slug": "nghi", "date": "10/02/2026", "summary": "", "body-count": "0",
        "action-publish": "1", "agency": str(province.pk), "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0",
    }  # fmt: skip
    client.post(f"/quan-tri/pages/add/home/newspage/{site.pk}/", data)
    page = NewsPage.objects.get(slug="nghi")
    assert page.live
    assert page.agency == site.agency
