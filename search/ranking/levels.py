"""Levels of government (``IndexedDocument.facets["level"]``): the one asked for, else the nearest to the citizen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

# The commune is next door, the province an hour away; a district exists in old lists only.
_NEARNESS: Final = {"cap_xa": 1.0, "cap_huyen": 0.6, "cap_tinh": 0.5, "co_quan_khac": 0.2, "cap_bo": 0.0}
UNKNOWN: Final = 0.4


def nearness(levels: Sequence[str], asked: frozenset[str] = frozenset()) -> float:
    """Return 0..1 for the level nearest to the citizen among ``levels``; where some are ``asked`` for, 1 for those."""
    if asked:
        return float(bool(asked & set(levels))) if levels else UNKNOWN
    return max((_NEARNESS.get(level, UNKNOWN) for level in levels), default=UNKNOWN)
