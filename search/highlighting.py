"""Highlighted titles and excerpts.

Folding keeps the length of an NFC text, so its offsets are those of the original.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from core.text import nfc
from search.analysis import Query
from search.language.tokenizer import Syllable, exact_form, fold_spelling

Span = tuple[int, int]

EXCERPT_LENGTH: Final = 220
# Bodies of fifty thousand characters exist, and folding them takes longer than the search.
LOOKED_THROUGH: Final = 8_000
# Characters shown before the first match of an excerpt.
_CONTEXT_BEFORE: Final = 40


@dataclass(frozen=True, slots=True)
class Highlighted:
    """A piece of the original text and the spans (start, end) in it that match the query."""

    text: str
    spans: tuple[Span, ...] = ()
    cut_before: bool = False
    cut_after: bool = False

    def pieces(self) -> list[tuple[str, bool]]:
        """Return the text as (piece, is highlighted) in order; joined they are ``text``."""
        out: list[tuple[str, bool]] = []
        done = 0
        for start, end in self.spans:
            out += [(self.text[done:start], False), (self.text[start:end], True)]
            done = end
        out.append((self.text[done:], False))
        return [piece for piece in out if piece[0]]


class Highlighter:
    """Highlights the words of one query and its expansions."""

    def __init__(self, query: Query) -> None:
        self._terms = _terms(query)
        self._is_exact = query.exact
        # Only the terms are tokenised: texts are long.
        self._words = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(self._terms)})(?![a-z0-9])")

    @property
    def has_terms(self) -> bool:
        """True if there is anything to highlight."""
        return bool(self._terms)

    def whole(self, text: str) -> Highlighted:
        """Return the whole of ``text``."""
        normal = nfc(text)
        return Highlighted(normal, _spans(normal, [syllable for syllable, _weight in self._matches(normal)]))

    def excerpt(self, text: str, *, length: int = EXCERPT_LENGTH) -> Highlighted:
        """Return the excerpt of about ``length`` characters that contains most of the query.

        It is from the first ``LOOKED_THROUGH`` characters, if they contain any word of the query.
        """
        normal = " ".join(nfc(text).split())
        matches = self._matches(_beginning(normal)) or self._matches(normal)
        start = _best_start(normal, matches, length)
        end = _word_end(normal, start + length)
        piece = normal[start:end]
        inside = [
            Syllable(s.folded, s.marked, s.start - start, s.end - start)
            for s, _weight in matches
            if s.start >= start and s.end <= end
        ]
        return Highlighted(piece, _spans(piece, inside), cut_before=start > 0, cut_after=end < len(normal))

    def _matches(self, text: str) -> list[tuple[Syllable, float]]:
        if not self._terms:
            return []
        found = []
        for match in self._words.finditer(fold_spelling(text)):
            word, start, end = match.group(), match.start(), match.end()
            forms, weight = self._terms[word]
            if not forms or not self._is_exact:
                found.append((Syllable(word, word, start, end), weight))
            elif (marked := exact_form(text[start:end])) in forms:
                found.append((Syllable(word, marked, start, end), weight))
        return found


def _terms(query: Query) -> dict[str, tuple[frozenset[str], float]]:
    """Map each folded word to its exact forms (empty if any will do) and its weight."""
    terms: dict[str, tuple[frozenset[str], float]] = {}
    expanded = [word for expansion in query.literal_expansions for word in expansion.words]
    for word in [*query.words, *expanded]:
        forms, weight = terms.get(word.folded, (frozenset(), 0.0))
        exact = {word.marked} if word.marked and (query.exact or word in expanded) else set()
        terms[word.folded] = (forms | exact, max(weight, word.weight))
    return terms


def _spans(text: str, matches: list[Syllable]) -> tuple[Span, ...]:
    """Return the spans of ``matches``, adjacent syllables joined into one."""
    spans: list[Span] = []
    for match in matches:
        if spans and not text[spans[-1][1] : match.start].strip():
            spans[-1] = (spans[-1][0], match.end)
        else:
            spans.append((match.start, match.end))
    return tuple(spans)


def _best_start(text: str, matches: list[tuple[Syllable, float]], length: int) -> int:
    """Return the start of the window whose distinct words have the greatest weight; the first of equals."""
    if not matches or len(text) <= length:
        return 0
    best, best_start = 0.0, 0
    for index, (first, _weight) in enumerate(matches):
        inside: dict[str, float] = {}
        for syllable, weight in matches[index : index + 40]:
            if syllable.end > first.start + length - _CONTEXT_BEFORE:
                break
            inside[syllable.folded] = weight
        if sum(inside.values()) > best + 0.001:
            best, best_start = sum(inside.values()), first.start
    return _word_start(text, max(0, min(best_start - _CONTEXT_BEFORE, len(text) - length)))


def _beginning(text: str) -> str:
    """Return the first ``LOOKED_THROUGH`` characters of ``text``, cut between words."""
    return text if len(text) <= LOOKED_THROUGH else text[: text.rfind(" ", 0, LOOKED_THROUGH)]


def _word_start(text: str, offset: int) -> int:
    space = text.rfind(" ", 0, offset)
    return space + 1 if offset else 0


def _word_end(text: str, offset: int) -> int:
    if offset >= len(text):
        return len(text)
    space = text.rfind(" ", 0, offset)
    return space if space > 0 else offset
