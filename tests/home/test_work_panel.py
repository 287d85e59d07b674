"""The first page of the admin says what a person is where, and leads to the day's work."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import Agency, Membership, User
from accounts.services import grant
from home.panels import posts_of
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.home import factories
from tests.procedures.factories import make_section

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def agency() -> Agency:
    factories.front_page()
    agency = AgencyFactory(name="Sở Y tế")
    factories.agency_site(agency)
    make_section(agency)
    return agency


def member(agency: Agency, *roles: str) -> User:
    user = UserFactory()
    for role in roles:
        grant(user=user, agency=agency, role=role)
    return User.objects.get(pk=user.pk)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (Role.EDITOR, ["Viết tin", "Trang của cơ quan"]),
        (Role.COMMUNICATION, ["Viết tin", "Trang của cơ quan", "Thêm cảnh báo"]),
        (Role.CATALOGUE, ["Thủ tục của cơ quan"]),
        (Role.OPERATOR, ["Giao vai trò", "Cơ quan"]),
    ],
)
def test_every_way_is_one_that_the_role_may_go(agency, role, labels):
    user = member(agency, role)
    (post,) = posts_of(user)
    assert [link.label for link in post.links] == labels
    client = browser(user)
    html = client.get("/quan-tri/").text
    assert "Sở Y tế" in html
    for link in post.links:
        assert f'href="{link.url}"' in html
        assert client.get(link.url).status_code == 200, link


def test_several_roles_in_one_agency_are_one_line(agency):
    (post,) = posts_of(member(agency, Role.EDITOR, Role.COMMUNICATION))
    assert post.roles == ["Cán bộ truyền thông", "Biên tập viên cơ quan"]
    assert len({link.url for link in post.links}) == len(post.links) == 3


def test_the_people_of_the_province_write_for_all():
    factories.front_page()
    user = member(AgencyFactory(kind=Agency.Kind.PROVINCE), Role.EDITOR)
    (post,) = posts_of(user)
    assert [link.label for link in post.links] == ["Viết tin chung cả tỉnh"]
    assert browser(user).get(post.links[0].url).status_code == 200


def test_an_agency_without_pages_leads_nowhere():
    factories.front_page()
    (post,) = posts_of(member(AgencyFactory(), Role.EDITOR))
    assert post.links == []


def test_roles_at_the_desk_and_those_that_are_over_are_not_told(agency):
    user = member(agency, Role.RECEPTION)
    MembershipFactory(user=user, agency=agency, role=Role.EDITOR, valid_to=dt.date(2025, 8, 1))
    assert posts_of(user) == []


def test_a_superuser_without_a_role_sees_no_panel():
    assert "Việc của bạn" not in browser(UserFactory(is_superuser=True)).get("/quan-tri/").text


def test_statements_do_not_grow(django_assert_num_queries):
    user = UserFactory()
    for count in (3, 5):
        for _ in range(count):
            MembershipFactory(user=user, agency=AgencyFactory(), role=Role.EDITOR)
        with django_assert_num_queries(4):
            posts_of(user)
