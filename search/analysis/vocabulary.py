"""The syllables that titles and the lexicon use, how they are spelled, and which stand side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from core.text import nfc
from search.analysis.syllables import exact_form, folded_syllables, syllables


@dataclass(frozen=True, slots=True)
class Spellings:
    """In how many titles each syllable (``trạng``) and each pair of neighbours (``tình trạng``) stands, lower case."""

    syllables: Mapping[str, int] = field(default_factory=dict)
    pairs: Mapping[str, int] = field(default_factory=dict)


class Vocabulary:
    """Known syllables and neighbours. ``also`` are phrases that stand in no title: those of the lexicon."""

    def __init__(self, spellings: Spellings | None = None, also: Iterable[str] = ()) -> None:
        seen = spellings or Spellings()
        self._forms: dict[str, dict[str, int]] = defaultdict(dict)
        for spelled, number in seen.syllables.items():
            for folded in folded_syllables(spelled):
                self._forms[folded][spelled] = number
        self._pairs: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
        for spelled, number in seen.pairs.items():
            self._pairs[tuple(folded_syllables(spelled))][spelled] = number
        for phrase in also:
            self._learn(phrase)
        self._written = frozenset(exact_form(spelled) for forms in self._forms.values() for spelled in forms)

    def _learn(self, phrase: str) -> None:
        normal = nfc(phrase.lower())
        words = syllables(normal)
        spelled = [normal[word.start : word.end] for word in words]
        for word, form in zip(words, spelled, strict=True):
            self._forms[word.folded].setdefault(form, 0)
        for (one, other), pair in zip(pairwise(words), pairwise(spelled), strict=True):
            self._pairs[one.folded, other.folded].setdefault(" ".join(pair), 0)

    def knows(self, folded: str) -> bool:
        """Say whether any title or term holds ``folded`` under any marks."""
        return folded in self._forms

    def writes(self, marked: str) -> bool:
        """Say whether any title or term is written with exactly this syllable (an exact form)."""
        return marked in self._written

    def share(self, folded: str, marked: Iterable[str]) -> float:
        """Return which part of the uses of ``folded`` in titles is written as one of ``marked``; 1 for none at all."""
        forms = self._forms.get(folded, {})
        total = sum(forms.values())
        wanted = set(marked)
        return (
            sum(n for spelled, n in forms.items() if exact_form(spelled) in wanted) / total if total else 1.0
        )

    def uses(self, folded: str) -> int:
        """Return in how many titles ``folded`` stands."""
        return sum(self._forms.get(folded, {}).values())

    def stand_together(self, first: str, second: str) -> bool:
        """Say whether some titles or terms hold the two side by side."""
        return (first, second) in self._pairs

    def spelled(self, folded: str, before: str = "") -> str:
        """Return how ``folded`` is mostly spelled, after ``before`` where titles hold the two together."""
        pairs = self._pairs.get((before, folded))
        if pairs:
            return max(pairs, key=lambda pair: pairs[pair]).rsplit(" ", 1)[-1]
        forms = self._forms.get(folded)
        return max(forms, key=lambda form: forms[form]) if forms else folded
