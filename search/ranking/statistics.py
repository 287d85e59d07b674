"""How telling a word is in a collection: rare syllables weigh more than ``giấy`` or ``cấp``."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Statistics:
    """In how many titles of a collection each folded syllable stands."""

    documents: int = 0
    frequencies: Mapping[str, int] = field(default_factory=dict)

    def weight(self, word: str) -> float:
        """Return the inverse document frequency of ``word``: about 0.1 for one in every title, 6 to 9 for a rare one.

        A word in no title is worth a middling one: it may stand in the texts, or be a slip of the keyboard.
        """
        known = self.frequencies.get(word, 0)
        seen = known or max(1.0, self.documents**0.5)
        return math.log(1 + (self.documents - seen + 0.5) / (seen + 0.5)) + 0.1

    def knows(self, word: str) -> bool:
        """Say whether ``word`` stands in any title or keyword."""
        return word in self.frequencies


def count(titles: Iterable[str]) -> Statistics:
    """Return the statistics of folded, space-separated titles."""
    frequencies: Counter[str] = Counter()
    documents = 0
    for title in titles:
        documents += 1
        frequencies.update(set(title.split()))
    return Statistics(documents, dict(frequencies))
