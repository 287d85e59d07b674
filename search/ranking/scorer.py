"""The score of a candidate: one formula for every engine, documented in docs/features/search.md.

The names of the constants and of the parts (``Scored.explanation``) are those of the formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from operator import mul
from typing import Final, NamedTuple

from search.analysis import Query
from search.language.acts import Act, acts_of_title
from search.language.levels import nearness
from search.language.vocabulary import Statistics
from search.ranking.bounds import Bound, Bounds
from search.ranking.features import Matcher, TitleMatch, count_unasked, unasked_qualifiers
from search.ranking.rows import Row, Title

#: Weights of the parts, relative to full coverage (1).
CODE_WEIGHT: Final = 10.0
PHRASE_WEIGHT: Final = 0.35
FOCUS_WEIGHT: Final = 0.5
EARLY_WEIGHT: Final = 0.1
# An editor tied exactly these words to exactly this procedure.
CURATED_WEIGHT: Final = 0.3
# The query is the title, word for word: worth as much as a curated match.
WHOLE_TITLE_WEIGHT: Final = 0.3
WHOLE_TITLE_THRESHOLD: Final = 0.99
TEXT_WEIGHT: Final = 0.1
LEVEL_WEIGHT: Final = 0.1
POPULARITY_WEIGHT: Final = 0.03
# For each special case in the title that the query does not ask for.
SPECIAL_CASE_WEIGHT: Final = -0.12
MAX_SPECIAL_CASES: Final = 2
# The title names the act that the query asks for, or another one.
ACT_WEIGHT: Final = 0.1
# Adjacent words count fully for the phrase, with one other word between them by half.
GAP_FACTOR: Final = 0.5
# Titles as long as a paragraph are not penalised for their length beyond this many words.
TITLE_LIMIT: Final = 18
# Documents that cannot reach this share of the best score contain words of the query but are about something else.
CUTOFF: Final = 0.5
# Sums of the same numbers in another order differ by far less than this.
_ROUNDING: Final = 1e-9


#: The names of the parts of a score, in the order of ``Scored.parts``.
PARTS: Final = (
    *("code", "coverage", "phrase", "focus", "whole_title", "curated", "early", "text", "special_cases"),
    *("level", "act", "popularity"),
)


_NO_WORDS: Final = (0.0,) * (len(PARTS) - 1)


class Scored(NamedTuple):
    """A row with its score and the ``parts`` of which the score is the sum."""

    row: Row
    score: float
    parts: tuple[float, ...] = ()

    @property
    def explanation(self) -> dict[str, float]:
        """The parts by name."""
        return dict(zip(PARTS, self.parts, strict=True) if self.parts else ())

    @property
    def coverage(self) -> float:
        """How much of the query (0..1) the row covers; all of it for a code."""
        return 1.0 if self.explanation.get("code") else self.explanation.get("coverage", 0.0)


def rank(
    query: Query,
    candidates: Sequence[tuple[Row, float]],
    *,
    statistics: Statistics,
    usage: Mapping[str, float] | None = None,
    depth: int | None = None,
) -> list[Scored]:
    """Return the rows that answer ``query``, best first; of equal scores the newest, then by key.

    ``candidates`` are rows with the engine's text score. Only the first ``depth`` rows are scored; the others follow in
    order of their highest possible score, without parts. A row with several titles counts with the best of them.
    """
    return rank_with(Scorer(query, statistics, usage or {}), candidates, depth=depth)


def rank_with(
    scorer: Scorer, candidates: Sequence[tuple[Row, float]], *, depth: int | None = None
) -> list[Scored]:
    """Return what ``rank`` returns, by a scorer that may know some of the rows already (``Scorer.upper_bound``)."""
    best_text = max((text for _row, text in candidates), default=0.0) or 1.0
    variants = [(one, text / best_text) for row, text in candidates for one in row.variants]
    ranking = _Ranking(scorer, variants)
    more = len(variants) - len(candidates)
    hits = ranking.first(len(variants) if depth is None else depth + more)
    return _best_variants(hits, [row for row, _text in candidates]) if more else hits


def _best_variants(scored: Sequence[Scored], rows: Sequence[Row]) -> list[Scored]:
    """Return each row once, with the first of its variants in ``scored``."""
    known, best = {row.key: row for row in rows}, dict[str, Scored]()
    for one in scored:
        best.setdefault(one.row.key, one._replace(row=known[one.row.key]))
    return list(best.values())


class _Ranking:
    """The candidates that can reach the cut-off; as few of them as possible are scored."""

    def __init__(self, scorer: Scorer, candidates: Sequence[tuple[Row, float]]) -> None:
        self._scorer, self._candidates = scorer, candidates
        self._upper_bounds = [scorer.upper_bound(row) for row, _text in candidates]
        self._scored: dict[int, Scored] = {}
        bounds = [
            scorer.bound(row, text, one)
            for (row, text), one in zip(candidates, self._upper_bounds, strict=True)
        ]
        #: The highest possible score of each candidate that can reach the cut-off.
        self._closer_bounds: dict[int, float] = {}
        best = 0.0
        for index in sorted(range(len(bounds)), key=bounds.__getitem__, reverse=True):
            if bounds[index] < best * CUTOFF:
                break
            row, text = candidates[index]
            closer = self._closer_bounds[index] = scorer.bound(
                row, text, self._upper_bounds[index], with_focus=True
            )
            if closer >= best - _ROUNDING:
                best = max(best, self._score(index).score)
        least = best * CUTOFF
        hits = [index for index, closer in self._closer_bounds.items() if best > 0 and closer >= least]
        self._hits = sorted(hits, key=lambda index: -self._closer_bounds[index])

    def first(self, depth: int) -> list[Scored]:
        """Return the hits, of which the first ``depth`` are scored and in the order of their scores."""
        best: list[float] = []
        for index in self._hits:
            if len(best) >= depth and (not best or self._closer_bounds[index] < best[0] - _ROUNDING):
                break
            heappush(best, self._score(index).score)
            if len(best) > depth:
                heappop(best)
        scored = [self._scored[index] for index in self._hits if index in self._scored]
        scored.sort(key=lambda s: (-round(s.score, 6), -s.row.timestamp, s.row.key))
        rest = [index for index in self._hits if index not in self._scored]
        return scored + [Scored(self._candidates[index][0], self._closer_bounds[index]) for index in rest]

    def _score(self, index: int) -> Scored:
        scored = self._scored.get(index)
        if scored is None:
            scored = self._scored[index] = self._scorer.score(
                *self._candidates[index], self._upper_bounds[index]
            )
        return scored


@dataclass(frozen=True, slots=True)
class _Weights:
    """The weights of a title's words in one state of the collection; ``counted``: a bit for each of the focus."""

    serial: int
    words: tuple[float, ...]
    counted: int
    total: float


