"""Upper bounds of the scores of rows, by which most candidates are left out without being scored.

A bound depends nearly only on which words of the query and its expansions a title contains, and many titles contain
the same, so it is computed once for each set of words. A row whose bound is below the cut-off cannot be a hit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from operator import mul

from search.analysis import Query
from search.language.vocabulary import Statistics
from search.ranking.features import IN_EXTRA, MIN_PART, PARTIAL, Matcher, Sought
from search.ranking.rows import Title


@dataclass(frozen=True, slots=True)
class Bound:
    """The most that a row can have of a query: ``coverage``, ``phrase`` and ``curated`` as in the score.

    ``weights`` maps each word of the title that may count for its focus to the idf of the word times its greatest
    score; ``weight`` is their sum. ``expansions`` are those of which a title with these words may contain enough.
    """

    coverage: float
    phrase: float
    curated: float
    weights: Mapping[str, float]
    weight: float
    expansions: tuple[Sought, ...]

    def focus(self, title: Title, total: float) -> float:
        """Return the greatest focus of ``title``, whose counted words weigh ``total``."""
        weight, weights = self.weight, self.weights
        for word in title.repeated:
            if word in weights:
                weight += weights[word]
        return min(1.0, weight / (total or 1.0))


def _greatest_score(sought: Sought, title: frozenset[str]) -> float:
    """Return the greatest score of an expansion by its words in the title; 0 if they are too few."""
    present = sought.distinct & title
    if len(present) == len(sought.distinct):
        return sought.strength
    part = sought.part(present)
    return sought.strength * PARTIAL * part if part >= MIN_PART else 0.0


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
        self._wanted = frozenset(self._words).union(*(one.distinct for one in matcher.expansions))
        self._codes = frozenset(code for one in matcher.expansions for code in one.codes)
        self._known: dict[tuple[frozenset[str], frozenset[str], frozenset[str]], Bound] = {}

    def of(self, title: Title, codes: frozenset[str]) -> Bound:
        """Return the bound of ``title``; ``codes`` are those of its document."""
        wanted = self._wanted
        found = (wanted.intersection(title.words), wanted.intersection(title.extra), codes & self._codes)
        bound = self._known.get(found)
        if bound is None:
            bound = self._known[found] = self._make(*found)
        return bound

    def _make(self, title: frozenset[str], extra: frozenset[str], codes: frozenset[str]) -> Bound:
        scores = [1.0 if word in title else IN_EXTRA if word in extra else 0.0 for word in self._words]
        starts = [word in title for word in self._words]
        ends, inner, curated = list(starts), set[int](), set[int]()
        counted = {word: 1.0 for word in self._words if word in title}
        useful: list[Sought] = []
        for sought in self._expansions:
            in_title = _greatest_score(sought, title) if sought.words else 0.0
            score = in_title
            if not sought.codes.isdisjoint(codes):
                curated.update(sought.positions)
                score = sought.strength
            elif sought.words and not in_title and sought.distinct <= title | extra:
                score = sought.strength * IN_EXTRA
            if not score:
                continue
            useful.append(sought)
            for index in sought.positions:
                scores[index] = max(scores[index], score)
            if in_title:
                counted |= {word: max(counted.get(word, 0.0), in_title) for word in sought.distinct & title}
                if sought.distinct <= title:
                    starts[sought.positions[0]] = ends[sought.positions[-1]] = True
                    inner.update(sought.positions[:-1])
        adjacent = sum(
            weight
            for index, weight in enumerate(self._pairs)
            if index in inner or (ends[index] and starts[index + 1])
        )
        weights = {word: self._idf[word] * score for word, score in counted.items()}
        return Bound(
            sum(map(mul, scores, self._weights)) / self._total,
            adjacent / self._pairs_total if self._pairs_total else 0.0,
            sum(self._weights[index] for index in curated) / self._total,
            weights,
            sum(weights.values()),
            tuple(useful),
        )
