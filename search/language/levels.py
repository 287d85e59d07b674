"""Levels of government: the values that apps register, the words of a query that name one, nearness to the citizen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from search.language.tokenizer import Syllable, marks_agree, syllables

# Phrases have two syllables or more: ``xã`` alone is also part of ``hợp tác xã``, ``sở`` of ``cơ sở``.
_BEFORE_A_PLACE: Final = ("cấp", "ở", "tại", "lên", "ra", "trên", "ubnd", "ủy ban", "ủy ban nhân dân")
_LONGEST_LEVEL_PHRASE: Final = 5
# "trợ cấp xã hội" names no commune.
_OTHER_WORD: Final = ("xa", "hoi")
#: Nearness of a document without a level, or with one that no app registered.
UNKNOWN_NEARNESS: Final = 0.4


@dataclass(frozen=True, slots=True)
class GovernmentLevel:
    """A level of government, a value of the facet ``level``.

    ``nearness`` is 1 for the level nearest to the citizen, 0 for the farthest. ``places`` are units of the level
    (``xã``), named in a query with a word before them (``ở xã``); ``phrases`` name the level as they are
    (``Sở Tư pháp``).
    """

    value: str
    nearness: float
    places: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


_levels: dict[str, GovernmentLevel] = {}


def register_levels(*levels: GovernmentLevel) -> None:
    """Register levels of government; a level registered again replaces the earlier one."""
    _levels.update({level.value: level for level in levels})


def government_levels() -> tuple[GovernmentLevel, ...]:
    """Return the registered levels."""
    return tuple(_levels.values())


@cache
def _level_phrases(levels: tuple[GovernmentLevel, ...]) -> dict[tuple[str, ...], tuple[tuple[str, ...], str]]:
    """Map folded phrases to their exact forms and the value of the level that they name."""
    named = {
        f"{before} {place}": level.value
        for before in _BEFORE_A_PLACE
        for level in levels
        for place in level.places
    }
    named |= {phrase: level.value for level in levels for phrase in level.phrases}
    tokens = {text: syllables(text) for text in named}
    return {
        tuple(s.folded for s in tokens[text]): (tuple(s.marked for s in tokens[text]), value)
        for text, value in named.items()
    }


def find_levels(query: Sequence[Syllable]) -> tuple[frozenset[int], frozenset[str]]:
    """Return the positions of the words in ``query`` that name a level of government, and the levels' values."""
    phrases = _level_phrases(government_levels())
    positions: set[int] = set()
    levels: set[str] = set()
    for start in range(len(query)):
        for end in range(min(len(query), start + _LONGEST_LEVEL_PHRASE), start + 1, -1):
            exact_forms, level = phrases.get(tuple(s.folded for s in query[start:end]), ((), ""))
            if exact_forms and marks_agree(query[start:end], exact_forms) and not _is_other_word(query, end):
                positions.update(range(start, end))
                levels.add(level)
                break
    return frozenset(positions), frozenset(levels)


def _is_other_word(query: Sequence[Syllable], end: int) -> bool:
    return tuple(s.folded for s in query[end - 1 : end + 1]) == _OTHER_WORD


def nearness(levels: Sequence[str], asked: frozenset[str] = frozenset()) -> float:
    """Return how near (0..1) the nearest of a document's ``levels`` is to the citizen.

    If the query names levels (``asked``), return 1 for a document of one of them and 0 for others.
    """
    if asked:
        return float(bool(asked & set(levels))) if levels else UNKNOWN_NEARNESS
    registered = {level.value: level.nearness for level in government_levels()}
    return max((registered.get(level, UNKNOWN_NEARNESS) for level in levels), default=UNKNOWN_NEARNESS)