class Scorer:
    """Scores rows for one query."""

    def __init__(self, query: Query, statistics: Statistics, usage: Mapping[str, float]) -> None:
        self.query = query
        self.codes = frozenset(query.codes)
        self.statistics = statistics
        self.usage = usage
        self.matcher = Matcher(query)
        self.bounds = Bounds(query, self.matcher, statistics)
        self.unasked = unasked_qualifiers(query)
        self.asks_for_act = bool(query.acts)
        self.weights = [word.weight for word in query.words]
        self.total = sum(self.weights) or 1.0
        self.pairs = [min(one.weight, two.weight) for one, two in pairwise(query.words)]
        self.pairs_total = sum(self.pairs)
        self._levels: dict[int, tuple[Mapping[str, Sequence[str]], float]] = {}
        self._upper_bounds: dict[int, tuple[Row, Bound]] = {}

    def upper_bound(self, row: Row) -> Bound:
        """Return the most that ``row`` can contain of the query; it is examined once."""
        cached = self._upper_bounds.get(id(row))
        if cached is None:
            # Kept together with the row, whose id may be reused once it is gone.
            cached = self._upper_bounds[id(row)] = (row, self.bounds.of(row.title, row.index_codes))
        return cached[1]

    def score(self, row: Row, text: float, upper: Bound | None = None) -> Scored:
        """Return ``row`` with its score; ``text`` is the engine's text score in 0..1, ``upper`` its ``upper_bound``."""
        codes = row.index_codes
        code = 0.0 if self.codes.isdisjoint(codes) else CODE_WEIGHT
        if not self.query.words:
            return Scored(row, code, (code, *_NO_WORDS))
        title = row.title
        upper = upper or self.upper_bound(row)
        found = self.matcher.match(title, upper.extra, upper.expansions)
        coverage, phrase = self._coverage(found), self._phrase(found)
        weights = self._weights(title)
        focus = _focus(weights, found)
        special_cases = min(MAX_SPECIAL_CASES, count_unasked(title, self.unasked))
        parts = (
            code,
            coverage,
            PHRASE_WEIGHT * coverage * phrase,
            FOCUS_WEIGHT * coverage * focus,
            WHOLE_TITLE_WEIGHT * (min(coverage, phrase, focus) >= WHOLE_TITLE_THRESHOLD),
            CURATED_WEIGHT * self._curated(found),
            EARLY_WEIGHT * coverage * _early(title, weights, found),
            TEXT_WEIGHT * text,
            SPECIAL_CASE_WEIGHT * coverage * special_cases,
            LEVEL_WEIGHT * coverage * self._level(row),
            ACT_WEIGHT * coverage * self._act(title),
            POPULARITY_WEIGHT * coverage * self._popularity(row, codes),
        )
        return Scored(row, sum(parts), parts)

    def bound(self, row: Row, text: float, upper: Bound | None = None, *, with_focus: bool = False) -> float:
        """Return a number that the score of ``row`` does not exceed, much faster than the score.

        ``with_focus``: a closer one, from the words of the title that the query does not ask for.
        """
        code = 0.0 if self.codes.isdisjoint(row.index_codes) else CODE_WEIGHT
        if not self.query.words:
            return code
        upper = upper or self.upper_bound(row)
        focus = upper.focus(row.title, self._title_weight(row.title)) if with_focus else 1.0
        is_whole = min(upper.coverage, upper.phrase, focus) >= WHOLE_TITLE_THRESHOLD - _ROUNDING
        form = PHRASE_WEIGHT * upper.phrase + FOCUS_WEIGHT * focus + EARLY_WEIGHT
        ties = LEVEL_WEIGHT * self._level(row) + POPULARITY_WEIGHT + ACT_WEIGHT * self.asks_for_act
        return (
            code
            + upper.coverage * (1 + form + ties)
            + WHOLE_TITLE_WEIGHT * is_whole
            + CURATED_WEIGHT * upper.curated
            + TEXT_WEIGHT * text
        )

    def _level(self, row: Row) -> float:
        """Return the nearness of the row's level, computed once for the mapping of facets that many rows share."""
        facets = row.facets
        known = self._levels.get(id(facets))
        if known is None:
            # Kept together with the mapping, whose id may be reused once it is gone.
            known = self._levels[id(facets)] = (facets, nearness(row.values("level"), self.query.levels))
        return known[1]

    def _coverage(self, found: TitleMatch) -> float:
        """Return the share of the query's weight that the row matches."""
        return sum(map(mul, found.scores, self.weights)) / self.total

    def _phrase(self, found: TitleMatch) -> float:
        """Return the share of the query's adjacent pairs that are adjacent in the title, in the same order."""
        if not self.pairs or not found.positions:
            return 0.0
        adjacent = 0.0
        for index, weight in enumerate(self.pairs):
            adjacent += weight * _adjacency(found, index)
        return adjacent / self.pairs_total

    def _curated(self, found: TitleMatch) -> float:
        """Return the share of the query's weight that the lexicon leads to a code of the row."""
        return sum(self.weights[index] for index in found.curated) / self.total if found.curated else 0.0

    def _weights(self, title: Title) -> _Weights:
        known: _Weights | None = title.known.get("weights")
        if known is None or known.serial != self.statistics.serial:
            words = tuple(map(self.statistics.idf.__getitem__, title.words))
            counted = sum(1 << position for position in _counted_positions(title))
            known = _Weights(self.statistics.serial, words, counted, self._title_weight(title))
            title.known["weights"] = known
        return known

    def _title_weight(self, title: Title) -> float:
        """Return the weight of the words of ``title`` that the focus counts."""
        serial, weight = title.known.get("weight", (None, 0.0))
        if serial != self.statistics.serial:
            idf = self.statistics.idf
            weight = sum(idf[title.words[position]] for position in _counted_positions(title))
            title.known["weight"] = (self.statistics.serial, weight)
        return float(weight)

    def _act(self, title: Title) -> float:
        """Return 1 if the title names an act that the query asks for, -1 if only others, 0 if either names none."""
        if not self.query.acts:
            return 0.0
        acts: frozenset[Act] | None = title.known.get("acts")
        if acts is None:
            acts = title.known["acts"] = acts_of_title(title.marked, title.start)
        if not acts:
            return 0.0
        return 1.0 if acts & self.query.acts else -1.0

    def _popularity(self, row: Row, codes: Set[str]) -> float:
        return max([row.weight, *(self.usage.get(code, 0.0) for code in codes)])


