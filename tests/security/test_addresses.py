"""Every address × role × method against the table of addresses.py."""

from __future__ import annotations

import pytest

from tests.security.addresses import TABLE, build_address, routes, row_of
from tests.security.scenario import ROLES, Scenario, status_of

pytestmark = [
    pytest.mark.django_db,
    # Mostly refusals; test_admin_fuzz.py, the crawlers in tests/portal and the tests of views run on both databases.
    pytest.mark.one_database,
    # Wagtail leaves the temporary file of a rendition to the garbage collector.
    pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"),
]
#: The responses of an address to someone who has no access.
REJECTED = frozenset({301, 302, 400, 403, 404, 405, 409, 410, 415, 422, 429})
#: Wagtail deliberately answers 500 here, to let staff test error mails.
UPSTREAM = ("failwhale/",)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    rows = {route: row_of(route) for route in routes()}
    assert [route for route, row in rows.items() if row is None] == []
    assert [row.prefix for row in TABLE if row not in rows.values()] == []


def _wrong(scenario: Scenario, role: str, method: str) -> list[str]:
    client, found = scenario.client(role), []
    for route in routes():
        row, address = row_of(route), build_address(route, scenario)
        if (
            row is None
            or any(part in route for part in UPSTREAM)
            or route.endswith(("dang-xuat/", "logout/"))
        ):
            continue
        status = status_of(client.generic(method, address))
        opened = row.opens if method in {"GET", "HEAD", "OPTIONS"} else row.opens | row.writes
        unlocked = role in opened or (role == "superuser" and route.startswith("quan-tri/"))
        if status >= 500 or not (unlocked or status in REJECTED):
            found.append(f"{role} {method} {address}: {status}")
    return found


@pytest.mark.parametrize("role", [role for role in ROLES if role not in {"editor_b", "superuser"}])
def test_roles_can_read_only_declared_addresses(scenario: Scenario, role: str) -> None:
    wrong = _wrong(scenario, role, "GET")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ["anonymous", "citizen", "officer_b", "operator_a", "editor_a"])
def test_roles_can_post_only_to_declared_addresses(scenario: Scenario, role: str) -> None:
    wrong = _wrong(scenario, role, "POST")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_anonymous_users_cannot_use_other_methods(scenario: Scenario, method: str) -> None:
    wrong = _wrong(scenario, "anonymous", method)
    assert not wrong, "\n".join(wrong)
