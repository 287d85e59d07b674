"""Phrases in a query: where it contains one of a list, and values filed under phrases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Generic, TypeVar

from search.language.tokenizer import Syllable, marks_agree, syllables

T = TypeVar("T")


@cache
def _phrases(texts: tuple[str, ...]) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Map folded phrases to their exact forms."""
    known: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for text in texts:
        words = syllables(text)
        folded = tuple(word.folded for word in words)
        known[folded] = (*known.get(folded, ()), tuple(word.marked for word in words))
    return known


@cache
def _longest_by_first(texts: tuple[str, ...]) -> dict[str, int]:
    """Map the first word of each phrase to the length of the longest one with it."""
    longest: dict[str, int] = {}
    for words in _phrases(texts):
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return longest


def find_phrases(query: Sequence[Syllable], texts: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return where ``query`` contains one of ``texts``, as (start, end), the longest at each start."""
    known, longest = _phrases(texts), _longest_by_first(texts)
    folded = tuple(word.folded for word in query)
    found = []
    for start, first in enumerate(folded):
        for end in range(min(len(query), start + longest.get(first, 0)), start, -1):
            forms = known.get(folded[start:end], ())
            if any(marks_agree(query[start:end], form) for form in forms):
                found.append((start, end))
                break
    return found


class PhraseIndex(Generic[T]):
    """Values by phrases; a phrase typed without diacritics matches every spelling."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, ...], list[tuple[tuple[str, ...], T]]] = defaultdict(list)
        self._longest = 0

    def add(self, phrase: Sequence[Syllable], value: T) -> None:
        """Add ``value`` under ``phrase``."""
        if phrase:
            folded = tuple(syllable.folded for syllable in phrase)
            self._values[folded].append((tuple(syllable.marked for syllable in phrase), value))
            self._longest = max(self._longest, len(folded))

    def exactly(self, query: Sequence[Syllable]) -> list[T]:
        """Return the values whose phrase is the whole of ``query``."""
        known = self._values.get(tuple(syllable.folded for syllable in query), ())
        return [value for exact_forms, value in known if marks_agree(query, exact_forms)]

    def within(self, query: Sequence[Syllable]) -> Iterator[tuple[range, T]]:
        """Yield the positions of each phrase that ``query`` contains, and its value, longest first."""
        for length in range(min(self._longest, len(query)), 0, -1):
            for start in range(len(query) - length + 1):
                for value in self.exactly(query[start : start + length]):
                    yield range(start, start + length), value
