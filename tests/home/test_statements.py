"""What the portal's own pages ask of the database, with nothing remembered and with everything, at N and N+5 rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, Site

from accounts.models import Agency
from core.pagecache import epochs
from core.pagecache.remembering import parts
from procedures.models import LocalAssignment
from tests.accounts.factories import START, AgencyFactory, UserFactory
from tests.home import factories
from tests.procedures.factories import make_page, make_procedure, make_section

pytestmark = pytest.mark.django_db
#: Statements at the most: of a process that has just started, and of one that has answered before.
MOST = {
    "/": (15, 7),
    "/co-quan/": (12, 4),
    "/co-quan/so/": (16, 8),
    "/tin-tuc/": (15, 7),
    "/tin-tuc/bai/": (12, 4),
}


@pytest.fixture(autouse=True)
def _quiet_epoch(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The watch asks for the epoch every half second: no statement of the page that is counted."""
    monkeypatch.setattr(epochs, "POLL_SECONDS", 3600)
    epochs.watch.forget()
    yield
    epochs.watch.forget()


def started_anew() -> None:
    """Forget everything that a process remembers."""
    ContentType.objects.clear_cache()
    Site.clear_site_root_paths_cache()
    for cache in caches.all():
        cache.clear()
    parts.forget()
    epochs.watch.forget()


def statements(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def cold_and_warm(client: Client, path: str) -> tuple[int, int]:
    started_anew()
    cold = statements(client, path)
    return cold, statements(client, path)


@pytest.fixture
def agency() -> Agency:
    agency = AgencyFactory(slug="so", name="Sở")
    factories.agency_site(agency)
    factories.news(0, slug="bai", agency=agency, body=factories.body("Bài."))
    return agency


def grow(agency: Agency) -> Callable[[int], None]:
    """Return what adds a number of everything that these pages list."""
    section = make_section(agency)
    made = [0]

    def more(count: int) -> None:
        for _ in range(count):
            made[0] += 1
            other = AgencyFactory()
            factories.agency_site(other)
            factories.news(made[0], agency=agency)
            factories.news(made[0], title=f"Tin khác {made[0]}", agency=other)
            factories.alert(agency=agency)
            factories.alert(link_page=Page.objects.get(slug="bai"), link_text="Xem")
            page = make_page(procedure=make_procedure(), section=section)
            LocalAssignment.objects.create(procedure=page.procedure, agency=agency, valid_from=START)

    return more


def test_rows_cost_nothing(client: Client, agency: Agency) -> None:
    more, paths = (
        grow(agency),
        [*MOST, "/tin-tuc/?page=2", "/tin-tuc/?co-quan=so", "/tin-tuc/?co-quan=khong-co"],
    )
    more(6)
    few = {path: cold_and_warm(client, path) for path in paths}
    more(5)
    assert {path: cold_and_warm(client, path) for path in paths} == few
    assert all(few[path][0] <= MOST[path][0] and few[path][1] <= MOST[path][1] for path in MOST), few
    assert all(few[path][1] <= MOST["/tin-tuc/"][1] + 1 for path in paths[len(MOST) :])


def test_rows_cost_nothing_for_who_is_signed_in(client: Client, agency: Agency) -> None:
    client.force_login(UserFactory(), "django.contrib.auth.backends.ModelBackend")
    more, paths = grow(agency), ["/", "/co-quan/so/", "/tin-tuc/"]
    more(3)
    few = {path: cold_and_warm(client, path) for path in paths}
    more(5)
    assert {path: cold_and_warm(client, path) for path in paths} == few
    # the session, the person, what they may enter
    assert all(few[path][1] <= MOST[path][1] + 5 for path in paths), few


def test_a_kept_page_asks_nothing(client: Client, agency: Agency, settings: Any) -> None:
    settings.PAGE_CACHE_ENABLED = True
    for path in MOST:
        client.get(path)
        assert statements(client, path) == 0, path


def test_the_english_frame_costs_little_more(client: Client, agency: Agency) -> None:
    for path in MOST:
        assert cold_and_warm(client, f"/en{path}")[1] <= MOST[path][1] + 1, path
