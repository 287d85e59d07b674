"""Upper bounds of the scores of rows, which allow most candidates to be left out without being scored.

A bound depends almost only on which words of the query and its expansions a title contains, and many titles contain the
same ones, so it is computed once for each set of words. A row whose bound is below the cut-off cannot be a hit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from operator import mul
from typing import NamedTuple

from search.analysis import Query
from search.language.vocabulary import Statistics
from search.ranking.features import IN_EXTRA, ExpansionMatch, Matcher, PreparedExpansion, find_expansion
from search.ranking.rows import Title


class Bound(NamedTuple):
    """The most that a row can achieve for a query: ``coverage``, ``phrase`` and ``curated`` as in the score.

    ``weights`` maps each word of the title that may count for its focus to the idf of the word times its greatest
    score; ``weight`` is their sum. ``extra`` are the wanted words outside the title, ``expansions`` what a title with
    these words contains of the expansions.
    """

    coverage: float
    phrase: float
    curated: float
    weights: Mapping[str, float]
    weight: float
    extra: frozenset[str]
    expansions: tuple[ExpansionMatch, ...]

    def focus(self, title: Title, total: float) -> float:
        """Return the greatest focus of ``title``, whose counted words weigh ``total``."""
        weight, weights = self.weight, self.weights
        for word in title.repeated:
            if word in weights:
                weight += weights[word]
        return min(1.0, weight / (total or 1.0))


# The wanted words in a title, those outside it, and the codes of its document to which expansions lead.
_Key = tuple[frozenset[str], frozenset[str], frozenset[str]]


class _Outline:
    """An expansion with sets of its words and of the positions of the query, as numbers with a bit for each."""

    __slots__ = ("_found", "first", "inner", "last", "places", "positions", "prepared", "strength", "words")

    def __init__(self, prepared: PreparedExpansion, bits: Mapping[str, int]) -> None:
        self.prepared, self.strength = prepared, prepared.strength
        self.words = sum(bits[word] for word in prepared.distinct)
        self.positions = prepared.positions
        self.places = sum(1 << position for position in self.positions)
        self.first, self.last = 1 << self.positions[0], 1 << self.positions[-1]
        self.inner = self.places & ~self.last
        self._found: dict[tuple[int, bool, bool], ExpansionMatch | None] = {}

    def found(self, title: int, every: int, key: _Key) -> ExpansionMatch | None:
        """Return what titles with the words ``title``, and ``every`` inside and outside it, contain."""
        words = self.words
        by_code = bool(key[2]) and not self.prepared.codes.isdisjoint(key[2])
        known = (words & title, by_code, not words & ~every)
        if known not in self._found:
            self._found[known] = find_expansion(self.prepared, *key)
        return self._found[known]


class Bounds:
    """The bounds of the titles for one query."""

    def __init__(self, query: Query, matcher: Matcher, statistics: Statistics) -> None:
        self._weights = [word.weight for word in query.words]
        self._total = sum(self._weights) or 1.0
        self._pairs = [min(one, two) for one, two in pairwise(self._weights)]
        self._pairs_total = sum(self._pairs) or 1.0
        self._idf = statistics.idf
        self._wanted = matcher.wanted
        self._codes = frozenset(code for one in matcher.expansions for code in one.codes)
        self._known: dict[_Key, Bound] = {}
        self._bits = {word: 1 << number for number, word in enumerate(matcher.wanted)}
        self._outlines = [_Outline(prepared, self._bits) for prepared in matcher.expansions]
        # The positions of each word of the query.
        self._positions: dict[str, list[int]] = {}
        for position, word in enumerate(query.words):
            self._positions.setdefault(word.folded, []).append(position)

    def of(self, title: Title, codes: frozenset[str]) -> Bound:
        """Return the bound of ``title``; ``codes`` are those of its document."""
        wanted = self._wanted
        key = (wanted.intersection(title.words), wanted.intersection(title.extra), codes & self._codes)
        bound = self._known.get(key)
        if bound is None:
            bound = self._known[key] = self._make(key)
        return bound

    def _make(self, key: _Key) -> Bound:
        title, extra, _codes = key
        scores, starts, counted = self._own_words(title, extra)
        ends, inner, curated = starts, 0, 0
        expansions = self._find_expansions(key)
        for outline, found in expansions:
            is_whole, greatest_of_word = found.is_whole, found.greatest_of_word
            greatest = max(found.outside, greatest_of_word)
            for position in outline.positions:
                scores[position] = max(scores[position], greatest)
            if found.by_code:
                curated |= outline.places
            if is_whole:
                starts |= outline.first
                ends |= outline.last
                inner |= outline.inner
            for word in found.present:
                if greatest_of_word > counted.get(word, 0.0):
                    counted[word] = greatest_of_word
        idf = self._idf
        weights = {word: idf[word] * score for word, score in counted.items()}
        return Bound(
            sum(map(mul, scores, self._weights)) / self._total,
            _sum(self._pairs, inner | ends & starts >> 1) / self._pairs_total,
            _sum(self._weights, curated) / self._total,
            weights,
            sum(weights.values()),
            extra,
            tuple(found for _outline, found in expansions),
        )

    def _own_words(
        self, title: frozenset[str], extra: frozenset[str]
    ) -> tuple[list[float], int, dict[str, float]]:
        """Return the scores of the query's words, those in the title as a number, and the title's with their score."""
        positions = self._positions
        scores, inside, counted = [0.0] * len(self._weights), 0, dict[str, float]()
        for word in extra:
            for position in positions.get(word, ()):
                scores[position] = IN_EXTRA
        for word in title:
            if word in positions:
                counted[word] = 1.0
                for position in positions[word]:
                    scores[position] = 1.0
                    inside |= 1 << position
        return scores, inside, counted

    def _find_expansions(self, key: _Key) -> list[tuple[_Outline, ExpansionMatch]]:
        bits = self._bits
        title = sum(bits[word] for word in key[0])
        every = title | sum(bits[word] for word in key[1])
        some = [outline for outline in self._outlines if outline.words & every or key[2]]
        made = [(outline, outline.found(title, every, key)) for outline in some]
        return [(outline, found) for outline, found in made if found]


def _sum(weights: Sequence[float], places: int) -> float:
    """Return the sum of the weights at the bits of ``places``."""
    total = 0.0
    while places:
        lowest = places & -places
        total += weights[lowest.bit_length() - 1]
        places ^= lowest
    return total
