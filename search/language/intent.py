"""What a question wants: how much each of its words counts, the acts and the aspects that it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search.language.acts import Act, acts_asked
from search.language.aspects import ASPECT_FACTOR, Aspect, find_aspects
from search.language.question import asking, factors
from search.language.tokenizer import Syllable

__all__ = ["Act", "Aspect", "Intent", "read_intent"]


@dataclass(frozen=True, slots=True)
class Intent:
    """``factors`` are the shares (0..1) of their weight with which the words count, in order."""

    factors: tuple[float, ...]
    acts: frozenset[Act]
    aspects: tuple[Aspect, ...]


def read_intent(text: str, query: Sequence[Syllable]) -> Intent:
    """Return the intent of ``query``, the words of ``text`` (NFC)."""
    aspects, positions = find_aspects(query)
    counted = tuple(
        factor * (ASPECT_FACTOR if position in positions else 1.0)
        for position, factor in enumerate(factors(text, query))
    )
    return Intent(counted, acts_asked(query, asking(text, query)), aspects)
