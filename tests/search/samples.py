"""Documents of a kind that exists only in tests, and an engine to find them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from search.documents import DocumentSource, SearchDocument
from search.engines import base as engines
from search.engines.elastic import client, index_integrity, schema
from search.models import LexiconEntry
from search.requests import SearchRequest
from search.results import SearchResult
from search.selectors import search as selectors
from search.selectors.search import search
from search.services import indexing

KIND = "sample"
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def empty_lexicon() -> None:
    """Delete the shipped lexicon, without the signals that its two thousand rows would send."""
    entries = LexiconEntry.objects.all()
    entries._raw_delete(entries.db)


class SampleSource(DocumentSource):
    """A source whose documents a test adds and removes."""

    kind = KIND

    def __init__(self, collection: str = "public") -> None:
        self.collection = collection
        self.documents_by_ref: dict[str, SearchDocument] = {}

    def refs(self) -> set[str]:
        return set(self.documents_by_ref)

    def documents(self, refs: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        known = self.documents_by_ref
        for ref in list(known) if refs is None else refs:
            if ref in known:
                yield known[ref]


class SearchFixture:
    """A source of sample documents and an engine that searches them."""

    def __init__(self, engine_name: str, capture: Any, collection: str = "public") -> None:
        self.name = engine_name
        self.source = SampleSource(collection)
        self._capture = capture

    def document(self, title: str, **facts: Any) -> SearchDocument:
        """Return a document, numbered and an hour newer than the one before."""
        number = len(self.source.documents_by_ref) + 1
        base = SearchDocument(
            kind=KIND,
            ref=f"{number:03}",
            title=title,
            url=f"/mau/{number}/",
            changed_at=MONDAY + timedelta(hours=number),
            collection=self.source.collection,
        )
        return replace(base, **facts)

    def add(self, title: str, **facts: Any) -> SearchDocument:
        """Add a document to the source; ``sync`` indexes it."""
        document = self.document(title, **facts)
        self.source.documents_by_ref[document.ref] = document
        return document

    def sync(self, *refs: str) -> None:
        """Index the documents as the outbox would, and wait until the engine finds them."""
        self.deliver(*refs)
        self.settle()

    def deliver(self, *refs: str) -> None:
        """Index the documents as the outbox would."""
        with self._capture(execute=True):
            indexing.refresh_documents(
                source=self.source, refs=list(refs) or list(self.source.documents_by_ref)
            )

    def settle(self) -> None:
        """Invalidate values in memory, and refresh the indexes of Elasticsearch."""
        selectors.invalidate_resources()
        if self.name == engines.ELASTIC:
            client.background_client().indices.refresh(index=f"{settings.ELASTICSEARCH_INDEX_PREFIX}-*")

    def ask(self, query: str = "", **facts: Any) -> SearchResult:
        """Return the result of this engine; a result from the fallback fails the test."""
        request = SearchRequest(query=query, collection=self.source.collection, **facts)
        result = search(request, engine=self.name)
        assert not result.degraded
        return result

    def titles(self, query: str = "", **facts: Any) -> list[str]:
        """Return the titles found, best first."""
        return [hit.title.text for hit in self.ask(query, **facts).hits]


def reset_servers() -> None:
    """Close the breakers and check every index again."""
    client.breaker_for.cache_clear()
    index_integrity.invalidate()


def index_names() -> list[str]:
    """Return the indexes of this test run on the server."""
    found = client.background_client().indices.get(
        index=f"{schema.alias('public')}*", ignore_unavailable=True
    )
    return sorted(str(name) for name in found)
