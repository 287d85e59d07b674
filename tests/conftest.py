"""Fixtures and rules for every test; docs/operations.md#tests explains them."""

from __future__ import annotations

import gc
import gettext as gettext_module
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from compile_messages import compile_catalogues
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import connections
from django.test import TransactionTestCase
from django.utils import timezone, translation
from django.utils.translation import trans_real

from tests.support import browser as browsing
from tests.support import clock, services
from tests.support.database import Snapshot
from tests.support.inspection import inspect_here
from tests.support.redis_server import RedisServer
from tests.support.template import migrated_from_template

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RUN = secrets.token_hex(3)

# No deadline, since machines differ in speed; a failure prints how to reproduce it.
hypothesis.settings.register_profile("portal", deadline=None, print_blob=True)
hypothesis.settings.load_profile("portal")


def reset_translations() -> None:
    """Drop loaded catalogues so that Django reads them again, as its autoreloader does."""
    gettext_module._translations = {}  # type: ignore[attr-defined]
    trans_real._translations = {}
    trans_real._default = None


SERVERS = ("postgres", "elasticsearch", "redis", "clamav", "browser")
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}
LONG_TESTS = (
    "tests/bench/", "tests/demo/", "tests/e2e/", "tests/forms_app/dossiers/test_transitions.py", "tests/portal/",
    "tests/procedures/management/", "tests/procedures/test_permissions.py", "tests/security/",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="run one case of each test that uses the database and no other server",
    )


def pytest_configure() -> None:
    """Compile the catalogues, since tests read the interface in Vietnamese."""
    clock.start()
    if compile_catalogues():
        reset_translations()


def pytest_unconfigure() -> None:
    clock.stop()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect no garbage while tests are collected, since they live to the end; later collections skip them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def uses_only_the_database(item: pytest.Item) -> bool:
    """Return True if the test may use the database, by its marker or its fixtures, and needs no other server.

    Tests with the marker `one_database` run no query that others do not run on both databases.
    """
    marks = {mark.name for mark in item.iter_markers()}
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(marks & {"django_db", "sqlite"} or fixtures & DATABASE_FIXTURES) and not marks.intersection(
        (*SERVERS, "one_database")
    )


