"""The wall of the desk: everybody else gets the same 404 as for nothing."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from forms_app.desk.access import desk_of
from forms_app.dossiers.models import Dossier
from tests.accounts.factories import AgencyFactory
from tests.desk.factories import make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
ROLE = Membership.Role


def urls(code: str) -> list[tuple[str, str]]:
    return [
        ("get", reverse("desk:dossier", args=[code])),
        ("post", reverse("desk:reveal", args=[code])),
        ("get", reverse("desk:file", args=[code, 1])),
        ("get", reverse("desk:paper", args=[code, "mau-01"])),
        ("get", reverse("desk:act", args=[code, "accept"])),
        ("post", reverse("desk:act", args=[code, "accept"])),
        ("post", reverse("desk:act", args=[code, "refuse"])),
    ]


def without_noise(response: HttpResponse, url: str) -> str:
    """The page without what differs between any two answers: its own address, nonce and CSRF token."""
    text = response.content.decode().replace(url, "")
    return re.sub(r'(nonce|name="csrfmiddlewaretoken" value)="[^"]*"', "", text)


def sign_in(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


STRANGERS = [
    "anonymous",
    "citizen",
    "officer of another agency",
    "operator",
    "expired",
    "editor",
    "superuser",
]


def stranger(kind: str, agency: Agency) -> User | None:
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
            role=ROLE.RECEPTION,
            valid_from=date(2025, 1, 1),
            valid_to=date(2026, 11, 22),
        )
    return user


@pytest.mark.parametrize("kind", STRANGERS)
def test_a_stranger_gets_the_same_answer_as_for_nothing(kind: str, agency: Agency, dossier: Dossier) -> None:
    client = sign_in(stranger(kind, agency))
    for (method, real), (_method, none) in zip(urls(dossier.code), urls("H12.99-261119-9999"), strict=True):
        found, missing = getattr(client, method)(real), getattr(client, method)(none)
        assert (found.status_code, missing.status_code) == (404, 404), real
        assert without_noise(found, real) == without_noise(missing, none)
    dossier.refresh_from_db()
    assert dossier.status == 1
    assert not dossier.views.exists()


def test_an_officer_whose_roles_lie_elsewhere_cannot_act_but_reads(agency: Agency, dossier: Dossier) -> None:
    client = sign_in(make_officer(agency, ROLE.INSPECTOR))
    assert client.get(reverse("desk:dossier", args=[dossier.code])).status_code == 200
    response = client.post(reverse("desk:act", args=[dossier.code, "accept"]), {"version": dossier.version})
    assert response.status_code == 302
    dossier.refresh_from_db()
    assert dossier.status == 1


def test_the_entrance_sends_a_stranger_to_the_sign_in_page() -> None:
    response = Client().get(reverse("desk:queue"))
    assert response.status_code == 302
    assert reverse("accounts:login") in response["Location"]


def test_the_entrance_does_not_exist_for_a_signed_in_citizen() -> None:
    user = User.objects.create_user("cong-dan")
    assert sign_in(user).get(reverse("desk:queue")).status_code == 404


def test_desk_of_collects_roles_by_agency(agency: Agency, django_assert_num_queries) -> None:
    other = AgencyFactory()
    user = make_officer(agency, ROLE.RECEPTION, ROLE.LEADER)
    Membership.objects.create(user=user, agency=other, role=ROLE.INSPECTOR, valid_from=date(2025, 7, 1))
    with django_assert_num_queries(1):
        desk = desk_of(user)
    assert desk is not None
    assert desk.roles_at(agency.pk) == {ROLE.RECEPTION, ROLE.LEADER}
    assert desk.roles_at(other.pk) == {ROLE.INSPECTOR}
    assert desk.roles_at(0) == frozenset()
    assert set(desk.scopes) == {f"agency:{agency.pk}", f"agency:{other.pk}"}


def test_nothing_of_the_desk_is_kept_by_a_cache(agency: Agency, dossier: Dossier) -> None:
    client = sign_in(make_officer(agency))
    for url in (reverse("desk:queue"), reverse("desk:dossier", args=[dossier.code])):
        assert client.get(url)["Cache-Control"] == "no-store, private"
