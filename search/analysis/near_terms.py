"""Terms of the lexicon that a query says in part, or in another order: ``mua ghe tỉnh khác`` is near to
``mua ghe từ tỉnh khác sang tên``.

A syllable alone says nothing, so two that stand side by side in both are needed, and of the term's weight (syllables
that many terms share weigh little) more than half.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Final

from search.analysis.syllables import Syllable

Term = tuple[str, ...]
LEAST_SHARE: Final = 0.55
MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Near:
    """A term (folded), the places of its words in the query, and which part (0..1) of its weight they are."""

    term: Term
    places: tuple[int, ...]
    share: float


class NearTerms:
    """An inverted index of the terms of two syllables or more."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms = [term for term in terms if len(term) > 1]
        self._with: dict[str, list[int]] = defaultdict(list)
        for number, term in enumerate(self._terms):
            for word in dict.fromkeys(term):
                self._with[word].append(number)
        self._weight = {word: log(1 + len(self._terms) / len(some)) for word, some in self._with.items()}
        self._total = [sum(self._weight[word] for word in set(term)) for term in self._terms]

    def find(self, query: Sequence[Syllable]) -> list[Near]:
        """Return the nearest ``MOST`` terms, nearest first."""
        places = {syllable.folded: place for place, syllable in reversed(list(enumerate(query)))}
        shared: dict[int, list[str]] = defaultdict(list)
        for word in places:
            for number in self._with.get(word, ()):
                shared[number].append(word)
        found = [self._near(number, words, places) for number, words in shared.items() if len(words) > 1]
        kept = [near for near in found if near.share >= LEAST_SHARE and _side_by_side(near.term, places)]
        return sorted(kept, key=lambda near: (-near.share, near.term))[:MOST]

    def _near(self, number: int, words: Sequence[str], places: Mapping[str, int]) -> Near:
        share = sum(self._weight[word] for word in words) / self._total[number]
        return Near(self._terms[number], tuple(sorted(places[word] for word in words)), share)


def _side_by_side(term: Term, places: Mapping[str, int]) -> bool:
    return any(
        one in places and other in places and abs(places[one] - places[other]) == 1
        for one, other in pairwise(term)
    )
