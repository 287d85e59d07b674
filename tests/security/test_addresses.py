"""Every address × role × method against the table of addresses.py."""

from __future__ import annotations

import pytest

from tests.security.addresses import TABLE, filled, routes, row_of
from tests.security.world import ROLES, World, make_world, status_of

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the temporary file of a rendition to the garbage collector.
    pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"),
]
#: What an address says to somebody whom it does not concern.
REFUSALS = frozenset({301, 302, 400, 403, 404, 405, 410, 422, 429})
#: Known answers 500 of Wagtail to its own staff: a test of error mails, and forms sent without any of their fields.
UPSTREAM = ("failwhale/",)
EMPTY_FORMS = ("choose-external-link/", "core/holiday/create/", "/forms/new/", "/forms/edit/", "/forms/copy/")


@pytest.fixture
def world() -> World:
    return make_world()


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    known = {route: row_of(route) for route in routes()}
    assert [route for route, row in known.items() if row is None] == []
    assert [row.prefix for row in TABLE if row not in known.values()] == []


def _wrong(world: World, role: str, method: str) -> list[str]:
    client, found = world.client(role), []
    for route in routes():
        row, address = row_of(route), filled(route, world)
        if (
            row is None
            or any(part in route for part in UPSTREAM)
            or route.endswith(("dang-xuat/", "logout/"))
        ):
            continue
        status = status_of(client.generic(method, address))
        opened = row.opens if method in {"GET", "HEAD", "OPTIONS"} else row.opens | row.writes
        unlocked = role in opened or (role == "superuser" and route.startswith("quan-tri/"))
        broken = status >= 500 and not (method == "POST" and any(part in address for part in EMPTY_FORMS))
        if broken or not (unlocked or status in REFUSALS):
            found.append(f"{role} {method} {address}: {status}")
    return found


@pytest.mark.parametrize("role", [role for role in ROLES if role not in {"editor_b", "superuser"}])
def test_nobody_reads_what_is_not_theirs(world: World, role: str) -> None:
    wrong = _wrong(world, role, "GET")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ["anonymous", "citizen", "officer_b", "operator_a", "editor_a"])
def test_nobody_writes_what_is_not_theirs(world: World, role: str) -> None:
    wrong = _wrong(world, role, "POST")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_open_nothing_to_strangers(world: World, method: str) -> None:
    wrong = _wrong(world, "anonymous", method)
    assert not wrong, "\n".join(wrong)
