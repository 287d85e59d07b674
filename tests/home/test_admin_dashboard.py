"""The dashboard panel lists the user's roles and links to their work."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.models import Agency, Membership, User
from accounts.services import grant
from home.admin import work_sections_of
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.home import factories
from tests.procedures.factories import make_section

pytestmark = pytest.mark.django_db
Role = Membership.Role
CATALOGUE = [
    "Tạo thủ tục",
    "Sửa đổi, chấm dứt thủ tục",
    "Quyết định công bố",
    "Nhập thủ tục",
    "Biểu mẫu điện tử",
]
TEAM = [
    "Mời người mới",
    "Giao vai trò",
    "Tài khoản",
    "Cơ quan",
    "Thêm trang của cơ quan",
    "Trang của các cơ quan",
]


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
        (Role.CONTROLLER, ["Thủ tục của cơ quan", *CATALOGUE]),
        (Role.OPERATOR, TEAM),
    ],
)
def test_links_of_a_role_are_accessible(agency, role, labels):
    user = member(agency, role)
    (section,) = work_sections_of(user)
    assert [link.label for link in section.links] == labels
    client = browser(user)
    html = client.get("/quan-tri/").text
    assert "Sở Y tế" in html
    for link in section.links:
        assert f'href="{link.url}"' in html
        assert client.get(link.url).status_code == 200, link


def test_roles_in_one_agency_are_one_section(agency):
    (section,) = work_sections_of(member(agency, Role.EDITOR, Role.COMMUNICATION))
    assert section.roles == ["Cán bộ truyền thông", "Biên tập viên cơ quan"]
    assert len({link.url for link in section.links}) == len(section.links) == 3


def test_provincial_editor_gets_a_link_for_provincial_news():
    factories.front_page()
    user = member(AgencyFactory(kind=Agency.Kind.PROVINCE), Role.EDITOR)
    (section,) = work_sections_of(user)
    assert [link.label for link in section.links] == ["Viết tin chung cả tỉnh"]
    assert browser(user).get(section.links[0].url).status_code == 200


@pytest.mark.parametrize(
    ("role", "labels"),
    [
        (
            Role.COMMUNICATION,
            [
                "Viết tin chung cả tỉnh",
                "Thêm cảnh báo",
                "Trang chủ",
                "Trang thông tin",
                "Danh mục trang",
                "Chuyển hướng",
            ],
        ),
        (Role.CONTROLLER, ["Thủ tục của cả tỉnh", *CATALOGUE]),
        (Role.OPERATOR, TEAM),
    ],
)
def test_links_of_a_role_in_the_provincial_committee_are_accessible(role, labels):
    factories.front_page()
    make_section(AgencyFactory())
    user = member(AgencyFactory(kind=Agency.Kind.PROVINCE), role)
    (section,) = work_sections_of(user)
    assert [link.label for link in section.links] == labels
    client = browser(user)
    for link in section.links:
        assert client.get(link.url).status_code == 200, link


def test_province_without_sections_offers_nothing_that_needs_one():
    factories.front_page()
    (section,) = work_sections_of(member(AgencyFactory(kind=Agency.Kind.PROVINCE), Role.CONTROLLER))
    assert "Tạo thủ tục" not in [link.label for link in section.links]


def test_agency_without_pages_has_no_links():
    factories.front_page()
    (section,) = work_sections_of(member(AgencyFactory(), Role.EDITOR))
    assert section.links == []


def test_desk_roles_and_expired_roles_are_not_listed(agency):
    user = member(agency, Role.RECEIVER)
    MembershipFactory(user=user, agency=agency, role=Role.EDITOR, valid_to=dt.date(2025, 8, 1))
    assert work_sections_of(user) == []


def test_superuser_without_a_role_sees_no_panel():
    assert "Việc của bạn" not in browser(UserFactory(is_superuser=True)).get("/quan-tri/").text


def test_query_count_does_not_grow(django_assert_num_queries):
    user = UserFactory()
    MembershipFactory(user=user, agency=AgencyFactory(), role=Role.EDITOR)
    work_sections_of(user)  # the content types of pages are read once per process
    for count in (2, 5):
        for _ in range(count):
            MembershipFactory(user=user, agency=AgencyFactory(), role=Role.EDITOR)
        with django_assert_num_queries(4):
            work_sections_of(user)
