"""Fixtures of browser tests: the tests of a module share the demo data and do not change them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils import translation
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from demo import plans
from demo.load import load_province
from tests.e2e.scenario import Scenario
from tests.e2e.walks import WIDTHS, Walk
from tests.support.browser import Visits
from tests.support.database import Snapshot, update_statistics

#: Fixtures whose data is kept until the end of the module.
SHARED = {"scenario", "demo_server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that use shared data, so that pytest-django sets up a test database for them."""
    for item in items:
        if SHARED.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.django_db)


@pytest.fixture
def _django_db_helper(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """Keep shared data after a test; the database is restored at the end of the module."""
    if not SHARED.intersection(request.fixturenames):
        request.getfixturevalue("_django_db_helper")
        yield
        return
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def scenario(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scenario]:
    """Create a province with dossiers in many statuses; restore the database at the end of the module."""
    with django_db_blocker.unblock():
        before = Snapshot(connection)
        with translation.override("vi"):
            scenario = Scenario()
        yield scenario
        before.restore(connection)


@pytest.fixture(scope="module")
def server(scenario: Scenario) -> Iterator[LiveServer]:
    """Run a live server for the scenario."""
    running = LiveServer("localhost")
    yield running
    running.stop()


@pytest.fixture
def scenario_visits(server: LiveServer, chromium: Browser) -> Iterator[Visits]:
    """Like `visits`, with the scenario, which is created before the browser starts its event loop in this thread."""
    opened = Visits(chromium, server.url)
    yield opened
    opened.close()
    assert not opened.complaints, "\n".join(opened.complaints)


@pytest.fixture(scope="module")
def demo_server(django_db_setup: None, django_db_blocker: Any) -> Iterator[LiveServer]:
    """Serve the demo province, with only its new dossiers. The walks of a module use different objects."""
    with django_db_blocker.unblock():
        before = Snapshot(connection)
        with translation.override("vi"), patch.object(plans, "STATUS_PATHS", plans.STATUS_PATHS[:1]):
            load_province(lambda _line: None)
        update_statistics(connection)
        running = LiveServer("localhost")
        yield running
        running.stop()
        before.restore(connection)


@pytest.fixture
def demo_walk(demo_server: LiveServer, chromium: Browser) -> Iterator[Callable[..., Walk]]:
    """Return a factory of walks through the demo, each in a browser of its own."""
    opened = Visits(chromium, demo_server.url)
    yield lambda name: Walk(opened.page(width=WIDTHS["1280"]), name)
    opened.close()
    assert not opened.complaints, "\n".join(opened.complaints)
