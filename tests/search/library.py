"""Documents of a kind that only tests know, and an engine to find them with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from search.documents import SearchDocument
from search.engines import registry as engines
from search.engines.elastic import client, schema, trust
from search.registry import DocumentSource
from search.requests import SearchRequest
from search.results import SearchResult
from search.selectors import knowledge, search
from search.services import indexing

KIND = "sample"
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Shelf(DocumentSource):
    """The truth that tests change; ``put`` and ``remove`` tell the index as a service would."""

    kind = KIND

    def __init__(self, collection: str = "public") -> None:
        self.collection = collection
        self.kept: dict[str, SearchDocument] = {}

    def documents(self, refs: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        wanted = list(self.kept) if refs is None else [ref for ref in refs if ref in self.kept]
        for ref in wanted:
            yield self.kept[ref]


class Library:
    """A shelf, an engine, and the questions of a test."""

    def __init__(self, engine_name: str, capture: Any, collection: str = "public") -> None:
        self.name = engine_name
        self.shelf = Shelf(collection)
        self._capture = capture

    def document(self, title: str, **facts: Any) -> SearchDocument:
        """A document as tests need it: numbered, an hour younger than the one before."""
        number = len(self.shelf.kept) + 1
        base = SearchDocument(
            kind=KIND,
            ref=f"{number:03}",
            title=title,
            url=f"/mau/{number}/",
            changed_at=MONDAY + timedelta(hours=number),
            collection=self.shelf.collection,
        )
        return replace(base, **facts)

    def add(self, title: str, **facts: Any) -> SearchDocument:
        """Put a document on the shelf; ``sync`` brings it into the index."""
        document = self.document(title, **facts)
        self.shelf.kept[document.ref] = document
        return document

    def sync(self, *refs: str) -> None:
        """Deliver what services would have asked for, and wait until the engine can see it."""
        self.deliver(*refs)
        self.settle()

    def deliver(self, *refs: str) -> None:
        """Deliver only, as the outbox does."""
        with self._capture(execute=True):
            indexing.refresh_documents(source=self.shelf, refs=list(refs) or list(self.shelf.kept))

    def settle(self) -> None:
        """Forget what the process remembers, and let Elasticsearch show what it was sent."""
        knowledge.forget()
        if self.name == engines.ELASTIC:
            client.background().indices.refresh(index=f"{settings.ELASTICSEARCH_INDEX_PREFIX}-*")

    def ask(self, query: str = "", **facts: Any) -> SearchResult:
        """The answer of this library's engine; a stand-in answer fails the test."""
        request = SearchRequest(query=query, collection=self.shelf.collection, **facts)
        result = search(request, engine=self.name)
        assert not result.degraded
        return result

    def titles(self, query: str = "", **facts: Any) -> list[str]:
        """The titles found, best first."""
        return [hit.title.text for hit in self.ask(query, **facts).hits]


def forget_servers() -> None:
    """Close breakers and doubt every index again."""
    client.breaker_for.cache_clear()
    trust.forget()


def index_names() -> list[str]:
    """The indexes of this test run on the server."""
    found = client.background().indices.get(index=f"{schema.alias('public')}*", ignore_unavailable=True)
    return sorted(str(name) for name in found)
