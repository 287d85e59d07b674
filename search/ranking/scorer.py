"""The score of a candidate: one formula for every engine, documented in docs/features/search.md.

The names of the constants and of the parts (``Scored.explanation``) are those of the formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Final

from search.analysis import Query
from search.language.levels import nearness
from search.language.tokenizer import index_codes
from search.language.vocabulary import Statistics
from search.ranking.features import Row, Title, TitleMatch, count_unasked, match_title, unasked_qualifiers

#: Weights of the parts, relative to full coverage (1).
CODE_WEIGHT: Final = 10.0
PHRASE_WEIGHT: Final = 0.35
FOCUS_WEIGHT: Final = 0.5
EARLY_WEIGHT: Final = 0.1
# An editor tied these very words to this very procedure.
CURATED_WEIGHT: Final = 0.3
# The query is the title, word for word: worth as much as a curated match.
WHOLE_TITLE_WEIGHT: Final = 0.3
WHOLE_TITLE_THRESHOLD: Final = 0.99
TEXT_WEIGHT: Final = 0.15
LEVEL_WEIGHT: Final = 0.1
POPULARITY_WEIGHT: Final = 0.03
# For each special case in the title that the query does not ask for.
SPECIAL_CASE_WEIGHT: Final = -0.12
MAX_SPECIAL_CASES: Final = 2
# Adjacent words count fully for the phrase, with one other word between them by half.
GAP_FACTOR: Final = 0.5
# Titles of a whole paragraph are not worse for their length beyond this many words.
TITLE_LIMIT: Final = 18
# Documents below this share of the best score contain words of the query but are about something else.
CUTOFF: Final = 0.4


@dataclass(slots=True)
class Scored:
    """A row with its score and the parts of which the score is the sum."""

    row: Row
    score: float
    explanation: dict[str, float] = field(default_factory=dict)

    @property
    def coverage(self) -> float:
        """How much of the query (0..1) the row covers; all of it for a code."""
        return 1.0 if self.explanation.get("code") else self.explanation.get("coverage", 0.0)


def rank(
    query: Query, rows: Sequence[Row], *, statistics: Statistics, usage: Mapping[str, float] | None = None
) -> list[Scored]:
    """Return the rows that answer ``query``, best first; of equal scores the newest, then by key."""
    best_text = max((row.text_score for row in rows), default=0.0) or 1.0
    scorer = Scorer(query, statistics, usage or {})
    scored = [scorer.score(row, row.text_score / best_text) for row in rows]
    scored.sort(key=lambda s: (-round(s.score, 6), -s.row.changed_at.timestamp(), s.row.key))
    if not scored:
        return []
    least = scored[0].score * CUTOFF
    return [s for s in scored if s.score >= least and s.score > 0]


class Scorer:
    """Scores rows for one query."""

    def __init__(self, query: Query, statistics: Statistics, usage: Mapping[str, float]) -> None:
        self.query = query
        self.idf = cache(statistics.idf)
        self.usage = usage
        self.unasked = unasked_qualifiers(query)
        self.total = sum(word.weight for word in query.words) or 1.0
        self.pairs = [min(one.weight, two.weight) for one, two in pairwise(query.words)]

    def score(self, row: Row, text: float) -> Scored:
        """Return ``row`` with its score; ``text`` is the engine's text score in 0..1."""
        codes = set(index_codes(row.codes))
        parts = {"code": CODE_WEIGHT if codes & set(self.query.codes) else 0.0}
        if self.query.words:
            title = Title(row)
            found = match_title(self.query, title, codes)
            coverage, phrase, focus = self._coverage(found), self._phrase(found), self._focus(title, found)
            special_cases = min(MAX_SPECIAL_CASES, count_unasked(title, self.unasked))
            parts |= {
                "coverage": coverage,
                "phrase": PHRASE_WEIGHT * coverage * phrase,
                "focus": FOCUS_WEIGHT * coverage * focus,
                "whole_title": WHOLE_TITLE_WEIGHT * (min(coverage, phrase, focus) >= WHOLE_TITLE_THRESHOLD),
                "curated": CURATED_WEIGHT * self._curated(found),
                "early": EARLY_WEIGHT * coverage * self._early(title, found),
                "text": TEXT_WEIGHT * text,
                "special_cases": SPECIAL_CASE_WEIGHT * coverage * special_cases,
                "level": LEVEL_WEIGHT * coverage * nearness(row.values("level"), self.query.levels),
                "popularity": POPULARITY_WEIGHT * coverage * self._popularity(row, codes),
            }
        return Scored(row, sum(parts.values()), parts)

    def _coverage(self, found: TitleMatch) -> float:
        """Return the share of the query's weight that the row matches."""
        return (
            sum(s * word.weight for s, word in zip(found.scores, self.query.words, strict=True)) / self.total
        )

    def _phrase(self, found: TitleMatch) -> float:
        """Return the share of the query's adjacent pairs that are adjacent in the title, in the same order."""
        together = sum(weight * _adjacency(found, index) for index, weight in enumerate(self.pairs))
        return together / sum(self.pairs) if self.pairs else 0.0

    def _curated(self, found: TitleMatch) -> float:
        """Return the share of the query's weight that the lexicon leads to a code of the row."""
        return sum(self.query.words[index].weight for index in found.curated) / self.total

    def _focus(self, title: Title, found: TitleMatch) -> float:
        """Return the share of the title's weight that the query asks for."""
        counted = [
            position
            for position, word in enumerate(title.words)
            if position in found.positions or (title.start <= position < TITLE_LIMIT and not word.isdigit())
        ]
        total = sum(self.idf(title.words[position]) for position in counted) or 1.0
        return (
            sum(self.idf(title.words[position]) * score for position, score in found.positions.items())
            / total
        )

    def _early(self, title: Title, found: TitleMatch) -> float:
        """Return 1 for a title that starts with the matched words, less the farther on they are."""
        weights = {
            position: self.idf(title.words[position]) * score for position, score in found.positions.items()
        }
        total = sum(weights.values())
        if not total:
            return 0.0
        distance = {position: min(max(0, position - title.start), TITLE_LIMIT) for position in weights}
        mean = sum(distance[position] * weight for position, weight in weights.items()) / total
        return 1 - mean / TITLE_LIMIT

    def _popularity(self, row: Row, codes: set[str]) -> float:
        return max([row.weight, *(self.usage.get(code, 0.0) for code in codes)])


def _adjacency(found: TitleMatch, index: int) -> float:
    """Return 1 if the query word at ``index`` and the next are adjacent in the title, less with a gap, else 0."""
    if index in found.phrase_inner or found.ends[index] & found.starts[index + 1]:
        return 1.0
    return GAP_FACTOR if any(end + 1 in found.starts[index + 1] for end in found.ends[index]) else 0.0
