"""Where the words of a query stand in a title, and what each is worth there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from search.analysis.query import Expansion, Query, Word
from search.ranking.titles import Title

# Worth of a word found with other marks than it was typed with, or only in the keywords and the summary.
FOLDED_ONLY: Final = 0.55
# Worth of a word whose marks nobody writes: a slip, or a word that titles do not know.
MARKS_UNKNOWN: Final = 0.85
IN_EXTRA: Final = 0.45
# Worth of another name found in pieces, or in part; below the least part it is not found.
SCATTERED: Final = 0.85
PARTLY: Final = 0.75
LEAST_PART: Final = 0.6
# A syllable far from its neighbours of the query is most likely a piece of another word.
ALONE: Final = 0.7
NEAR: Final = 2


@dataclass(slots=True)
class Matching:
    """What was found for each word of the query: its worth, and the places in the title where it begins and ends.

    ``inner`` are words followed by the next one inside of another name that stands in the title as a phrase; ``tied``
    are words that the lexicon leads to a code of the document; ``places`` is what each place of the title counts for
    the focus.
    """

    worth: list[float]
    begins: list[set[int]]
    ends: list[set[int]]
    inner: set[int] = field(default_factory=set)
    tied: set[int] = field(default_factory=set)
    places: dict[int, float] = field(default_factory=dict)

    def mark(self, place: int, value: float) -> None:
        """Count ``place`` of the title for ``value``, or for what it counts already."""
        self.places[place] = max(self.places.get(place, 0.0), value)


def match(query: Query, title: Title, codes: set[str]) -> Matching:
    """Find the words of ``query`` and their other names in ``title``; ``codes`` are those of its document."""
    number = len(query.words)
    found = Matching([0.0] * number, [set() for _ in query.words], [set() for _ in query.words])
    for position, word in enumerate(query.words):
        found.worth[position] = _word(word, position, title, found, exact=query.exact)
    _doubt_the_lonely(query, found)
    for expansion in query.expansions:
        value = _expansion(expansion, title, codes, found)
        for position in expansion.places:
            found.worth[position] = max(found.worth[position], value)
    return found


def _word(word: Word, position: int, title: Title, found: Matching, *, exact: bool) -> float:
    places = title.places.get(word.folded)
    if not places:
        return IN_EXTRA if word.folded in title.extra else 0.0
    if exact and word.marked:
        places = [place for place in places if title.marked[place] == word.marked]
        if not places:
            return FOLDED_ONLY
    found.begins[position].update(places)
    found.ends[position].update(place + 1 for place in places)
    for place in places:
        found.mark(place, 1.0)
    return MARKS_UNKNOWN if exact and not word.marked else 1.0


def _doubt_the_lonely(query: Query, found: Matching) -> None:
    """Lower the worth of words of which no neighbour in the query stands near them in the title."""
    if len(query.words) == 1:
        return
    for position, places in enumerate(found.begins):
        around = {
            p for n in (position - 1, position + 1) if 0 <= n < len(found.begins) for p in found.begins[n]
        }
        if places and not any(abs(place - other) <= NEAR for place in places for other in around):
            found.worth[position] *= ALONE


def _expansion(expansion: Expansion, title: Title, codes: set[str], found: Matching) -> float:
    by_code = bool(codes.intersection(expansion.codes))
    if by_code:
        found.tied.update(expansion.places)
    words = [word.folded for word in expansion.words]
    if not words:
        return expansion.strength if by_code else 0.0
    part, value = _part(expansion, title), 0.0
    if part >= LEAST_PART:
        value = _standing(expansion, words, part, title, found)
    elif all(word in title.extra or word in title.places for word in words):
        value = expansion.strength * IN_EXTRA
    return max(value, expansion.strength) if by_code else value


def _part(expansion: Expansion, title: Title) -> float:
    total = sum(word.weight for word in expansion.words)
    return sum(word.weight for word in expansion.words if word.folded in title.places) / total


def _standing(expansion: Expansion, words: list[str], part: float, title: Title, found: Matching) -> float:
    """Return the worth of another name that stands in the title: as a phrase, in pieces, or for the most part."""
    place = title.phrase_at(words)
    if place is not None:
        found.begins[expansion.places[0]].add(place)
        found.ends[expansion.places[-1]].add(place + len(words))
        found.inner.update(expansion.places[:-1])
        for inside in range(place, place + len(words)):
            found.mark(inside, expansion.strength)
        return expansion.strength
    present = [word for word in words if word in title.places]
    value = expansion.strength * (SCATTERED if len(present) == len(words) else PARTLY * part)
    for word in present:
        found.mark(title.places[word][0], value)
    return value
