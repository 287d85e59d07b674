"""Mark in the original text what the query meant, and choose the piece of a long text worth showing.

Folding keeps the length of an NFC text, so a place in the folded text is the same place in the original.
"""

from __future__ import annotations

import re
from typing import Final

from core.text import nfc
from search.analysis.query import Query
from search.analysis.syllables import Syllable, exact_form, searchable
from search.results import Marked, Span

SNIPPET: Final = 220
_BEFORE: Final = 40


def _wanted(query: Query) -> dict[str, tuple[frozenset[str], float]]:
    """Map each folded word to its exact forms (empty: any will do) and its weight."""
    wanted: dict[str, tuple[frozenset[str], float]] = {}
    also = [word for expansion in query.expansions if expansion.is_said for word in expansion.words]
    for word in [*query.words, *also]:
        forms, weight = wanted.get(word.folded, (frozenset(), 0.0))
        exact = {word.marked} if word.marked and (query.exact or word in also) else set()
        wanted[word.folded] = (forms | exact, max(weight, word.weight))
    return wanted


def _hits(text: str, query: Query) -> list[tuple[Syllable, float]]:
    wanted = _wanted(query)
    if not wanted:
        return []
    found = []
    # Only what was asked for is cut out: texts are long.
    words = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(wanted)})(?![a-z0-9])")
    for place in words.finditer(searchable(text)):
        forms, weight = wanted[place.group()]
        marked = exact_form(text[place.start() : place.end()])
        if not forms or not query.exact or marked in forms:
            found.append((Syllable(place.group(), marked, place.start(), place.end()), weight))
    return found


def _spans(text: str, hits: list[Syllable]) -> tuple[Span, ...]:
    """Join neighbouring syllables into one span."""
    spans: list[Span] = []
    for hit in hits:
        if spans and not text[spans[-1][1] : hit.start].strip():
            spans[-1] = (spans[-1][0], hit.end)
        else:
            spans.append((hit.start, hit.end))
    return tuple(spans)


def mark(text: str, query: Query) -> Marked:
    """Return the whole of ``text`` with the words of ``query`` marked."""
    normal = nfc(text)
    return Marked(normal, _spans(normal, [syllable for syllable, _weight in _hits(normal, query)]))


def snippet(text: str, query: Query, *, length: int = SNIPPET) -> Marked:
    """Return the piece of ``text``, about ``length`` characters, that holds most of what was asked."""
    normal = " ".join(nfc(text).split())
    hits = _hits(normal, query)
    start = _best_start(normal, hits, length)
    end = _word_end(normal, start + length)
    piece = normal[start:end]
    inside = [
        Syllable(s.folded, s.marked, s.start - start, s.end - start)
        for s, _weight in hits
        if s.start >= start and s.end <= end
    ]
    return Marked(piece, _spans(piece, inside), cut_before=start > 0, cut_after=end < len(normal))


def _best_start(text: str, hits: list[tuple[Syllable, float]], length: int) -> int:
    """Return the start of the window whose different words weigh most; the earliest of equals."""
    if not hits or len(text) <= length:
        return 0
    best, best_start = 0.0, 0
    for index, (first, _weight) in enumerate(hits):
        inside: dict[str, float] = {}
        for syllable, weight in hits[index : index + 40]:
            if syllable.end > first.start + length - _BEFORE:
                break
            inside[syllable.folded] = weight
        if sum(inside.values()) > best + 0.001:
            best, best_start = sum(inside.values()), first.start
    return _word_start(text, max(0, min(best_start - _BEFORE, len(text) - length)))


def _word_start(text: str, place: int) -> int:
    space = text.rfind(" ", 0, place)
    return space + 1 if place else 0


def _word_end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    space = text.rfind(" ", 0, place)
    return space if space > 0 else place
