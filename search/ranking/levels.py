"""Levels of government (``IndexedDocument.facets["level"]``): a citizen's plain question is meant for the nearest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from search.analysis.query import Query
from search.analysis.syllables import folded_syllables

# The commune is next door, the province an hour away; a district exists in old lists only.
_NEARNESS: Final = {"cap_xa": 1.0, "cap_huyen": 0.6, "cap_tinh": 0.5, "co_quan_khac": 0.2, "cap_bo": 0.0}
UNKNOWN: Final = 0.4
_WORDS: Final = tuple(
    tuple(folded_syllables(text)) for text in ("cấp tỉnh", "trung ương", "cấp bộ", "cấp huyện", "sở")
)


def nearness(levels: Sequence[str]) -> float:
    """Return 0..1 for the level nearest to the citizen among ``levels``."""
    return max((_NEARNESS.get(level, UNKNOWN) for level in levels), default=UNKNOWN)


def are_asked_for(query: Query) -> bool:
    """Say whether the query itself speaks of a level above the commune."""
    words = [word.folded for word in query.words]
    return any(
        tuple(words[place : place + len(asked)]) == asked for asked in _WORDS for place in range(len(words))
    )
