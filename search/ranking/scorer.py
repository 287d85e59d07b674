"""One explainable order for every engine.

A document is worth what it covers of the query: each word by its weight, found as written, in another spelling, in
the keywords or as another name from the lexicon. Words standing together as asked, a title that says little else,
and the engine's own text score come on top. Popularity only parts equals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from search.analysis.codes import normal_codes
from search.analysis.query import Expansion, Query, Word
from search.ranking.qualifiers import count_unasked, unasked
from search.ranking.rows import Row
from search.ranking.statistics import Statistics
from search.ranking.titles import Title

# Worth of a word found with other marks than it was typed with, or only in the keywords and the summary.
FOLDED_ONLY: Final = 0.55
IN_EXTRA: Final = 0.45
# Worth of another name found in pieces, or in part; below the least part it is not found.
SCATTERED: Final = 0.85
PARTLY: Final = 0.75
LEAST_PART: Final = 0.6
# What comes on top of the coverage, as parts of it.
PHRASE: Final = 0.35
FOCUS: Final = 0.5
TEXT: Final = 0.1
PRIOR: Final = 0.03
CODE: Final = 10.0
# What each special case in a title costs that nobody asked for; two at most.
UNASKED: Final = -0.12
MOST_UNASKED: Final = 2
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
        self.weight = statistics.weight
        self.uses = uses
        self.unasked = unasked(query)
        self.total = sum(word.weight for word in query.words) or 1.0
        self.pairs = list(zip(query.words, query.words[1:], strict=False))
        self.pairs_total = sum(min(a.weight, b.weight) for a, b in self.pairs)

    def score(self, row: Row, text: float) -> Scored:
        """Return ``row`` with its score; ``text`` is the engine's text score in 0..1."""
        codes = set(normal_codes(row.codes))
        why = {"code": CODE if codes & set(self.query.codes) else 0.0}
        if self.query.words:
            title = Title(row)
            matched: set[int] = set()
            cover = self._coverage(title, codes, matched)
            why |= {
                "cover": cover,
                "phrase": PHRASE * cover * self._phrase(title),
                "focus": FOCUS * cover * self._focus(title, matched),
                "text": TEXT * text,
                "special": UNASKED * cover * min(MOST_UNASKED, count_unasked(title, self.unasked)),
                "prior": PRIOR * cover * self._prior(row, codes),
            }
        return Scored(row, sum(why.values()), why)

    def _coverage(self, title: Title, codes: set[str], matched: set[int]) -> float:
        worth = [self._word(word, title, matched) for word in self.query.words]
        for expansion in self.query.expansions:
            value = self._expansion(expansion, title, codes, matched)
            for place in range(expansion.start, expansion.end):
                worth[place] = max(worth[place], value)
        return sum(w * word.weight for w, word in zip(worth, self.query.words, strict=True)) / self.total

    def _word(self, word: Word, title: Title, matched: set[int]) -> float:
        places = title.places.get(word.folded)
        if not places:
            return IN_EXTRA if word.folded in title.extra else 0.0
        if self.query.exact:
            places_as_written = [place for place in places if title.marked[place] == word.marked]
            if not places_as_written:
                return FOLDED_ONLY
            places = places_as_written
        matched.update(places)
        return 1.0

    def _expansion(self, expansion: Expansion, title: Title, codes: set[str], matched: set[int]) -> float:
        if expansion.codes and codes.intersection(expansion.codes):
            matched.update(p for word in expansion.words for p in title.places.get(word.folded, ()))
            return expansion.strength
        words = [word.folded for word in expansion.words]
        if not words:
            return 0.0
        total = sum(word.weight for word in expansion.words)
        found = [word for word in expansion.words if word.folded in title.places]
        part = sum(word.weight for word in found) / total
        if part < LEAST_PART:
            in_extra = all(word in title.extra or word in title.places for word in words)
            return expansion.strength * IN_EXTRA if in_extra else 0.0
        place = title.phrase_at(words) if len(found) == len(words) else None
        if place is not None:
            matched.update(range(place, place + len(words)))
            return expansion.strength
        matched.update(title.places[word.folded][0] for word in found)
        return expansion.strength * (SCATTERED if len(found) == len(words) else PARTLY * part)

    def _phrase(self, title: Title) -> float:
        if not self.pairs_total:
            return 0.0
        together = (min(a.weight, b.weight) for a, b in self.pairs if title.follows(a.folded, b.folded))
        return sum(together) / self.pairs_total

    def _focus(self, title: Title, matched: set[int]) -> float:
        said = [place for place in range(len(title.words)) if place < TITLE_LIMIT or place in matched]
        total = sum(self.weight(title.words[place]) for place in said) or 1.0
        return sum(self.weight(title.words[place]) for place in matched) / total

    def _prior(self, row: Row, codes: set[str]) -> float:
        return max([row.weight, *(self.uses.get(code, 0.0) for code in codes)])
