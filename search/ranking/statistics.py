"""How telling a word is in a collection: rare syllables weigh more than ``giấy`` or ``cấp``."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from core.text import nfc
from search.analysis.syllables import Syllable, syllables
from search.analysis.vocabulary import Spellings

# The pairs of neighbours worth keeping: more would only make the row heavy that every process reads.
MOST_PAIRS: Final = 40_000


@dataclass(frozen=True, slots=True)
class Statistics:
    """In how many titles of a collection each folded syllable stands, and how syllables are spelled."""

    documents: int = 0
    frequencies: Mapping[str, int] = field(default_factory=dict)
    spellings: Spellings = field(default_factory=Spellings)

    def weight(self, word: str) -> float:
        """Return the inverse document frequency of ``word``: about 0.1 for one in every title, 6 to 9 for a rare one.

        A word in no title is worth a middling one: it may stand in the texts, or be a slip of the keyboard.
        """
        known = self.frequencies.get(word, 0)
        seen = known or max(1.0, self.documents**0.5)
        rest = max(0.0, self.documents - seen)
        return math.log(1 + (rest + 0.5) / (seen + 0.5)) + 0.1

    def knows(self, word: str) -> bool:
        """Say whether ``word`` stands in any title or keyword."""
        return word in self.frequencies


def count(titles: Iterable[str]) -> Statistics:
    """Return the statistics of ``titles`` as people wrote them."""
    frequencies: Counter[str] = Counter()
    spelled: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    documents = 0
    for title in map(nfc, titles):
        documents += 1
        words = syllables(title)
        forms = [_lower(title, word) for word in words]
        frequencies.update({word.folded for word in words})
        spelled.update(set(forms))
        pairs.update({f"{one} {two}" for one, two in pairwise(forms)})
    return Statistics(
        documents, dict(frequencies), Spellings(dict(spelled), dict(pairs.most_common(MOST_PAIRS)))
    )


def _lower(title: str, word: Syllable) -> str:
    return title[word.start : word.end].lower()