def _counted_positions(title: Title) -> list[int]:
    """Return the positions of ``title`` that the focus counts: up to ``TITLE_LIMIT``, without numbers."""
    end = min(len(title.words), TITLE_LIMIT)
    return [position for position in range(title.start, end) if not title.words[position].isdigit()]


def _focus(weights: _Weights, found: TitleMatch) -> float:
    """Return the share of the title's weight that the query asks for."""
    total, matched = weights.total, 0.0
    for position, score in found.positions.items():
        weight = weights.words[position]
        matched += weight * score
        if not weights.counted >> position & 1:
            total += weight
    return matched / (total or 1.0)


def _early(title: Title, weights: _Weights, found: TitleMatch) -> float:
    """Return 1 for a title that starts with the matched words, and less the later they come."""
    total = distance = 0.0
    for position, score in found.positions.items():
        weight = weights.words[position] * score
        total += weight
        distance += weight * min(max(0, position - title.start), TITLE_LIMIT)
    return 1 - distance / total / TITLE_LIMIT if total else 0.0


def _adjacency(found: TitleMatch, index: int) -> float:
    """Return 1 if the query word at ``index`` and the next are adjacent in the title, less with a gap, else 0."""
    ends, starts = found.ends[index], found.starts[index + 1]
    if ends & starts or index in found.phrase_inner:
        return 1.0
    return GAP_FACTOR if ends << 1 & starts else 0.0
