"""The contract of an engine: it finds candidates and counts; one shared scorer ranks them (``search.ranking``)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from search.analysis.query import Query
from search.models import IndexedDocument
from search.requests import Values


class EngineUnavailable(Exception):
    """The engine did not answer in time, or not with anything to be trusted. The database answers instead."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents may be found at all, and which of them the person chose."""

    collection: str
    locale: str
    scopes: Values
    selected: Mapping[str, Values] = field(default_factory=dict)

    def without(self, name: str) -> Filters:
        """Return the filters without the choice ``name``."""
        rest = {key: values for key, values in self.selected.items() if key != name}
        return Filters(self.collection, self.locale, self.scopes, rest)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that may answer; ``text_score`` is the engine's own BM25, comparable inside one answer only."""

    key: str
    text_score: float = 0.0


@dataclass(frozen=True, slots=True)
class Tally:
    """How many documents match, and how many of them have each facet value."""

    total: int
    counts: Mapping[str, Mapping[str, int]]


class Engine(ABC):
    """One way to find documents. Every method raises ``EngineUnavailable`` when the engine cannot be used."""

    name: str

    @abstractmethod
    def candidates(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        """Return up to ``limit`` documents that share words or codes with ``query``, most promising first."""

    @abstractmethod
    def browse(self, filters: Filters, *, sort: str, offset: int, limit: int) -> list[str]:
        """Return the keys of one slice of everything that ``filters`` leave."""

    @abstractmethod
    def tally(self, query: Query | None, filters: Filters, *, facets: Sequence[str]) -> Tally:
        """Count the documents that hold every word of ``query`` (all of them for None), in total and by facet.

        A facet's own choice does not narrow its counts.
        """

    @abstractmethod
    def starting_with(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        """Return documents whose title holds the words, the last one perhaps unfinished."""


class Mirror(Engine):
    """An engine with a copy of the documents outside the database. The copy may lag; it never decides."""

    @abstractmethod
    def put(self, collection: str, rows: Sequence[IndexedDocument]) -> None:
        """Copy new or changed rows."""

    @abstractmethod
    def remove(self, collection: str, keys: Sequence[str]) -> None:
        """Take documents out of the copy."""

    @abstractmethod
    def rebuild(self) -> None:
        """Make the copy anew beside the old one and switch to it at once."""

    @abstractmethod
    def reconcile(self) -> int:
        """Compare the copy with the database and heal it; returns the number of documents that differed."""
