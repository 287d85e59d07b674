"""The words of a collection's titles in memory: which documents share most with a query, without querying an engine.

Every process has the rows of all public documents anyway (``search.ranking.rows``). A set of documents is a number with
a bit for each, so that adding up the weights of twenty words in 23,000 titles takes less than a millisecond.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from search.analysis import MIN_COVERED, PHRASE_BONUS, Query
from search.documents import PUBLIC, locales_for
from search.models import CollectionState, IndexedDocument
from search.ranking.rows import MAX_ROWS, ROWS, Row
from search.requests import Filters

# How many more titles are compared by the weights of their words than are returned: phrases change the order.
_MORE: Final = 2
# Weights are added as whole numbers of sixteenths; a word of a rare name weighs about 9.
_PARTS: Final = 16
# A set of more documents than this is kept as a number, which then takes less memory than a list.
_MANY: Final = 200
_CHUNK: Final = 2000
_BITS: Final = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))
_SOME: Final = re.compile(rb"[^\0]")


class _Set:
    """A set of places, as a number with a bit for each if they are many."""

    __slots__ = ("_few", "_many")

    def __init__(self) -> None:
        self._few: array[int] | None = array("H")
        self._many = 0

    def add(self, place: int) -> None:
        if self._few is None:
            self._many |= 1 << place
            return
        self._few.append(place)
        if len(self._few) > _MANY:
            self._many, self._few = _number(self._few), None

    def discard(self, place: int) -> None:
        if self._few is None:
            self._many &= ~(1 << place)
        elif place in self._few:
            self._few.remove(place)

    def number(self) -> int:
        """Return the number with a bit for each place."""
        return self._many if self._few is None else _number(self._few)


def _number(places: Collection[int]) -> int:
    if not places:
        return 0
    data = bytearray((max(places) >> 3) + 1)
    for place in places:
        data[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(data, "little")


def _places(number: int) -> Iterator[int]:
    """Yield the places of the bits of ``number``, ascending."""
    data = number.to_bytes((number.bit_length() + 7) >> 3, "little")
    for found in _SOME.finditer(data):
        start = found.start()
        for bit in _BITS[data[start]]:
            yield start << 3 | bit


def _add_up(weighted: Iterable[tuple[int, int]]) -> list[int]:
    """Return the sums of the weights for all places at once: the n-th number has the n-th binary digit of each."""
    digits: list[int] = []
    for places, weight in weighted:
        for digit in range(weight.bit_length()):
            carry = places if weight >> digit & 1 else 0
            while carry:
                digits.extend([0] * (digit + 1 - len(digits)))
                digits[digit], carry = digits[digit] ^ carry, digits[digit] & carry
                digit += 1  # noqa: PLW2901 - the carry moves on to the next digit
    return digits


def _by_sum(digits: Sequence[int], among: int) -> Iterator[tuple[int, int]]:
    """Yield (sum, places that have it) for the places ``among``, greatest sum first, without zero."""
    left = [(among, len(digits), 0)]
    while left:
        places, digit, total = left.pop()
        if not digit:
            if total:
                yield total, places
            continue
        one = places & digits[digit - 1]
        if places != one:
            left.append((places ^ one, digit - 1, total << 1))
        if one:
            left.append((one, digit - 1, total << 1 | 1))


@dataclass(frozen=True, slots=True)
class TitleCandidates:
    """The rows whose titles share most with a query, best first; ``covered``: one contains half of it."""

    rows: list[Row]
    covered: bool


class Titles:
    """The titles of one collection: of all its documents, or of none if there are more than ``size``.

    They are as of the change counter of the collection, which every search compares with the database.
    """

    def __init__(self, collection: str, size: int = MAX_ROWS) -> None:
        self.collection, self.size = collection, size
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._generation: int | None = None
        self.is_complete = False
        self._rows: list[Row | None] = []
        self._place_of: dict[str, int] = {}
        self._free: list[int] = []
        self._words: dict[str, _Set] = {}
        self._codes: dict[str, _Set] = {}
        self._scopes: dict[str, _Set] = {}
        self._locales: dict[str, _Set] = {}

    def clear(self) -> None:
        """Drop all titles."""
        with self._lock:
            self._forget()

    def refresh(self) -> None:
        """Compare with the database and read what has changed; ``is_complete`` is True if all titles are held."""
        generation = self._current_generation()
        with self._lock:
            if generation != self._generation:
                # Checked again: another thread may have read a later state in the meantime.
                self._read(self._current_generation())

    def _current_generation(self) -> int:
        states = CollectionState.objects.filter(collection=self.collection)
        return states.values_list("generation", flat=True).first() or 0

    def find(self, query: Query, filters: Filters, *, limit: int) -> TitleCandidates:
        """Return the rows with the codes of ``query``, and up to ``limit`` titles that share most with it."""
        with self._lock:
            allowed = self._union(self._scopes, filters.scopes)
            if filters.locale:
                allowed &= self._union(self._locales, locales_for(filters.locale))
            with_codes = self._chosen(self._union(self._codes, query.all_codes) & allowed, filters)
            titles = self._titles(query, query.deciding_terms, allowed, filters, limit)
            whole = sum({word.folded: word.weight for word in query.words}.values())
            covered = bool(titles) and titles[0][0] >= MIN_COVERED * whole
            if not covered:
                titles = self._titles(query, query.candidate_terms, allowed, filters, limit)
            found = dict.fromkeys([*with_codes[:limit], *(place for _score, place in titles)])
            return TitleCandidates([row for place in found if (row := self._rows[place])], covered)

    def rows(self, keys: Iterable[str], filters: Filters) -> list[Row]:
        """Return the rows of ``keys`` with the scopes and locale of ``filters``."""
        wanted, locales = set(filters.scopes), locales_for(filters.locale) if filters.locale else ()
        with self._lock:
            known = (self._rows[self._place_of[key]] for key in keys if key in self._place_of)
            return [
                row
                for row in known
                if row and not wanted.isdisjoint(row.scopes) and (not locales or row.locale in locales)
            ]

    def _union(self, sets: Mapping[str, _Set], values: Iterable[str]) -> int:
        number = 0
        for value in values:
            if value in sets:
                number |= sets[value].number()
        return number

    def _chosen(self, number: int, filters: Filters) -> list[int]:
        """Return the places of ``number`` with what is selected in the facets."""
        places, selected = list(_places(number)), filters.selected
        if not selected:
            return places
        rows = ((place, self._rows[place]) for place in places)
        return [
            place
            for place, row in rows
            if row and all(not set(row.values(name)).isdisjoint(values) for name, values in selected.items())
        ]

    def _titles(
        self, query: Query, terms: Mapping[str, float], allowed: int, filters: Filters, limit: int
    ) -> list[tuple[float, int]]:
        """Return up to ``limit`` titles with words of ``terms`` as (score, place), best first."""
        numbers = {word: self._words[word].number() & allowed for word in terms if word in self._words}
        digits = _add_up((number, round(terms[word] * _PARTS)) for word, number in numbers.items())
        scores: dict[int, float] = {}
        some = 0
        for total, places in _by_sum(digits, self._union_of(numbers.values())):
            score = total / _PARTS
            scores |= dict.fromkeys(self._chosen(places, filters), score)
            some |= places
            if len(scores) >= limit * _MORE:
                break
        self._add_phrases(query, numbers, some, scores)
        best = sorted(scores, key=lambda place: (-scores[place], place))[:limit]
        return [(scores[place], place) for place in best]

    @staticmethod
    def _union_of(numbers: Iterable[int]) -> int:
        union = 0
        for number in numbers:
            union |= number
        return union

    def _add_phrases(
        self, query: Query, numbers: Mapping[str, int], some: int, scores: dict[int, float]
    ) -> None:
        """Add the weights of the expansions that the titles contain as phrases."""
        for phrase in query.phrases:
            places = some
            for word in phrase:
                places &= numbers[word] if word in numbers else self._union(self._words, (word,))
            text, weight = f" {' '.join(phrase)} ", PHRASE_BONUS * len(phrase)
            for place in _places(places):
                row = self._rows[place]
                if place in scores and row and text in f" {row.title_words} ":
                    scores[place] += weight

    # Reading

    def _read(self, generation: int) -> None:
        documents = IndexedDocument.objects.filter(collection=self.collection)
        versions = dict(documents.values_list("key", "version")[: self.size + 1])
        if len(versions) > self.size:
            self._forget()
            self._generation = generation
            return
        if not self.is_complete:
            ROWS.fill(self.collection)
        for key in [key for key in self._place_of if key not in versions]:
            self._remove(key)
        changed = {key: version for key, version in versions.items() if self._version(key) != version}
        keys = list(changed)
        for start in range(0, len(keys), _CHUNK):
            some = {key: changed[key] for key in keys[start : start + _CHUNK]}
            for row in ROWS.read(some).values():
                self._remove(row.key)
                self._add(row)
        self._generation, self.is_complete = generation, True

    def _version(self, key: str) -> int:
        place = self._place_of.get(key)
        row = None if place is None else self._rows[place]
        return row.version if row else -1

    def _sets(self, row: Row) -> Iterator[tuple[dict[str, _Set], Iterable[str]]]:
        yield self._words, {*row.title.words, *row.title.extra}
        yield self._codes, row.index_codes
        yield self._scopes, set(row.scopes)
        yield self._locales, (row.locale,)

    def _add(self, row: Row) -> None:
        place = self._free.pop() if self._free else len(self._rows)
        if place == len(self._rows):
            self._rows.append(row)
        else:
            self._rows[place] = row
        self._place_of[row.key] = place
        for sets, values in self._sets(row):
            for value in values:
                one = sets.get(value)
                if one is None:
                    one = sets[value] = _Set()
                one.add(place)

    def _remove(self, key: str) -> None:
        place = self._place_of.pop(key, None)
        if place is None:
            return
        row, self._rows[place] = self._rows[place], None
        for sets, values in self._sets(row) if row else ():
            for value in values:
                sets[value].discard(place)
        self._free.append(place)


#: The titles of the public documents; there are too many dossiers, and only some of them may be seen.
TITLES: Final = {PUBLIC: Titles(PUBLIC)}
