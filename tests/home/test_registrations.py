"""Landing pages after sign-in by role, and links to the workplace."""

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
    ("role", "destination"),
    [
        ("", "/"),
        (Membership.Role.RECEIVER, DESK),
        (Membership.Role.HANDLER, DESK),
        (Membership.Role.HEAD, DESK),
        (Membership.Role.EDITOR, ADMIN),
        (Membership.Role.COMMUNICATION, ADMIN),
        (Membership.Role.CONTROLLER, ADMIN),
        (Membership.Role.OPERATOR, ADMIN),
    ],
)
def test_sign_in_redirects_to_the_landing_page_of_the_role(agency, role, destination):
    assert sign_in(person(agency, role))[1] == destination


@pytest.mark.parametrize(
    ("role", "links"),
    [
        ("", set()),
        (Membership.Role.RECEIVER, {DESK}),
        (Membership.Role.EDITOR, {ADMIN}),
        (Membership.Role.CONTROLLER, {ADMIN}),
    ],
)
def test_public_pages_link_only_to_the_users_workplaces(agency, role, links):
    client, _place = sign_in(person(agency, role))
    page = client.get("/tra-cuu/").content.decode()
    assert {destination for destination in (ADMIN, DESK) if f'href="{destination}"' in page} == links


def test_anonymous_pages_do_not_link_to_admin_or_desk():
    page = Client().get("/tra-cuu/").content.decode()
    assert ADMIN not in page
    assert DESK not in page
    assert "Đăng nhập" in page
