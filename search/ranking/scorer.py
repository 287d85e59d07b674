"""One explainable order for every engine.

A document is worth what it covers of the query: each word by its weight, found as written, in another spelling, in
the keywords or as another name from the lexicon. Words standing together as asked, early, in a title that says little
else, and the engine's own text score come on top. Of equals the one nearer to the citizen comes first: the lower level
of government, then what is used more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Final

from search.analysis.codes import normal_codes
from search.analysis.query import Query
from search.ranking import levels
from search.ranking.matching import Matching, match
from search.ranking.qualifiers import count_unasked, unasked
from search.ranking.rows import Row
from search.ranking.statistics import Statistics
from search.ranking.titles import Title

# What comes on top of the coverage, as parts of it.
PHRASE: Final = 0.35
FOCUS: Final = 0.5
EARLY: Final = 0.1
# An editor tied these very words to this very procedure.
TIED: Final = 0.3
# The query is the title, word for word: as much as a tie.
WHOLE: Final = 0.3
NEARLY_ALL: Final = 0.99
TEXT: Final = 0.15
LEVEL: Final = 0.1
PRIOR: Final = 0.03
CODE: Final = 10.0
# What each special case in a title costs that nobody asked for; two at most.
UNASKED: Final = -0.12
MOST_UNASKED: Final = 2
# Words in a row count whole, with one other word between them by half.
ONE_BETWEEN: Final = 0.5
# Titles of a whole paragraph are not worse for their length beyond this.
TITLE_LIMIT: Final = 18
# What is kept, against the best hit: below it a document shares words but not the subject.
CUT: Final = 0.4


@dataclass(slots=True)
class Scored:
    """A row with its score and the parts that made it."""

    row: Row
    score: float
    why: dict[str, float] = field(default_factory=dict)


def rank(
    query: Query, rows: Sequence[Row], *, statistics: Statistics, uses: Mapping[str, float] | None = None
) -> list[Scored]:
    """Return what answers ``query``, best first; equals by popularity, then newest, then by key."""
    best_text = max((row.text_score for row in rows), default=0.0) or 1.0
    scorer = Scorer(query, statistics, uses or {})
    scored = [scorer.score(row, row.text_score / best_text) for row in rows]
    scored.sort(key=lambda s: (-round(s.score, 6), -s.row.changed_at.timestamp(), s.row.key))
    if not scored:
        return []
    least = scored[0].score * CUT
    return [s for s in scored if s.score >= least and s.score > 0]


class Scorer:
    """Scores rows for one query."""

    def __init__(self, query: Query, statistics: Statistics, uses: Mapping[str, float]) -> None:
        self.query = query
        self.weight = cache(statistics.weight)
        self.uses = uses
        self.unasked = unasked(query)
        self.total = sum(word.weight for word in query.words) or 1.0
        self.pairs = [min(one.weight, two.weight) for one, two in pairwise(query.words)]

    def score(self, row: Row, text: float) -> Scored:
        """Return ``row`` with its score; ``text`` is the engine's text score in 0..1."""
        codes = set(normal_codes(row.codes))
        why = {"code": CODE if codes & set(self.query.codes) else 0.0}
        if self.query.words:
            title = Title(row)
            found = match(self.query, title, codes)
            cover, phrase, focus = self._coverage(found), self._phrase(found), self._focus(title, found)
            why |= {
                "cover": cover,
                "phrase": PHRASE * cover * phrase,
                "focus": FOCUS * cover * focus,
                "whole": WHOLE * (min(cover, phrase, focus) >= NEARLY_ALL),
                "tied": TIED * self._tied(found),
                "early": EARLY * cover * self._early(title, found),
                "text": TEXT * text,
                "special": UNASKED * cover * min(MOST_UNASKED, count_unasked(title, self.unasked)),
                "level": LEVEL * cover * levels.nearness(row.values("level"), self.query.levels),
                "prior": PRIOR * cover * self._prior(row, codes),
            }
        return Scored(row, sum(why.values()), why)

    def _coverage(self, found: Matching) -> float:
        return (
            sum(w * word.weight for w, word in zip(found.worth, self.query.words, strict=True)) / self.total
        )

    def _phrase(self, found: Matching) -> float:
        """Return how much of the query stands together in the title, in the order asked."""
        together = sum(weight * _follows(found, place) for place, weight in enumerate(self.pairs))
        return together / sum(self.pairs) if self.pairs else 0.0

    def _tied(self, found: Matching) -> float:
        """Return how much of the query the lexicon leads to this very document."""
        return sum(self.query.words[place].weight for place in found.tied) / self.total

    def _focus(self, title: Title, found: Matching) -> float:
        """Return how much of what the title says was asked for."""
        said = [
            place
            for place, word in enumerate(title.words)
            if place in found.places or (title.begin <= place < TITLE_LIMIT and not word.isdigit())
        ]
        total = sum(self.weight(title.words[place]) for place in said) or 1.0
        return sum(self.weight(title.words[place]) * value for place, value in found.places.items()) / total

    def _early(self, title: Title, found: Matching) -> float:
        """Return 1 for a title that begins with what was asked, less the further on it stands."""
        weights = {place: self.weight(title.words[place]) * value for place, value in found.places.items()}
        total = sum(weights.values())
        if not total:
            return 0.0
        way = {place: min(max(0, place - title.begin), TITLE_LIMIT) for place in weights}
        middle = sum(way[place] * weight for place, weight in weights.items()) / total
        return 1 - middle / TITLE_LIMIT

    def _prior(self, row: Row, codes: set[str]) -> float:
        return max([row.weight, *(self.uses.get(code, 0.0) for code in codes)])


def _follows(found: Matching, place: int) -> float:
    if place in found.inner or found.ends[place] & found.begins[place + 1]:
        return 1.0
    return ONE_BETWEEN if any(end + 1 in found.begins[place + 1] for end in found.ends[place]) else 0.0
