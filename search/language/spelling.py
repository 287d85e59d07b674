"""Spelling correction: only of syllables unknown to titles and lexicon.

It knows typing errors, joined syllables and keys of an input method, and needs evidence: the correction is adjacent to
its neighbour in some title, or long enough to rule out chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Final

from core.text import fold, nfc
from search.language.tokenizer import Syllable, fold_spelling
from search.language.vocabulary import Vocabulary

# Corrections: shorter words are as likely abbreviations as errors; longer ones are not words at all.
MIN_CORRECTED_LENGTH: Final = 2
MAX_CORRECTED_LENGTH: Final = 40
MAX_SYLLABLE_LENGTH: Final = 7
# A word this long needs no known neighbour as evidence.
SELF_EVIDENT_LENGTH: Final = 6
MAX_UNKNOWN_WORDS: Final = 6
#: Costs of readings; adjacent syllables known from titles earn ``ADJACENT_BONUS``.
INPUT_METHOD_COST: Final = 0.2
EDIT_COST: Final = 1.0
SPLIT_COST: Final = 0.3
UNCHANGED_COST: Final = 4.0
ADJACENT_BONUS: Final = 1.2

# What input methods leave behind when they are switched off: letters of Telex, digits of VNI.
_TELEX_TONE: Final = re.compile(r"(?<=[aeiouyw])([a-z]*?)[sfrxj](?=[a-z]*$)")
_TELEX_VOWEL: Final = re.compile(r"([aou])w|w")
_TELEX_DOUBLED: Final = re.compile(r"([aeod])\1")
_VNI: Final = re.compile(r"(?<=[a-z])[1-9]+")


def without_telex(word: str) -> str:
    """Return the folded syllable that Telex keys spell, or ``word`` itself if it has none.

    >>> without_telex("ddawng"), without_telex("hoonf"), without_telex("nhaf")
    ('dang', 'hon', 'nha')
    """
    plain = _TELEX_DOUBLED.sub(r"\1", word)
    plain = _TELEX_VOWEL.sub(lambda found: found.group(1) or "u", plain)
    return _TELEX_TONE.sub(r"\1", plain, count=1)


def without_vni(word: str) -> str:
    """Return the folded syllable without the digits that VNI types for diacritics.

    >>> without_vni("chuye63n")
    'chuyen'
    """
    return _VNI.sub("", word) if word[:1].isalpha() else word


@dataclass(frozen=True, slots=True)
class Reading:
    """One or more syllables that a typed word may mean, and the cost of assuming so."""

    words: tuple[str, ...]
    cost: float


def correct(text: str, typed: Sequence[Syllable], vocabulary: Vocabulary) -> str:
    """Return ``text`` with its unknown words corrected; empty if there is nothing to correct."""
    unknown = _unknown_positions(typed, vocabulary)
    if not unknown or len(unknown) > MAX_UNKNOWN_WORDS:
        return ""
    chosen = _cheapest_readings(typed, set(unknown), vocabulary)
    changed = {
        position: chosen[position].words
        for position in unknown
        if chosen[position].words != (typed[position].folded,)
        and _is_plausible(position, chosen, typed, vocabulary)
    }
    return _replaced(nfc(text), typed, changed, vocabulary) if changed else ""


def _unknown_positions(typed: Sequence[Syllable], vocabulary: Vocabulary) -> list[int]:
    known = vocabulary.known_among(word.folded for word in typed)
    return [
        position
        for position, word in enumerate(typed)
        if word.folded not in known
        and MIN_CORRECTED_LENGTH <= len(word.folded) <= MAX_CORRECTED_LENGTH
        and not word.folded.isdigit()
    ]


def readings(word: str, vocabulary: Vocabulary) -> list[Reading]:
    """Return what ``word`` may mean; all readings consist of known syllables."""
    plain = dict.fromkeys([fold_spelling(without_telex(word)), fold_spelling(without_vni(word))])
    found: dict[tuple[str, ...], float] = {
        (syllable,): INPUT_METHOD_COST for syllable in plain if vocabulary.knows(syllable)
    }
    for edited in _edits(word):
        if vocabulary.knows(edited):
            found.setdefault((edited,), EDIT_COST)
    parts = _split(word, vocabulary)
    if parts:
        found.setdefault(parts, SPLIT_COST * len(parts))
    return [Reading(words, cost) for words, cost in found.items()]


def _edits(word: str) -> Iterator[str]:
    """Yield the words at a distance of one missing, wrong, surplus or swapped letter from ``word``."""
    for position in range(len(word) + 1):
        before, after = word[:position], word[position:]
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in ascii_lowercase)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        yield from (before + letter + after for letter in ascii_lowercase)


def _split(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the known syllables that are joined in ``word``, in the split with most adjacent pairs of titles."""
    splits: dict[int, tuple[float, tuple[str, ...]]] = {0: (0.0, ())}
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - MAX_SYLLABLE_LENGTH), end):
            part = fold_spelling(word[start:end])
            if start not in splits or len(part) < MIN_CORRECTED_LENGTH or not vocabulary.knows(part):
                continue
            score, parts = splits[start]
            adjacent = bool(parts) and vocabulary.are_adjacent(parts[-1], part)
            score += ADJACENT_BONUS * adjacent - SPLIT_COST
            if end not in splits or score > splits[end][0]:
                splits[end] = (score, (*parts, part))
    score, parts = splits.get(len(word), (0.0, ()))
    return parts if len(parts) > 1 and score > 0 else ()


