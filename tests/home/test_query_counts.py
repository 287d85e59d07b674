"""Query counts of the portal's pages with cold and warm caches, at N and N+5 rows."""

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
from core.web import page_cache
from core.web.process_cache import process_cache
from procedures.models import LocalAssignment
from tests.accounts.factories import START, AgencyFactory, UserFactory
from tests.home import factories
from tests.procedures.factories import make_page, make_procedure, make_section

pytestmark = pytest.mark.django_db
#: The maximum number of statements: in a process that has just started, and in one that has already answered.
MAX_QUERIES = {
    "/": (18, 8),
    "/co-quan/": (13, 3),
    "/co-quan/so/": (18, 8),
    "/tin-tuc/": (15, 5),
    "/tin-tuc/bai/": (13, 4),
}


@pytest.fixture(autouse=True)
def _no_generation_polling(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the poll of the cache generation (every half second) out of counted queries."""
    monkeypatch.setattr(page_cache, "POLL_SECONDS", 3600)
    page_cache.watch.expire()
    yield
    page_cache.watch.expire()


def clear_caches() -> None:
    """Clear all caches of the process."""
    ContentType.objects.clear_cache()
    Site.clear_site_root_paths_cache()
    for cache in caches.all():
        cache.clear()
    process_cache.clear()
    page_cache.watch.expire()


def count_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def cold_and_warm(client: Client, path: str) -> tuple[int, int]:
    clear_caches()
    cold = count_queries(client, path)
    return cold, count_queries(client, path)


@pytest.fixture
def agency() -> Agency:
    agency = AgencyFactory(slug="so", name="Sở")
    factories.agency_site(agency)
    factories.news(0, slug="bai", agency=agency, body=factories.body("Bài."))
    return agency


def grow(agency: Agency) -> Callable[[int], None]:
    """Return a function that adds rows of everything listed on these pages."""
    section = make_section(agency)
    counter = [0]

    def more(count: int) -> None:
        for _ in range(count):
            counter[0] += 1
            other = AgencyFactory()
            factories.agency_site(other)
            factories.news(counter[0], agency=agency)
            factories.news(counter[0], title=f"Tin khác {counter[0]}", agency=other)
            factories.alert(agency=agency)
            factories.alert(link_page=Page.objects.get(slug="bai"), link_text="Xem")
            page = make_page(procedure=make_procedure(), section=section)
            LocalAssignment.objects.create(procedure=page.procedure, agency=agency, valid_from=START)

    return more


def test_query_counts_do_not_grow_with_rows(client: Client, agency: Agency) -> None:
    more, paths = (
        grow(agency),
        [*MAX_QUERIES, "/tin-tuc/?page=2", "/tin-tuc/?co-quan=so", "/tin-tuc/?co-quan=khong-co"],
    )
    more(6)
    few = {path: cold_and_warm(client, path) for path in paths}
    more(5)
    assert {path: cold_and_warm(client, path) for path in paths} == few
    assert all(
        few[path][0] <= MAX_QUERIES[path][0] and few[path][1] <= MAX_QUERIES[path][1] for path in MAX_QUERIES
    ), few
    assert all(few[path][1] <= MAX_QUERIES["/tin-tuc/"][1] + 1 for path in paths[len(MAX_QUERIES) :])


def test_query_counts_of_signed_in_users_do_not_grow_with_rows(client: Client, agency: Agency) -> None:
    client.force_login(UserFactory(), "django.contrib.auth.backends.ModelBackend")
    more, paths = grow(agency), ["/", "/co-quan/so/", "/tin-tuc/"]
    more(3)
    few = {path: cold_and_warm(client, path) for path in paths}
    more(5)
    assert {path: cold_and_warm(client, path) for path in paths} == few
    # the session, the user, and what they have access to
    assert all(few[path][1] <= MAX_QUERIES[path][1] + 5 for path in paths), few


def test_cached_page_needs_no_queries(client: Client, agency: Agency, settings: Any) -> None:
    settings.PAGE_CACHE_ENABLED = True
    for path in MAX_QUERIES:
        client.get(path)
        assert count_queries(client, path) == 0, path


def test_english_pages_need_at_most_one_more_query(client: Client, agency: Agency) -> None:
    for path in MAX_QUERIES:
        assert cold_and_warm(client, f"/en{path}")[1] <= MAX_QUERIES[path][1] + 1, path
