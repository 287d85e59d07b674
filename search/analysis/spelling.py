"""Correct what no title and no term knows: slips of the finger, glued syllables, keys of an input method.

Known syllables are never touched. A correction needs evidence: it must stand beside its neighbour in some title, or
be long enough that chance is out of the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Final

from core.text import fold, nfc
from search.analysis.syllables import Syllable, searchable
from search.analysis.typing_habits import without_telex, without_vni
from search.analysis.vocabulary import Vocabulary

#: Shorter ones are abbreviations as likely as slips; longer ones are no word of anybody.
SHORTEST: Final = 2
LONGEST: Final = 40
LONGEST_SYLLABLE: Final = 7
LONG_ENOUGH: Final = 6
MOST_UNKNOWN: Final = 6
_KEYS, _SLIP, _GLUED, _LEFT_ALONE = 0.2, 1.0, 0.3, 4.0
_TOGETHER: Final = 1.2


@dataclass(frozen=True, slots=True)
class Reading:
    """What a typed word may have been: one syllable or several, and how far that is from what was typed."""

    words: tuple[str, ...]
    cost: float


def correct(text: str, typed: Sequence[Syllable], vocabulary: Vocabulary) -> str:
    """Return ``text`` with its unknown words corrected; empty when nothing is unknown or nothing better is known."""
    unknown = [place for place, word in enumerate(typed) if _is_unknown(word.folded, vocabulary)]
    if not unknown or len(unknown) > MOST_UNKNOWN:
        return ""
    chosen = _best(typed, set(unknown), vocabulary)
    changed = {
        place: chosen[place].words
        for place in unknown
        if chosen[place].words != (typed[place].folded,) and _is_plausible(place, chosen, typed, vocabulary)
    }
    return _rewritten(nfc(text), typed, changed, vocabulary) if changed else ""


def _is_unknown(word: str, vocabulary: Vocabulary) -> bool:
    return SHORTEST <= len(word) <= LONGEST and not word.isdigit() and not vocabulary.knows(word)


def readings(word: str, vocabulary: Vocabulary) -> list[Reading]:
    """Return what ``word`` may have been, all of it known syllables."""
    plain = {searchable(without_telex(word)), searchable(without_vni(word))}
    found: dict[tuple[str, ...], float] = {
        (syllable,): _KEYS for syllable in plain if vocabulary.knows(syllable)
    }
    for near in _one_slip_away(word):
        if vocabulary.knows(near):
            found.setdefault((near,), _SLIP)
    parts = _cut(word, vocabulary)
    if parts:
        found.setdefault(parts, _GLUED * len(parts))
    return [Reading(words, cost) for words, cost in found.items()]


def _one_slip_away(word: str) -> Iterator[str]:
    """Yield what one missing, wrong, surplus or swapped letter makes of ``word``."""
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in ascii_lowercase)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        yield from (before + letter + after for letter in ascii_lowercase)


def _cut(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the syllables that are glued together in ``word``, the way that most of them are neighbours in titles."""
    ways: dict[int, tuple[float, tuple[str, ...]]] = {0: (0.0, ())}
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - LONGEST_SYLLABLE), end):
            part = searchable(word[start:end])
            if start not in ways or len(part) < SHORTEST or not vocabulary.knows(part):
                continue
            worth, parts = ways[start]
            together = bool(parts) and vocabulary.stand_together(parts[-1], part)
            worth += _TOGETHER * together - _GLUED
            if end not in ways or worth > ways[end][0]:
                ways[end] = (worth, (*parts, part))
    worth, parts = ways.get(len(word), (0.0, ()))
    return parts if len(parts) > 1 and worth > 0 else ()


def _best(typed: Sequence[Syllable], unknown: set[int], vocabulary: Vocabulary) -> list[Reading]:
    """Return the readings that together cost least, neighbours that titles know paying something back."""
    paths: dict[Reading, tuple[float, list[Reading]]] = {Reading((), 0.0): (0.0, [])}
    for place, word in enumerate(typed):
        options = [Reading((word.folded,), _LEFT_ALONE if place in unknown else 0.0)]
        options += readings(word.folded, vocabulary) if place in unknown else []
        paths = {option: _cheapest(paths, option, vocabulary) for option in options}
    return min(paths.values(), key=lambda path: path[0])[1]


def _cheapest(
    paths: dict[Reading, tuple[float, list[Reading]]], option: Reading, vocabulary: Vocabulary
) -> tuple[float, list[Reading]]:
    def cost(before: Reading) -> float:
        together = bool(before.words) and vocabulary.stand_together(before.words[-1], option.words[0])
        return paths[before][0] - _TOGETHER * together

    best = min(paths, key=cost)
    likely = min(1.0, vocabulary.uses(option.words[0]) / 1000)
    return cost(best) + option.cost - 0.1 * likely, [*paths[best][1], option]


def _is_plausible(
    place: int, chosen: Sequence[Reading], typed: Sequence[Syllable], vocabulary: Vocabulary
) -> bool:
    words = chosen[place].words
    if len(words) > 1 or len(typed[place].folded) >= LONG_ENOUGH:
        return True
    before = place > 0 and vocabulary.stand_together(chosen[place - 1].words[-1], words[0])
    after = place + 1 < len(chosen) and vocabulary.stand_together(words[-1], chosen[place + 1].words[0])
    return before or after


def _rewritten(
    text: str, typed: Sequence[Syllable], changed: dict[int, tuple[str, ...]], vocabulary: Vocabulary
) -> str:
    """Put the corrections in; with marks only where the person typed some."""
    marks = any(word.marked != word.folded for word in typed)
    out, done = [], 0
    for place, words in changed.items():
        before = typed[place - 1].folded if place else ""
        out += [text[done : typed[place].start], " ".join(_spelled(words, before, vocabulary, marks=marks))]
        done = typed[place].end
    return "".join([*out, text[done:]])


def _spelled(words: Sequence[str], before: str, vocabulary: Vocabulary, *, marks: bool) -> list[str]:
    spelled = [vocabulary.spelled(word, left) for left, word in zip([before, *words], words, strict=False)]
    return spelled if marks else [fold(word) for word in spelled]
