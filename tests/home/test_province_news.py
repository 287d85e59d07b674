"""News of the whole province are written by the people of the province's own agency."""

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
def test_the_people_of_the_province_write_and_publish(province, role):
    user = member(province, role)
    assert rights(user).can_add_subpage()
    assert rights(user).can_publish_subpage()
    assert factories.news(1).permissions_for_user(user).can_edit()
    assert not factories.front_page().permissions_for_user(user).can_edit()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.COMMUNICATION])
def test_nobody_else_does(province, role):
    below = member(AgencyFactory(parent=province), role)
    pretender = member(AgencyFactory(parent=province, kind=Agency.Kind.PROVINCE), role)
    for user in (below, pretender):
        assert not rights(user).can_add_subpage()
        assert not factories.news(1).permissions_for_user(user).can_edit()
        NewsPage.objects.all().delete()


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.LEADER, Role.INSPECTOR, Role.OPERATOR])
def test_the_desk_of_the_province_does_not(province, role):
    assert not rights(member(province, role)).can_add_subpage()


def test_the_admin_opens_the_form_and_publishes(client, province):
    client.force_login(member(province, Role.COMMUNICATION), "django.contrib.auth.backends.ModelBackend")
    index = NewsIndexPage.objects.get()
    address = f"/quan-tri/pages/add/home/newspage/{index.pk}/"
    assert client.get(address).status_code == 200
    sent = {
        "title": "Cả tỉnh nghỉ Tết",
        "slug": "nghi-tet",
        "date": "2026-02-10",
        "summary": "",
        "body-count": "0",
        "action-publish": "1",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
    }
    client.post(address, sent)
    assert "Cả tỉnh nghỉ Tết" in client.get("/tin-tuc/").text


@pytest.mark.parametrize("role", [Role.EDITOR, Role.COMMUNICATION])
def test_whom_news_speak_for_is_asked_of_the_people_of_the_province_only(client, province, role):
    agency = AgencyFactory(parent=province)
    site = factories.agency_site(agency)
    form = f"/quan-tri/pages/add/home/newspage/{site.pk}/"
    client.force_login(member(agency, role), "django.contrib.auth.backends.ModelBackend")
    assert 'name="agency"' not in client.get(form).text
    client.force_login(member(province, role), "django.contrib.auth.backends.ModelBackend")
    common = f"/quan-tri/pages/add/home/newspage/{NewsIndexPage.objects.get().pk}/"
    assert 'name="agency"' in client.get(common).text


def test_an_editor_who_is_not_asked_speaks_for_the_own_agency(client, province):
    site = factories.agency_site(AgencyFactory(parent=province))
    client.force_login(member(site.agency, Role.EDITOR), "django.contrib.auth.backends.ModelBackend")
    sent = {
        "title": "Nghỉ chiều nay", "slug": "nghi", "date": "10/02/2026", "summary": "", "body-count": "0",
        "action-publish": "1", "agency": str(province.pk), "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0",
    }  # fmt: skip
    client.post(f"/quan-tri/pages/add/home/newspage/{site.pk}/", sent)
    page = NewsPage.objects.get(slug="nghi")
    assert page.live
    assert page.agency == site.agency
