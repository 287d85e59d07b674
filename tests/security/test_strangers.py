"""A stranger cannot tell a dossier that is not theirs from one that does not exist: not by a byte, header or query."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from forms_app.dossiers import access
from forms_app.dossiers.models import Draft, ViewLog
from forms_app.dossiers.transitions import Action
from tests.dossiers.factories import enter, make_draft
from tests.security.world import World, make_world, text_of

pytestmark = pytest.mark.django_db
STRANGERS = ("anonymous", "citizen", "officer_b", "operator_a", "editor_a", "catalogue_a", "superuser")
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


def told(client: Client, method: str, address: str) -> tuple[Any, ...]:
    """Return all that an answer tells: status, headers, cookies, body, queries, without what is new in every answer."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.generic(method, address)
        body = text_of(answer)
    noise = r'(nonce=|csrfmiddlewaretoken" value=|nonce-)["\']?[^"\' ]*'
    bare = re.sub(noise, "", body.replace(address, "").replace(address.rstrip("/"), ""))
    headers = {name: re.sub(noise, "", value) for name, value in answer.items() if name != "Content-Length"}
    # What every process asks twice a second, whoever comes by.
    asked = [query["sql"] for query in queries if "core_cacheepoch" not in query["sql"]]
    statements = [re.sub(r"'[^']*'|\d+", "?", sql) for sql in asked]
    return answer.status_code, headers, sorted(answer.cookies), bare, statements


@pytest.fixture
def world() -> World:
    return make_world()


def differing(client: Client, pairs: list[tuple[str, str]], methods: tuple[str, ...]) -> list[str]:
    found = []
    for there, nowhere in pairs:
        for method in methods:
            if told(client, method, there) != told(client, method, nowhere):
                found.append(f"{method} {there}")
    return found


@pytest.mark.parametrize("role", STRANGERS)
def test_the_desk_says_of_a_foreign_dossier_what_it_says_of_none(world: World, role: str) -> None:
    code = world.dossier.code or ""
    nothing = f"{code[:-4]}9999"
    client = world.client(role)
    client.get("/tra-cuu/")  # a CSRF cookie, so that no answer has to set one
    pairs = [
        (
            f"/mot-cua/ho-so/{code}/{part}".format(pk=world.file.pk),
            f"/mot-cua/ho-so/{nothing}/{part}".format(pk=world.file.pk),
        )
        for part in DESK
    ]
    assert differing(client, pairs, ("GET", "POST")) == []
    assert differing(client, pairs[:5], ("HEAD", "OPTIONS", "PUT", "DELETE")) == []
    assert {told(client, "GET", there)[0] for there, _nowhere in pairs} <= {404, 405}
    assert not ViewLog.objects.exists()


@pytest.mark.parametrize("role", ["anonymous", "officer_b", "superuser"])
def test_a_private_address_that_is_nearly_right_is_nothing(world: World, role: str) -> None:
    token, pk = world.told.token, world.file.pk
    near = (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token.swapcase(),
        access.visit_token(world.dossier.pk)[:-1] + "~",
    )
    client = world.client(role)
    client.get("/tra-cuu/")
    for wrong in near:
        pairs = [
            (f"/ho-so/{wrong}/{part}".format(pk=pk), f"/ho-so/{'k' * len(wrong)}/{part}".format(pk=pk))
            for part in OWN
        ]
        answers = [told(client, "GET", there)[0] for there, _nowhere in pairs]
        assert set(answers) == {404}
        assert [
            pair for pair in differing(client, pairs, ("GET", "POST")) if not wrong.startswith("v.")
        ] == []


def test_the_own_link_opens_nothing_of_another_dossier(world: World) -> None:
    token, foreign = world.told.token, world.other.dossier.attachments.get()
    client = Client()
    client.get("/tra-cuu/")
    pairs = [(f"/ho-so/{token}/tep/{foreign.pk}/", f"/ho-so/{token}/tep/999999/")]
    assert differing(client, pairs, ("GET", "HEAD", "POST")) == []
    assert told(client, "GET", pairs[0][0])[0] == 404


def test_a_draft_opens_for_its_own_browser_only(world: World) -> None:
    draft, token = make_draft()
    code, pk = draft.procedure_version.procedure.core_code, draft.attachments.get().pk
    addresses = [f"/nop-ho-so/{code}/{part}".format(pk=pk) for part in FILING if part]
    stranger = Client()
    assert {told(stranger, "GET", address)[0] for address in addresses} == {404}
    forged = Client()
    forged.cookies[f"draft_{code.replace('.', '_')}"] = token
    assert {told(forged, "GET", address)[0] for address in addresses} == {404}
    owner = Client()
    enter(owner, draft, token)
    assert told(owner, "GET", addresses[1])[0] == 200
    other, _token = make_draft()
    foreign = f"/nop-ho-so/{code}/tep/{other.attachments.get().pk}/"
    assert told(owner, "GET", foreign)[0] == 404
    assert Draft.objects.count() >= 2


def test_who_has_lost_the_membership_is_a_stranger_at_once(world: World) -> None:
    client, address = world.client("officer_a"), f"/mot-cua/ho-so/{world.dossier.code}/"
    assert told(client, "GET", address)[0] == 200
    world.people["officer_a"].memberships.all().delete()
    assert told(client, "GET", address)[0] == 404
    world.people["leader_a"].is_active = False
    world.people["leader_a"].save()
    assert told(world.client("leader_a"), "GET", address)[0] == 404
