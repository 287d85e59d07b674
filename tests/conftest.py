"""What every test may count on; docs/operations.md#tests explains the rules."""

from __future__ import annotations

import gettext as gettext_module
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
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
from tests.support.redis_server import RedisServer
from tests.support.template import migrated_from_template

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RUN = secrets.token_hex(3)

# No test depends on how fast the machine is; a failure is told with what reproduces it.
hypothesis.settings.register_profile("portal", deadline=None, print_blob=True)
hypothesis.settings.load_profile("portal")


def reset_translations() -> None:
    """Make Django read the catalogues again, as its own autoreloader does."""
    gettext_module._translations = {}  # type: ignore[attr-defined]
    trans_real._translations = {}
    trans_real._default = None


def pytest_configure() -> None:
    """Tests read the interface in Vietnamese: compile the catalogues, and drop what Django loaded before."""
    clock.start()
    if compile_catalogues():
        reset_translations()


def pytest_unconfigure() -> None:
    clock.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Under xdist the browser tests of a module stay on one worker and share its browser."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group(f"browser-{item.location[0]}"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    services.skip_or_fail(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    report: pytest.TestReport = yield  # type: ignore[assignment, misc]
    services.fail_on_skip(report)
    return report  # type: ignore[return-value]


@pytest.fixture(scope="session")
def worker() -> str:
    """A name that no other process of this or another run has."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{RUN}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """Begin with a copy of a migrated template instead of running two hundred migrations each time."""
    with django_db_blocker.unblock(), migrated_from_template(connections["default"]):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """After a test that commits, put back what the migrations created instead of flushing it away."""
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
    """A thread that a test left behind must not keep the test database from being dropped.

    Nor may this session: while a browser lives, its event loop gives this thread a connection of its own.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.close()


@pytest.fixture(autouse=True)
def _as_a_new_visitor() -> Iterator[None]:
    """Nothing of one test is seen by the next: language, time zone, caches."""
    # The apps are not ready when this file is loaded as a plug-in.
    from core.pagecache.epochs import watch  # noqa: PLC0415
    from core.pagecache.remembering import parts  # noqa: PLC0415

    translation.activate("vi")
    yield
    translation.deactivate_all()
    timezone.deactivate()
    for cache in caches.all(initialized_only=True):
        cache.clear()
    parts.forget()
    watch.forget()


@pytest.fixture(autouse=True)
def _own_index_prefix(settings: Any, worker: str) -> None:
    """Two workers, or two people on one server, never write to the same index."""
    settings.ELASTICSEARCH_INDEX_PREFIX = f"test-{worker}"


@pytest.fixture(scope="session")
def _swept_indices(worker: str) -> Iterator[None]:
    yield
    services.sweep_indices(django_settings.TEST_ELASTICSEARCH_URL, f"test-{worker}")


@pytest.fixture
def elasticsearch_url(settings: Any, _swept_indices: None) -> str:
    """Point the portal at the real server for this test (which carries the marker `elasticsearch`)."""
    settings.ELASTICSEARCH_URL = settings.TEST_ELASTICSEARCH_URL
    return str(settings.ELASTICSEARCH_URL)


@pytest.fixture
def redis_url() -> Iterator[str]:
    """An empty Redis database of this worker's own (the test carries the marker `redis`)."""
    number = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    url = f"{django_settings.TEST_REDIS_URL.rsplit('/', 1)[0]}/{number}"
    services.empty_redis(url)
    yield url
    services.empty_redis(url)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that this test may silence and kill (the test carries the marker `redis`)."""
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
    """`visits.page(javascript=…, width=…)` on the live server; a script or policy error fails the test."""
    opened = browsing.Visits(chromium, live_server.url)
    yield opened
    opened.close()
    assert not opened.complaints, "\n".join(opened.complaints)


@pytest.fixture
def shoot() -> Callable[..., None]:
    """`shoot(page, name)` keeps a screenshot as artifacts/<name>.jpg."""
    return browsing.shoot
