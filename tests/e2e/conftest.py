"""One town for a whole module: many pages are looked at, none of the tests changes what the next one sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.e2e.town import Town
from tests.support.browser import Visits
from tests.support.database import Snapshot


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ask for a test database also where nothing but the town is tested: without one it would stand in the real one."""
    for item in items:
        if "town" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db)


@pytest.fixture
def _django_db_helper(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """The town outlives a test: what is done in it is undone when the module is done, not after each test."""
    if "town" not in request.fixturenames:
        request.getfixturevalue("_django_db_helper")
        yield
        return
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """A province with dossiers in many states, and a server; the database is put back when the module is done."""
    with django_db_blocker.unblock():
        before = Snapshot(connection)
        with translation.override("vi"):
            town = Town()
        yield town
        before.restore(connection)


@pytest.fixture(scope="module")
def server(town: Town) -> Iterator[LiveServer]:
    """The town's portal."""
    running = LiveServer("localhost")
    yield running
    running.stop()


@pytest.fixture
def strolls(server: LiveServer, chromium: Browser) -> Iterator[Visits]:
    """As `visits`, in the town; the database is made before the browser brings its event loop into this thread."""
    opened = Visits(chromium, server.url)
    yield opened
    opened.close()
    assert not opened.complaints, "\n".join(opened.complaints)
