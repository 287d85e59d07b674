"""The columns of documents that scoring reads, kept in memory while the documents do not change.

A search scores up to five hundred candidates, and the next search scores many of the same. Reading and parsing their
columns costs more than scoring them, so a process keeps the rows of the documents that it scored last.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from sys import intern
from threading import Lock
from typing import Any, Final

from search.language.tokenizer import folded_syllables, index_codes
from search.models import IndexedDocument

# About 12 MB; a window of candidates has 500.
MAX_ROWS: Final = 4000
_OPENING: Final = tuple(folded_syllables("thủ tục"))


class Title:
    """The words of a row's title with their positions, and the words of its keywords and summary (``extra``)."""

    def __init__(self, words: str, marked: str, extra: str) -> None:
        # Tuples and strings shared between titles: what the garbage collector need not visit.
        self.words = tuple(map(intern, words.split()))
        self.marked = tuple(map(intern, marked.split()))
        self.extra = frozenset(map(intern, extra.split()))
        self.positions: dict[str, tuple[int, ...]] = {}
        for position, word in enumerate(self.words):
            self.positions[word] = (*self.positions.get(word, ()), position)
        #: What scoring finds out about the title alone, by name; kept as long as the title.
        self.known: dict[str, Any] = {}
        #: Where the title starts after an uninformative ``Thủ tục``.
        self.start = len(_OPENING) if self.words[: len(_OPENING)] == _OPENING else 0

    def phrase_at(self, words: tuple[str, ...]) -> int | None:
        """Return the first position where ``words`` are adjacent, or None."""
        for position in self.positions.get(words[0], ()):
            if self.words[position : position + len(words)] == words:
                return position
        return None


@dataclass
class Row:
    """The columns of one version of an ``IndexedDocument`` that scoring and counting read."""

    pk: int
    key: str
    version: int
    collection: str
    locale: str
    kind: str
    ref: str
    title_words: str
    title_marked: str
    extra_words: str
    codes: list[str]
    references: list[str]
    weight: float
    facets: dict[str, list[str]]
    facet_labels: dict[str, str]
    scopes: list[str]
    changed_at: datetime

    def values(self, facet: str) -> Sequence[str]:
        """Return the values of one facet; ``kind`` is a facet too."""
        return (self.kind,) if facet == "kind" else self.facets.get(facet, ())

    @cached_property
    def title(self) -> Title:
        """The words of the title."""
        return Title(self.title_words, self.title_marked, self.extra_words)

    @cached_property
    def index_codes(self) -> frozenset[str]:
        """The codes in the forms in which queries name them."""
        return frozenset(index_codes([*self.codes, *self.references]))

    @cached_property
    def timestamp(self) -> float:
        """The time of the last change in seconds."""
        return self.changed_at.timestamp()


_COLUMNS: Final = (
    *("pk", "key", "version", "collection", "locale", "kind", "ref", "title_words", "title_marked"),
    *("extra_words", "codes", "references", "weight", "facets", "facet_labels", "scopes", "changed_at"),
)


class RowCache:
    """Rows by key; of more than ``size`` those are dropped that were asked for least recently."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._rows: OrderedDict[str, Row] = OrderedDict()
        self._lock = Lock()

    def read(self, versions: Mapping[str, int]) -> dict[str, Row]:
        """Return the rows of the documents ``versions`` (key → version in the database), without deleted ones."""
        found = self._kept(versions)
        missing = [key for key in versions if key not in found]
        if missing:
            values = IndexedDocument.objects.filter(key__in=missing).values_list(*_COLUMNS)
            read = [Row(*columns) for columns in values]
            found |= {row.key: row for row in read}
            self._keep(read)
        return found

    def clear(self) -> None:
        """Forget every row."""
        with self._lock:
            self._rows.clear()

    def _kept(self, versions: Mapping[str, int]) -> dict[str, Row]:
        found = {}
        with self._lock:
            for key, version in versions.items():
                row = self._rows.get(key)
                if row is not None and row.version == version:
                    self._rows.move_to_end(key)
                    found[key] = row
        return found

    def _keep(self, rows: Iterable[Row]) -> None:
        with self._lock:
            for row in rows:
                self._rows[row.key] = row
                self._rows.move_to_end(row.key)
            while len(self._rows) > self.size:
                self._rows.popitem(last=False)


ROWS: Final = RowCache(MAX_ROWS)