def _cheapest_readings(typed: Sequence[Syllable], unknown: set[int], vocabulary: Vocabulary) -> list[Reading]:
    """Return one reading for each typed word, the sequence that costs least in total."""
    paths: dict[Reading, tuple[float, list[Reading]]] = {Reading((), 0.0): (0.0, [])}
    for position, word in enumerate(typed):
        options = [Reading((word.folded,), UNCHANGED_COST if position in unknown else 0.0)]
        options += readings(word.folded, vocabulary) if position in unknown else []
        paths = {option: _cheapest_path(paths, option, vocabulary) for option in options}
    return min(paths.values(), key=lambda path: path[0])[1]


def _cheapest_path(
    paths: dict[Reading, tuple[float, list[Reading]]], option: Reading, vocabulary: Vocabulary
) -> tuple[float, list[Reading]]:
    def cost(before: Reading) -> float:
        adjacent = bool(before.words) and vocabulary.are_adjacent(before.words[-1], option.words[0])
        return paths[before][0] - ADJACENT_BONUS * adjacent

    best = min(paths, key=cost)
    # Of otherwise equal readings the more frequent syllable wins.
    likelihood = min(1.0, vocabulary.frequency(option.words[0]) / 1000)
    return cost(best) + option.cost - 0.1 * likelihood, [*paths[best][1], option]


def _is_plausible(
    position: int, chosen: Sequence[Reading], typed: Sequence[Syllable], vocabulary: Vocabulary
) -> bool:
    words = chosen[position].words
    if len(words) > 1 or len(typed[position].folded) >= SELF_EVIDENT_LENGTH:
        return True
    before = position > 0 and vocabulary.are_adjacent(chosen[position - 1].words[-1], words[0])
    after = position + 1 < len(chosen) and vocabulary.are_adjacent(words[-1], chosen[position + 1].words[0])
    return before or after


def _replaced(
    text: str, typed: Sequence[Syllable], changed: dict[int, tuple[str, ...]], vocabulary: Vocabulary
) -> str:
    """Return ``text`` with the corrections, which get diacritics only if the person typed any."""
    marks = any(word.marked != word.folded for word in typed)
    out, done = [], 0
    for position, words in changed.items():
        before = typed[position - 1].folded if position else ""
        spelled = " ".join(_spellings(words, before, vocabulary, marks=marks))
        out += [text[done : typed[position].start], spelled]
        done = typed[position].end
    return "".join([*out, text[done:]])


def _spellings(words: Sequence[str], before: str, vocabulary: Vocabulary, *, marks: bool) -> list[str]:
    spelled = [
        vocabulary.usual_spelling(word, left) for left, word in zip([before, *words], words, strict=False)
    ]
    return spelled if marks else [fold(word) for word in spelled]
