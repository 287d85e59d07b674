"""The full-text tables of the database engine: one contract, SQLite's FTS5 and PostgreSQL's tsvector below it.

Both hold folded syllables parted by spaces, so both find the same. They live outside Django's models because each
server has its own kind of table; migration 0002 makes them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.analysis.query import Query


@dataclass(frozen=True, slots=True)
class Text:
    """The folded text of one document: ``everything`` is title, extra and body together."""

    document_id: int
    title: str
    extra: str
    everything: str


@dataclass(frozen=True, slots=True)
class Matching:
    """A SQL table expression with the columns ``id`` and ``score`` (higher is better) and its parameters."""

    sql: str
    params: tuple[object, ...]


class TextTables(ABC):
    """What the engine needs of a server's full-text search, for one collection."""

    def __init__(self, collection: str) -> None:
        self.collection = collection

    @abstractmethod
    def create(self) -> list[str]:
        """Return the statements that make the tables."""

    @abstractmethod
    def drop(self) -> list[str]:
        """Return the statements that remove the tables."""

    @abstractmethod
    def write(self, texts: Sequence[Text]) -> None:
        """Put or replace the text of documents."""

    @abstractmethod
    def delete(self, document_ids: Iterable[int]) -> None:
        """Remove the text of documents."""

    @abstractmethod
    def promising(self, query: Query) -> Matching | None:
        """Match documents with any of the words in the title or the keywords."""

    @abstractmethod
    def complete(self, query: Query) -> Matching | None:
        """Match documents whose text holds all but one of the telling words, or an expansion as a phrase."""

    @abstractmethod
    def strict(self, query: Query) -> Matching | None:
        """Match documents that hold every word of the query."""

    @abstractmethod
    def beginning(self, query: Query) -> Matching | None:
        """Match documents whose title holds the words, the last one perhaps unfinished."""
