"""Sample documents on every engine: SQLite or PostgreSQL (the run's database), and Elasticsearch if available."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from search import documents
from search.engines import base as engines
from search.selectors import search as selectors
from tests.search.samples import KIND, SearchFixture, empty_lexicon, reset_servers

ENGINES = [engines.DATABASE, pytest.param(engines.ELASTIC, marks=pytest.mark.elasticsearch)]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """No test sees the lexicon, the word statistics or the failed servers of another."""
    selectors.invalidate_resources()
    reset_servers()
    yield
    selectors.invalidate_resources()
    reset_servers()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn, with its server ready and empty."""
    if request.param == engines.ELASTIC:
        request.getfixturevalue("elasticsearch_url")
        # How a slow machine affects the time limits is not tested here.
        request.getfixturevalue("settings").ELASTICSEARCH_TIMEOUT = 20.0
    return str(request.param)


@pytest.fixture
def samples(
    db: None, engine_name: str, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> SearchFixture:
    """A source without documents, the only one."""
    return _open(SearchFixture(engine_name, django_capture_on_commit_callbacks), monkeypatch)


@pytest.fixture
def dossier_samples(
    db: None, engine_name: str, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> SearchFixture:
    """The same for dossiers."""
    return _open(SearchFixture(engine_name, django_capture_on_commit_callbacks, "dossiers"), monkeypatch)


def _open(samples: SearchFixture, monkeypatch: pytest.MonkeyPatch) -> SearchFixture:
    monkeypatch.setattr(documents, "_sources", {KIND: samples.source})
    empty_lexicon()
    for replica in engines.replicas():
        replica.reconcile()
    return samples
