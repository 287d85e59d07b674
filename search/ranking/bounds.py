"""Upper bounds of the scores of rows, by which most candidates are left out without being scored.

A bound depends nearly only on which words of the query and its expansions a title contains, and many titles contain
the same, so it is computed once for each set of words. A row whose bound is below the cut-off cannot be a hit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from operator import mul
from typing import Final, NamedTuple

from search.analysis import Query
from search.language.vocabulary import Statistics
from search.ranking.features import IN_EXTRA, MIN_PART, Found, Matcher, find_expansion
from search.ranking.rows import Title


class Bound(NamedTuple):
    """The most that a row can have of a query: ``coverage``, ``phrase`` and ``curated`` as in the score.

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
    expansions: tuple[Found, ...]

    def focus(self, title: Title, total: float) -> float:
        """Return the greatest focus of ``title``, whose counted words weigh ``total``."""
        weight, weights = self.weight, self.weights
        for word in title.repeated:
            if word in weights:
                weight += weights[word]
        return min(1.0, weight / (total or 1.0))


# Sums of the same numbers in another order differ by far less.
_ROUNDING: Final = 1e-9


class Bounds:
    """The bounds of the titles for one query."""

    def __init__(self, query: Query, matcher: Matcher, statistics: Statistics) -> None:
        self._words = [word.folded for word in query.words]
        self._weights = [word.weight for word in query.words]
        self._total = sum(self._weights) or 1.0
        self._pairs = [min(one, two) for one, two in pairwise(self._weights)]
        self._pairs_total = sum(self._pairs)
        self._idf = statistics.idf
        self._expansions = matcher.expansions
        self._wanted = matcher.wanted
        self._codes = frozenset(code for one in matcher.expansions for code in one.codes)
        self._known: dict[tuple[frozenset[str], frozenset[str], frozenset[str]], Bound] = {}
        # For each word and code the numbers of the expansions with it, and the share of the word in them.
        self._with_word: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._with_code: dict[str, list[int]] = defaultdict(list)
        for number, sought in enumerate(self._expansions):
            for word in sought.distinct:
                self._with_word[word].append((number, sought.part(frozenset((word,)))))
            for code in sought.codes:
                self._with_code[code].append(number)

    def of(self, title: Title, codes: frozenset[str]) -> Bound:
        """Return the bound of ``title``; ``codes`` are those of its document."""
        wanted = self._wanted
        found = (wanted.intersection(title.words), wanted.intersection(title.extra), codes & self._codes)
        bound = self._known.get(found)
        if bound is None:
            bound = self._known[found] = self._make(*found)
        return bound

    def _make(self, title: frozenset[str], extra: frozenset[str], codes: frozenset[str]) -> Bound:
        starts = [word in title for word in self._words]
        scores = [
            1.0 if is_found else IN_EXTRA if word in extra else 0.0
            for word, is_found in zip(self._words, starts, strict=True)
        ]
        ends, inner, curated = starts.copy(), set[int](), set[int]()
        counted = dict.fromkeys(title.intersection(self._words), 1.0)
        expansions = self._find_expansions(title, extra, codes)
        for found in expansions:
            positions, greatest = found.sought.positions, found.greatest
            for index in positions:
                scores[index] = max(scores[index], greatest)
            if found.by_code:
                curated.update(positions)
            if found.is_whole:
                starts[positions[0]] = ends[positions[-1]] = True
                inner.update(positions[:-1])
            most = found.sought.strength if found.is_whole else found.score
            for word in found.present:
                if most > counted.get(word, 0.0):
                    counted[word] = most
        adjacent = sum(
            weight
            for index, weight in enumerate(self._pairs)
            if index in inner or (ends[index] and starts[index + 1])
        )
        idf = self._idf
        weights = {word: idf[word] * score for word, score in counted.items()}
        return Bound(
            sum(map(mul, scores, self._weights)) / self._total,
            adjacent / self._pairs_total if self._pairs_total else 0.0,
            sum(self._weights[index] for index in curated) / self._total if curated else 0.0,
            weights,
            sum(weights.values()),
            extra,
            expansions,
        )

    def _find_expansions(
        self, title: frozenset[str], extra: frozenset[str], codes: frozenset[str]
    ) -> tuple[Found, ...]:
        expansions = self._expansions
        shares: dict[int, float] = {}
        for word in title:
            for number, share in self._with_word.get(word, ()):
                shares[number] = shares.get(number, 0.0) + share
        numbers = {number for number, share in shares.items() if share >= MIN_PART - _ROUNDING}
        numbers.update(number for code in codes for number in self._with_code[code])
        if extra:
            every = title | extra
            beside = {number for word in extra for number, _share in self._with_word.get(word, ())}
            numbers.update(number for number in beside if expansions[number].distinct <= every)
        found = (find_expansion(expansions[number], title, extra, codes) for number in sorted(numbers))
        return tuple(one for one in found if one)
