"""A title cut for scoring: where each word stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from search.analysis.syllables import folded_syllables
from search.ranking.rows import Row

_OPENING: Final = tuple(folded_syllables("thủ tục"))


class Title:
    """The words of a candidate's title with their places, and the words of its keywords and summary."""

    def __init__(self, row: Row) -> None:
        self.words = row.title_words.split()
        self.marked = row.title_marked.split()
        self.extra = frozenset(row.extra_words.split())
        self.places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            self.places.setdefault(word, []).append(place)
        #: Where the title begins behind a ``Thủ tục`` that says nothing.
        self.begin = len(_OPENING) if tuple(self.words[: len(_OPENING)]) == _OPENING else 0

    def phrase_at(self, words: Sequence[str]) -> int | None:
        """Return where ``words`` stand in a row, or None."""
        for place in self.places.get(words[0], ()):
            if self.words[place : place + len(words)] == list(words):
                return place
        return None
