"""The engine contract, the engines by name, and which one answers first.

An engine finds candidates and counts; the shared scorer (``search.ranking``) orders them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, cast

from django.conf import settings
from django.utils.module_loading import import_string

from search.analysis import Query
from search.models import IndexedDocument
from search.requests import Filters


class EngineUnavailable(Exception):
    """The engine did not answer in time, or its answer cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that may answer; ``text_score`` is the engine's own, comparable within one answer only.

    ``version`` is the document's in the database, 0 if the engine does not know it.
    """

    key: str
    text_score: float = 0.0
    version: int = 0


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """The number of documents that match, in total and by facet name and value."""

    total: int
    counts: Mapping[str, Mapping[str, int]]


class TextSearch(NamedTuple):
    """A query to be searched for in whole texts; up to ``limit`` of the documents found are ranked.

    An engine may look only at the documents ``among`` (id → key), best first, if the caller knows good ones.
    """

    query: Query
    limit: int
    among: Mapping[int, str] | None = None


class Engine(ABC):
    """A way to find documents. Every method raises ``EngineUnavailable`` if the engine cannot be used."""

    name: str

    @abstractmethod
    def candidates(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        """Return up to ``limit`` documents that share words or codes with ``query``, most promising first."""

    @abstractmethod
    def start_text_searches(
        self, searches: Sequence[TextSearch], filters: Filters
    ) -> Callable[[], list[list[Candidate]]]:
        """Start looking for documents whose text matches; return a function that waits for the results of each."""

    @abstractmethod
    def browse(self, filters: Filters, *, sort: str, offset: int, limit: int) -> list[str]:
        """Return the keys of one slice of all documents that pass ``filters``."""

    @abstractmethod
    def count_facets(self, query: Query | None, filters: Filters, *, facets: Sequence[str]) -> FacetCounts:
        """Count the documents that contain every word of ``query`` (all documents for None).

        A facet's own selection does not narrow its counts.
        """

    @abstractmethod
    def prefix_candidates(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        """Return documents whose title contains the words, the last of which may be unfinished."""


class Replica(Engine):
    """An engine with a copy of the documents outside the database, which may lag behind."""

    @abstractmethod
    def put(self, collection: str, rows: Sequence[IndexedDocument]) -> None:
        """Copy new or changed rows."""

    @abstractmethod
    def remove(self, collection: str, keys: Sequence[str]) -> None:
        """Remove documents from the copy."""

    @abstractmethod
    def rebuild(self) -> None:
        """Build a new copy beside the old one, then switch to it in one step."""

    @abstractmethod
    def reconcile(self) -> int:
        """Correct all differences from the database; return the number of documents that differed."""


DATABASE: Final = "database"
ELASTIC: Final = "elastic"
_ENGINES: Final = {
    DATABASE: "search.engines.database.engine.DatabaseEngine",
    ELASTIC: "search.engines.elastic.engine.ElasticEngine",
}


def engine(name: str) -> Engine:
    """Return a new engine ``name``; raise ``LookupError`` if it is unknown or its server is not configured.

    An engine has the time budget of its request, so each request gets its own engine.
    """
    if name not in _ENGINES:
        raise LookupError(f"no search engine {name!r}; there are {', '.join(_ENGINES)}")
    if name == ELASTIC and not settings.ELASTICSEARCH_URL:
        raise LookupError("ELASTICSEARCH_URL is not set")
    made: Engine = import_string(_ENGINES[name])()
    return made


def replicas() -> list[Replica]:
    """Return the engines with a copy of the documents, which follow every change."""
    return [cast("Replica", engine(ELASTIC))] if settings.ELASTICSEARCH_URL else []


def engine_or_primary(name: str = "") -> Engine:
    """Return the engine ``name``; without a name the primary one: a replica if there is one, otherwise the database."""
    return engine(name) if name else next(iter(replicas()), None) or engine(DATABASE)
