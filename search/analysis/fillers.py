"""Words that carry no subject: the polite and the asking parts of a question (``tôi muốn``, ``ở đâu``)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from search.analysis.syllables import Syllable, exact_form, folded_syllables
from search.analysis.vocabulary import Vocabulary

_DATA: Final = Path(__file__).resolve().parents[1] / "data"
FILE: Final = _DATA / "stopwords.txt"
LIGHT_FILE: Final = _DATA / "light_words.txt"
# A syllable typed without marks is light when titles hardly ever write it as anything else.
MOSTLY: Final = 0.8


@cache
def fillers() -> frozenset[tuple[str, ...]]:
    """Return the filler phrases of the shipped file as exact forms; ``#`` begins a comment."""
    return frozenset(tuple(map(exact_form, line.split())) for line in _lines(FILE))


def _lines(file: Path) -> list[str]:
    lines = (line.split("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


@cache
def light_words() -> dict[str, tuple[str, ...]]:
    """Return the exact forms of the light words by their folded form."""
    words: dict[str, tuple[str, ...]] = {}
    for line in _lines(LIGHT_FILE):
        (folded,) = folded_syllables(line)
        words[folded] = (*words.get(folded, ()), exact_form(line))
    return words


def is_light(syllable: Syllable, vocabulary: Vocabulary, *, exact: bool) -> bool:
    """Say whether ``syllable`` only holds the sentence together; ``exact``: its writer uses marks."""
    forms = light_words().get(syllable.folded, ())
    if not forms:
        return syllable.folded.isdigit() and not vocabulary.knows(syllable.folded)
    if exact and syllable.marked != syllable.folded:
        return syllable.marked in forms
    return vocabulary.share(syllable.folded, forms) >= MOSTLY


@cache
def written() -> tuple[str, ...]:
    """Return the lines of both files as they stand: words that everybody writes, whatever titles hold."""
    return (*_lines(FILE), *_lines(LIGHT_FILE))


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