def one_case_of_each(items: Iterable[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield one case of each parametrised test: the others have other data but the same queries.

    The random order decides which one, so it changes from run to run and can be reproduced with the seed.
    """
    seen: set[str] = set()
    for item in items:
        test = item.nodeid.partition("[")[0]
        if test not in seen or item.get_closest_marker("sqlite"):
            yield item
        seen.add(test)


def runs_early(item: pytest.Item) -> bool:
    """Return True for tests that may take long, so that no worker finishes with them while the others wait."""
    return bool(item.get_closest_marker("browser")) or item.location[0].startswith(LONG_TESTS)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Run long modules first; with `--database-only`, one case of each test that uses no other server."""
    yield  # the order becomes random
    items.sort(key=lambda item: not runs_early(item))
    if config.getoption("database_only"):
        chosen = set(one_case_of_each(filter(uses_only_the_database, items)))
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = [item for item in items if item in chosen]


def pytest_runtest_setup(item: pytest.Item) -> None:
    services.skip_or_fail(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    report: pytest.TestReport = yield  # type: ignore[assignment, misc]
    services.fail_on_skip(report)
    return report  # type: ignore[return-value]


@pytest.fixture(scope="session")
def worker() -> str:
    """A name that is unique to this process and run."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{RUN}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """Start from a copy of a migrated template instead of running two hundred migrations."""
    with django_db_blocker.unblock(), migrated_from_template(connections["default"]):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """After a test that commits, restore the rows that the migrations created instead of flushing the tables."""
    with django_db_blocker.unblock():
        snapshots = {alias: Snapshot(connections[alias]) for alias in connections}

    def restore(test: TransactionTestCase) -> None:
        for alias in test._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
            snapshots[alias].restore(connections[alias])

    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = restore  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[attr-defined]
    with django_db_blocker.unblock():
        for alias in connections:
            _end_other_sessions(connections[alias])


def _end_other_sessions(connection: Any) -> None:
    """Close other sessions, so that a thread left by a test does not prevent dropping the test database.

    Close this session, too: while a browser is open, its event loop gives this thread a separate connection.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.close()


@pytest.fixture(autouse=True)
def _inspect_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inspect foreign files in this process, which is faster, unless a test asks for ``inspecting_process``."""
    if "inspecting_process" not in request.fixturenames:
        inspect_here(monkeypatch)


@pytest.fixture
def inspecting_process() -> None:
    """Inspect foreign files in a separate process with limits, as the portal does."""


@pytest.fixture(autouse=True)
def _as_a_new_visitor() -> Iterator[None]:
    """Reset language, time zone and caches between tests."""
    # Apps are not ready when this file is loaded as a plug-in.
    from core.web import page_cache  # noqa: PLC0415
    from core.web.process_cache import process_cache  # noqa: PLC0415
    from search.ranking.rows import ROWS  # noqa: PLC0415
    from search.ranking.titles import TITLES  # noqa: PLC0415

    # On a slow machine the poll of every half second would fall between two requests whose queries are counted.
    page_cache.POLL_SECONDS = 5.0
    translation.activate("vi")
    yield
    translation.deactivate_all()
    timezone.deactivate()
    for cache in caches.all(initialized_only=True):
        cache.clear()
    process_cache.clear()
    # With a frozen clock, documents of two tests may have the same key and version.
    ROWS.clear()
    for titles in TITLES.values():
        titles.clear()
    page_cache.watch.expire()


@pytest.fixture(autouse=True)
def _servers_are_called() -> None:
    """Close the circuit breakers: a failure caused by the previous test would persist for two more seconds."""
    from core import outbox  # noqa: PLC0415
    from core.web import outages, redis_cache  # noqa: PLC0415

    for breaker in (outages.breaker, outbox.broker_breaker, redis_cache.breaker):
        breaker.reset()


@pytest.fixture(autouse=True)
def _fresh_throttle_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the window of the rate limits with the test: a window that ends during the test would reset the counts."""
    from core.web import throttle  # noqa: PLC0415

    minutes_and_seconds = time.time() % 3600
    clock = SimpleNamespace(time=lambda: time.time() - minutes_and_seconds)
    monkeypatch.setattr(throttle, "time", clock)


@pytest.fixture(autouse=True)
def _own_index_prefix(settings: Any, worker: str) -> None:
    """Prevent workers and developers who share a server from writing to the same index."""
    settings.ELASTICSEARCH_INDEX_PREFIX = f"test-{worker}"


@pytest.fixture(scope="session")
def _swept_indices(worker: str) -> Iterator[None]:
    yield
    services.sweep_indices(django_settings.TEST_ELASTICSEARCH_URL, f"test-{worker}")


@pytest.fixture
def elasticsearch_url(settings: Any, _swept_indices: None) -> str:
    """Use the real server in this test, which must have the marker `elasticsearch`."""
    settings.ELASTICSEARCH_URL = settings.TEST_ELASTICSEARCH_URL
    return str(settings.ELASTICSEARCH_URL)


@pytest.fixture
def redis_url() -> Iterator[str]:
    """An empty Redis database for this worker; the test must have the marker `redis`."""
    number = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    url = f"{django_settings.TEST_REDIS_URL.rsplit('/', 1)[0]}/{number}"
    services.empty_redis(url)
    yield url
    services.empty_redis(url)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis server that this test may silence and kill; the test must have the marker `redis`."""
    server = RedisServer(tmp_path).start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser process for the module; pages come from `visits`."""
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture
def visits(chromium: Browser, live_server: Any) -> Iterator[browsing.Visits]:
    """Open pages of the live server with `visits.page(javascript=…, width=…)`; script errors fail the test."""
    opened = browsing.Visits(chromium, live_server.url)
    yield opened
    opened.close()
    assert not opened.complaints, "\n".join(opened.complaints)


@pytest.fixture
def shoot() -> Callable[..., None]:
    """`shoot(page, name)` saves a screenshot as artifacts/<name>.jpg."""
    return browsing.shoot
