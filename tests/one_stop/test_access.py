"""Access to the desk: users without a reading role get the same 404 as for an unknown dossier."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from forms_app.dossiers.models import Dossier
from one_stop.access import officer_access
from tests.accounts.factories import AgencyFactory
from tests.one_stop.factories import make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
ROLE = Membership.Role


def urls(code: str) -> list[tuple[str, str]]:
    return [
        ("get", reverse("one_stop:dossier", args=[code])),
        ("post", reverse("one_stop:reveal_citizen_id", args=[code])),
        ("get", reverse("one_stop:file", args=[code, 1])),
        ("get", reverse("one_stop:printed_form", args=[code, "mau-01"])),
        ("get", reverse("one_stop:action", args=[code, "accept"])),
        ("post", reverse("one_stop:action", args=[code, "accept"])),
        ("post", reverse("one_stop:action", args=[code, "decline"])),
    ]


def without_noise(response: HttpResponse, url: str) -> str:
    """Return the page without its own address, nonces and CSRF tokens."""
    text = response.content.decode().replace(url, "")
    return re.sub(r'(nonce|name="csrfmiddlewaretoken" value)="[^"]*"', "", text)


def sign_in(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


UNAUTHORISED = [
    "anonymous",
    "citizen",
    "officer of another agency",
    "operator",
    "expired",
    "editor",
    "superuser",
]


def unauthorised_user(kind: str, agency: Agency) -> User | None:
    if kind == "anonymous":
        return None
    if kind == "officer of another agency":
        return make_officer(AgencyFactory())
    if kind in {"operator", "editor"}:
        return make_officer(agency, ROLE.OPERATOR if kind == "operator" else ROLE.EDITOR)
    user = User.objects.create_user("nguoi-la", is_superuser=kind == "superuser")
    if kind == "expired":
        Membership.objects.create(
            user=user,
            agency=agency,
            role=ROLE.RECEIVER,
            valid_from=date(2025, 1, 1),
            valid_to=date(2026, 11, 22),
        )
    return user


@pytest.mark.parametrize("kind", UNAUTHORISED)
def test_unauthorised_users_get_the_same_404_as_for_an_unknown_dossier(
    kind: str, agency: Agency, dossier: Dossier
) -> None:
    client = sign_in(unauthorised_user(kind, agency))
    for (method, real), (_method, none) in zip(urls(dossier.code), urls("H12.99-261119-9999"), strict=True):
        found, missing = getattr(client, method)(real), getattr(client, method)(none)
        assert (found.status_code, missing.status_code) == (404, 404), real
        assert without_noise(found, real) == without_noise(missing, none)
    dossier.refresh_from_db()
    assert dossier.status == 1
    assert not dossier.view_log.exists()


def test_inspector_can_read_but_not_act(agency: Agency, dossier: Dossier) -> None:
    client = sign_in(make_officer(agency, ROLE.INSPECTOR))
    assert client.get(reverse("one_stop:dossier", args=[dossier.code])).status_code == 200
    response = client.post(
        reverse("one_stop:action", args=[dossier.code, "accept"]), {"version": dossier.version}
    )
    assert response.status_code == 302
    dossier.refresh_from_db()
    assert dossier.status == 1


def test_anonymous_user_is_sent_to_the_sign_in_page() -> None:
    response = Client().get(reverse("one_stop:queue"))
    assert response.status_code == 302
    assert reverse("accounts:login") in response["Location"]


def test_signed_in_citizen_gets_404() -> None:
    user = User.objects.create_user("cong-dan")
    assert sign_in(user).get(reverse("one_stop:queue")).status_code == 404


def test_desk_for_collects_roles_by_agency(agency: Agency, django_assert_num_queries) -> None:
    other = AgencyFactory()
    user = make_officer(agency, ROLE.RECEIVER, ROLE.HEAD)
    Membership.objects.create(user=user, agency=other, role=ROLE.INSPECTOR, valid_from=date(2025, 7, 1))
    with django_assert_num_queries(4):  # three of them for the inspected agencies
        desk = officer_access(user)
    assert desk is not None
    assert desk.roles_at(agency.pk) == {ROLE.RECEIVER, ROLE.HEAD}
    assert desk.roles_at(other.pk) == {ROLE.INSPECTOR}
    assert desk.roles_at(0) == frozenset()
    assert set(desk.search_scopes) == {f"agency:{agency.pk}", f"agency:{other.pk}"}


def test_desk_responses_are_not_cached(agency: Agency, dossier: Dossier) -> None:
    client = sign_in(make_officer(agency))
    for url in (reverse("one_stop:queue"), reverse("one_stop:dossier", args=[dossier.code])):
        assert client.get(url)["Cache-Control"] == "no-store, private"
