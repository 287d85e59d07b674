"""Libraries on every engine: SQLite or PostgreSQL by the run's database, Elasticsearch where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from search import registry
from search.engines import registry as engines
from search.models import LexiconEntry
from search.selectors import knowledge
from tests.search.library import KIND, Library, forget_servers

ENGINES = [engines.DATABASE, pytest.param(engines.ELASTIC, marks=pytest.mark.elasticsearch)]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """No test sees the lexicon, the word statistics or the broken servers of another."""
    knowledge.forget()
    forget_servers()
    yield
    knowledge.forget()
    forget_servers()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn, its server ready and empty."""
    if request.param == engines.ELASTIC:
        request.getfixturevalue("elasticsearch_url")
        # What a slow machine does to the time limits is not this suite's question.
        request.getfixturevalue("settings").ELASTICSEARCH_TIMEOUT = 20.0
    return str(request.param)


@pytest.fixture
def library(
    db: None, engine_name: str, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> Library:
    """An empty library, the only source of documents."""
    return _open(Library(engine_name, django_capture_on_commit_callbacks), monkeypatch)


@pytest.fixture
def office(
    db: None, engine_name: str, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> Library:
    """An empty library of dossiers."""
    return _open(Library(engine_name, django_capture_on_commit_callbacks, "dossiers"), monkeypatch)


def _open(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setattr(registry, "_sources", {KIND: library.shelf})
    LexiconEntry.objects.all().delete()
    for mirror in engines.mirrors():
        mirror.reconcile()
    return library
