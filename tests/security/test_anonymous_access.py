"""Unauthorised users cannot distinguish a dossier from a missing one by body, headers or query count."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forms_app.dossiers import credentials
from forms_app.dossiers.models import Draft, ViewLogEntry
from forms_app.dossiers.transitions import Action
from tests.forms_app.dossiers.factories import enter, make_draft
from tests.security.scenario import Scenario, text_of

pytestmark = pytest.mark.django_db
UNAUTHORISED = ("anonymous", "citizen", "officer_b", "operator_a", "editor_a", "controller_a", "superuser")
OWN = (
    "",
    "noi-dung/",
    "bo-sung/",
    "rut/",
    "giay/mau-01.pdf",
    "giay/mau-02-1.pdf",
    "giay/mau-03.pdf",
    "tep/{pk}/",
    "x/",
)
DESK = (
    "", "hien-so-dinh-danh/", "tep/{pk}/", "giay/mau-01.pdf", "giay/mau-02-1.pdf", "giay/mau-03.pdf", "giay/x.pdf",
    *(f"viec/{action}/" for action in Action.values), "viec/x/",
)  # fmt: skip
FILING = ("", "tiep/", "buoc/applicant/", "buoc/child/", "xem-lai/", "da-nop/", "tep/{pk}/")


@pytest.fixture(autouse=True)
def _no_update_of_the_last_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a minute a session records that it is in use, which would make two responses differ."""
    monkeypatch.setattr("accounts.session.SECONDS_BETWEEN_UPDATES", 86_400)


def observable_response(client: Client, method: str, address: str) -> tuple[Any, ...]:
    """Return status, headers, cookies, body and query count, without values that differ in every response."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.generic(method, address)
        body = text_of(answer)
    noise = r'(nonce=|csrfmiddlewaretoken" value=|nonce-)["\']?[^"\' ]*'
    bare = re.sub(noise, "", body.replace(address, "").replace(address.rstrip("/"), ""))
    headers = {name: re.sub(noise, "", value) for name, value in answer.items() if name != "Content-Length"}
    # The poll of the cache generation, which every process makes twice a second.
    asked = [query["sql"] for query in queries if "core_cachegeneration" not in query["sql"]]
    statements = [re.sub(r"'[^']*'|\d+", "?", sql) for sql in asked]
    return answer.status_code, headers, sorted(answer.cookies), bare, statements


def differing(client: Client, pairs: list[tuple[str, str]], methods: tuple[str, ...]) -> list[str]:
    """Return the requests whose responses differ every time; a difference due to the clock appears only once."""

    def differs(method: str, existing: str, missing: str) -> bool:
        return observable_response(client, method, existing) != observable_response(client, method, missing)

    return [
        f"{method} {existing}"
        for existing, missing in pairs
        for method in methods
        if all(differs(method, existing, missing) for _time in range(2))
    ]


@pytest.mark.parametrize("role", UNAUTHORISED)
def test_desk_response_is_the_same_for_inaccessible_and_missing_dossiers(
    scenario: Scenario, role: str
) -> None:
    code = scenario.dossier.code or ""
    missing_code = f"{code[:-4]}9999"
    client = scenario.client(role)
    client.get("/tra-cuu/")  # sets the CSRF cookie before the compared requests
    pairs = [
        (
            f"/mot-cua/ho-so/{code}/{part}".format(pk=scenario.file.pk),
            f"/mot-cua/ho-so/{missing_code}/{part}".format(pk=scenario.file.pk),
        )
        for part in DESK
    ]
    assert differing(client, pairs, ("GET", "POST")) == []
    assert differing(client, pairs[:5], ("HEAD", "OPTIONS", "PUT", "DELETE")) == []
    assert {observable_response(client, "GET", existing)[0] for existing, _nowhere in pairs} <= {404, 405}
    assert not ViewLogEntry.objects.exists()


@pytest.mark.parametrize("role", ["anonymous", "officer_b", "superuser"])
def test_nearly_correct_private_address_gives_the_404_of_a_missing_one(scenario: Scenario, role: str) -> None:
    token, pk = scenario.receipt.token, scenario.file.pk
    near = (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token.swapcase(),
        credentials.visit_token(scenario.dossier)[:-1] + "~",
    )
    client = scenario.client(role)
    client.get("/tra-cuu/")
    for wrong in near:
        pairs = [
            (f"/ho-so/{wrong}/{part}".format(pk=pk), f"/ho-so/{'k' * len(wrong)}/{part}".format(pk=pk))
            for part in OWN
        ]
        answers = [observable_response(client, "GET", existing)[0] for existing, _nowhere in pairs]
        assert set(answers) == {404}
        assert [
            pair for pair in differing(client, pairs, ("GET", "POST")) if not wrong.startswith("v.")
        ] == []


def test_private_link_serves_no_files_of_another_dossier(scenario: Scenario) -> None:
    token, foreign = scenario.receipt.token, scenario.other.dossier.attachments.get()
    client = Client()
    client.get("/tra-cuu/")
    pairs = [(f"/ho-so/{token}/tep/{foreign.pk}/", f"/ho-so/{token}/tep/999999/")]
    assert differing(client, pairs, ("GET", "HEAD", "POST")) == []
    assert observable_response(client, "GET", pairs[0][0])[0] == 404


def test_draft_is_accessible_only_from_its_own_browser(scenario: Scenario) -> None:
    draft, token = make_draft()
    code, pk = draft.procedure_version.procedure.core_code, draft.attachments.get().pk
    addresses = [f"/nop-ho-so/{code}/{part}".format(pk=pk) for part in FILING if part]
    other_client = Client()
    assert {observable_response(other_client, "GET", address)[0] for address in addresses} == {404}
    forged = Client()
    forged.cookies[f"draft_{code.replace('.', '_')}"] = token
    assert {observable_response(forged, "GET", address)[0] for address in addresses} == {404}
    owner = Client()
    enter(owner, draft, token)
    assert observable_response(owner, "GET", addresses[1])[0] == 200
    other, _token = make_draft()
    foreign = f"/nop-ho-so/{code}/tep/{other.attachments.get().pk}/"
    assert observable_response(owner, "GET", foreign)[0] == 404
    assert Draft.objects.count() >= 2


def test_access_ends_at_once_with_the_membership(scenario: Scenario) -> None:
    client, address = scenario.client("officer_a"), f"/mot-cua/ho-so/{scenario.dossier.code}/"
    assert observable_response(client, "GET", address)[0] == 200
    scenario.people["officer_a"].memberships.all().delete()
    assert observable_response(client, "GET", address)[0] == 404
    scenario.people["head_a"].is_active = False
    scenario.people["head_a"].save()
    assert observable_response(scenario.client("head_a"), "GET", address)[0] == 404
