"""Where people with different work arrive after signing in, and how they find back."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Agency, Membership
from accounts.services import create_user, grant

pytestmark = pytest.mark.django_db
PASSWORD = "mot-mat-khau-dai-2026"
ADMIN, DESK = "/quan-tri/", "/mot-cua/"


@pytest.fixture
def agency():
    return Agency.objects.create(
        slug="ubnd-xa-thu",
        name="UBND xã Thử",
        code="H12.999",
        kind=Agency.Kind.COMMUNE,
        valid_from="2025-07-01",
    )


def person(agency, role):
    user = create_user(
        username=f"nguoi-{role or 'dan'}", full_name="Trần Thử", email="thu@demo.example", password=PASSWORD
    )
    if role:
        grant(user=user, agency=agency, role=role)
    return user


def sign_in(user):
    client = Client()
    response = client.post("/tai-khoan/dang-nhap/", {"username": user.username, "password": PASSWORD})
    assert response.status_code == 302
    return client, response["Location"]


@pytest.mark.parametrize(
    ("role", "place"),
    [
        ("", "/"),
        (Membership.Role.RECEPTION, DESK),
        (Membership.Role.HANDLER, DESK),
        (Membership.Role.LEADER, DESK),
        (Membership.Role.EDITOR, ADMIN),
        (Membership.Role.COMMUNICATION, ADMIN),
        (Membership.Role.CATALOGUE, ADMIN),
        (Membership.Role.OPERATOR, ADMIN),
    ],
)
def test_everybody_arrives_where_their_work_is(agency, role, place):
    assert sign_in(person(agency, role))[1] == place


@pytest.mark.parametrize(
    ("role", "links"),
    [
        ("", set()),
        (Membership.Role.RECEPTION, {DESK}),
        (Membership.Role.EDITOR, {ADMIN}),
        (Membership.Role.CATALOGUE, {ADMIN}),
    ],
)
def test_every_public_page_leads_back_to_the_own_work_and_to_no_other(agency, role, links):
    client, _place = sign_in(person(agency, role))
    page = client.get("/tra-cuu/").content.decode()
    assert {place for place in (ADMIN, DESK) if f'href="{place}"' in page} == links


def test_a_stranger_is_shown_no_way_into_the_offices():
    page = Client().get("/tra-cuu/").content.decode()
    assert ADMIN not in page
    assert DESK not in page
    assert "Đăng nhập" in page
