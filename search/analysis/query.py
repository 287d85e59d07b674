"""A query as the engines and the scorer read it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final

# So few telling words must all stand in a text.
FEW: Final = 2
# Names that the query only comes near to are weaker than this.
SAID: Final = 0.7


@dataclass(frozen=True, slots=True)
class Word:
    """A syllable to look for: folded, as written (empty when its writer used no marks), and how telling it is."""

    folded: str
    marked: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Expansion:
    """Other words, or codes, for the words of the query at ``places`` (ascending).

    ``strength`` in 0..1 is what finding them is worth against finding the words themselves.
    """

    places: tuple[int, ...]
    words: tuple[Word, ...]
    codes: tuple[str, ...] = ()
    strength: float = 0.9
    label: str = ""

    @property
    def is_said(self) -> bool:
        """Whether the query says the term, and not only something near to it: then a person is told and shown."""
        return self.strength > SAID


@dataclass(frozen=True, slots=True)
class Query:
    """What is left of a person's question: codes, words in order, and what the words may also be called.

    ``levels`` are the levels of government that it names.
    """

    text: str
    codes: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    exact: bool = False
    corrected: str = ""
    levels: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Nothing to look for: no code and no word."""
        return not (self.codes or self.words)

    @property
    def all_codes(self) -> tuple[str, ...]:
        """The codes asked for and those the lexicon leads to."""
        return tuple(dict.fromkeys([*self.codes, *(code for e in self.expansions for code in e.codes)]))

    @property
    def any_words(self) -> dict[str, float]:
        """Every folded syllable that may make a document a candidate, with its weight."""
        weights = {word.folded: word.weight for expansion in self.expansions for word in expansion.words}
        return weights | {word.folded: word.weight for word in self.words}

    @property
    def phrases(self) -> tuple[tuple[str, ...], ...]:
        """The words of each expansion as folded phrases of two syllables or more."""
        found = (tuple(word.folded for word in expansion.words) for expansion in self.expansions)
        return tuple(dict.fromkeys(phrase for phrase in found if len(phrase) > 1))

    def telling_words(self, limit: int = 4) -> tuple[str, ...]:
        """Return the rarest words of the query itself: the ones that a text must hold to be about it."""
        rare = sorted(self.words, key=lambda word: -word.weight)[:limit]
        return tuple(dict.fromkeys(word.folded for word in rare))

    def telling_sets(self) -> tuple[tuple[str, ...], ...]:
        """Return the sets of words of which a text must hold one whole: all but one of the telling words."""
        words = self.telling_words()
        if len(words) <= FEW:
            return (words,) if words else ()
        return tuple(combinations(words, len(words) - 1))
