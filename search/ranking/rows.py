"""The columns of documents that scoring reads, kept in memory while the documents do not change.

A search scores up to five hundred candidates, and the next search scores many of the same. Reading and parsing their
columns costs more than scoring them, so a process reads the rows of the public documents before its first search and
keeps those that it used most recently. A row is used only as long as its version is the one in the database.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import islice
from sys import intern
from threading import Lock
from typing import Any, Final

from django.db.models import F, TextField
from django.db.models.functions import Cast

from search.language.tokenizer import folded_syllables, index_codes
from search.models import TITLE_SEPARATOR, IndexedDocument

# About 90 MB (docs/features/search.md); a window of candidates has 500.
MAX_ROWS: Final = 25_000
_CHUNK: Final = 2000
_OPENING: Final = tuple(folded_syllables("thủ tục"))


class Title:
    """The words of a row's title, and the words of its keywords and summary (``extra``)."""

    # A process keeps thousands of them: tuples take a fifth of the memory of sets.
    __slots__ = ("_marked", "_repeated", "extra", "known", "start", "words")

    def __init__(self, words: str, marked: str, extra: str) -> None:
        # Tuples and strings shared between titles, which the garbage collector need not visit.
        self.words = tuple(map(intern, words.split()))
        self.extra = tuple(map(intern, dict.fromkeys(extra.split())))
        self._marked: str | tuple[str, ...] = marked
        self._repeated: tuple[str, ...] | None = () if len(set(self.words)) == len(self.words) else None
        #: What scoring derives from the title alone, by name; kept as long as the title.
        self.known: dict[str, Any] = {}
        #: Where the title starts after an uninformative ``Thủ tục``.
        self.start = len(_OPENING) if self.words[: len(_OPENING)] == _OPENING else 0

    @property
    def marked(self) -> tuple[str, ...]:
        """The words with their diacritics."""
        if isinstance(self._marked, str):
            self._marked = tuple(map(intern, self._marked.split()))
        return self._marked

    def places(self, word: str) -> tuple[int, ...]:
        """Return the positions of ``word``, ascending."""
        if word not in self.words:
            return ()
        if word not in self.repeated:
            return (self.words.index(word),)
        return tuple(position for position, one in enumerate(self.words) if one == word)

    @property
    def repeated(self) -> tuple[str, ...]:
        """The later occurrences of words that the title contains more than once."""
        if self._repeated is None:
            left = list(self.words)
            for word in set(self.words):
                left.remove(word)
            self._repeated = tuple(left)
        return self._repeated

    def phrase_at(self, words: tuple[str, ...]) -> int | None:
        """Return the first position where ``words`` are adjacent, or None."""
        for position in self.places(words[0]):
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
        """The words of the document's own title."""
        own = self.variants[0]
        return Title(own.title_words, own.title_marked, own.extra_words)

    @cached_property
    def variants(self) -> tuple[Row, ...]:
        """The row under each of its titles, its own first; each has the words of the others as extra words."""
        words, marked = (text.split(TITLE_SEPARATOR) for text in (self.title_words, self.title_marked))
        if len(words) == 1:
            return (self,)
        extra = " ".join([self.extra_words, *words])
        return tuple(
            replace(self, title_words=one, title_marked=spelled, extra_words=extra)
            for one, spelled in zip(words, marked, strict=True)
        )

    @cached_property
    def index_codes(self) -> frozenset[str]:
        """The codes in the forms in which queries name them."""
        return frozenset(index_codes([*self.codes, *self.references]))

    @cached_property
    def timestamp(self) -> float:
        """The time of the last change in seconds."""
        return self.changed_at.timestamp()


_JSON: Final = frozenset({"codes", "references", "facets", "facet_labels", "scopes"})
_NAMES: Final = tuple(field.name for field in fields(Row))
# JSON arrives as text: few of its values differ, and parsing each of them again takes longer than everything else.
_COLUMNS: Final = tuple(Cast(name, TextField()) if name in _JSON else F(name) for name in _NAMES)
_JSON_PLACES: Final = tuple(place for place, name in enumerate(_NAMES) if name in _JSON)
MAX_PARSED: Final = 5000


@lru_cache(MAX_PARSED)
def _parsed(text: str) -> Any:
    """Return the value of a JSON column, shared by all rows that have it; the columns of a row are never changed."""
    return json.loads(text)


def _row(columns: Sequence[Any]) -> Row:
    values = list(columns)
    for place in _JSON_PLACES:
        values[place] = _parsed(values[place])
    return Row(*values)


class RowCache:
    """Rows by key; beyond ``size`` the least recently used ones are dropped."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._rows: OrderedDict[str, Row] = OrderedDict()
        self._filled: set[str] = set()
        self._lock = Lock()

    def read(self, versions: Mapping[str, int]) -> dict[str, Row]:
        """Return the rows of the documents ``versions`` (key → version in the database), without deleted ones."""
        found = self._kept(versions)
        missing = [key for key in versions if key not in found]
        if missing:
            values = IndexedDocument.objects.with_keys(missing).values_list(*_COLUMNS)
            read = [_row(columns) for columns in values]
            found |= {row.key: row for row in read}
            self._keep(read)
        return found

    def fill(self, collection: str) -> None:
        """Read the rows of ``collection``, as many as can be kept, so that no search waits for them.

        Only once: a process that has them reads what changes when a search finds it.
        """
        with self._lock:
            if collection in self._filled:
                return
            self._filled.add(collection)
        documents = IndexedDocument.objects.filter(collection=collection).order_by("-weight", "-changed_at")
        read = map(_row, documents.values_list(*_COLUMNS)[: self.size].iterator(chunk_size=_CHUNK))
        while some := list(islice(read, _CHUNK)):
            for row in some:
                row.title, row.index_codes  # noqa: B018 - computed now
            self._keep(some)

    def clear(self) -> None:
        """Drop all rows."""
        with self._lock:
            self._rows.clear()
            self._filled.clear()

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
