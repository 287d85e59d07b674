"""Words that carry no subject: the polite and the asking parts of a question (``tôi muốn``, ``ở đâu``)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from search.analysis.syllables import Syllable, exact_form, folded_syllables

FILE: Final = Path(__file__).resolve().parents[1] / "data" / "stopwords.txt"


@cache
def fillers() -> frozenset[tuple[str, ...]]:
    """Return the filler phrases of the shipped file as exact forms; ``#`` begins a comment."""
    if not FILE.exists():
        return frozenset()
    lines = (line.split("#")[0].strip() for line in FILE.read_text(encoding="utf-8").splitlines())
    return frozenset(tuple(map(exact_form, line.split())) for line in lines if line)


@cache
def _folded_fillers() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(folded_syllables(" ".join(phrase))) for phrase in fillers())


def subject_of(query: Sequence[Syllable], kept: frozenset[int]) -> list[int]:
    """Return the positions of the syllables that are no filler; all of them when nothing else would remain.

    ``kept`` are positions of known terms: a filler inside of one belongs to it. With marks a filler must be
    written as in the file (``có`` is one, ``cỏ`` is not).
    """
    exact = any(syllable.marked != syllable.folded for syllable in query)
    forms = [syllable.marked if exact else syllable.folded for syllable in query]
    phrases = fillers() if exact else _folded_fillers()
    longest = max(map(len, phrases), default=0)
    dropped: set[int] = set()
    for start in range(len(forms)):
        for end in range(min(len(forms), start + longest), start, -1):
            span = set(range(start, end))
            if tuple(forms[start:end]) in phrases and not span & kept:
                dropped |= span
                break
    rest = [position for position in range(len(forms)) if position not in dropped]
    return rest or list(range(len(forms)))
