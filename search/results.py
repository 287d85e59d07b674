"""What the search answers, the same for every engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Marked:
    """A piece of the original text and the places (start, end) in it that the query meant."""

    text: str
    spans: tuple[Span, ...] = ()
    cut_before: bool = False
    cut_after: bool = False

    def pieces(self) -> list[tuple[str, bool]]:
        """Return the text as (piece, is marked) in order; joined they are ``text``."""
        out: list[tuple[str, bool]] = []
        position = 0
        for start, end in self.spans:
            out += [(self.text[position:start], False), (self.text[start:end], True)]
            position = end
        out.append((self.text[position:], False))
        return [piece for piece in out if piece[0]]


@dataclass(frozen=True, slots=True)
class Hit:
    """One document that answers. ``why`` names the parts of its score."""

    kind: str
    ref: str
    url: str
    title: Marked
    snippet: Marked
    codes: tuple[str, ...]
    facets: Mapping[str, tuple[str, ...]]
    facet_labels: Mapping[str, str]
    changed_at: datetime
    score: float
    facts: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, float] = field(default_factory=dict)

    def labels(self, name: str) -> list[str]:
        """Return the words shown for the values of one facet."""
        return [self.facet_labels.get(value, value) for value in self.facets.get(name, ())]

    @property
    def agency_labels(self) -> list[str]:
        """Return the agencies in words, for templates."""
        return self.labels("agency")

    @property
    def field_labels(self) -> list[str]:
        """Return the fields in words, for templates."""
        return self.labels("field")


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many hits have it."""

    value: str
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A way to narrow the hits; its counts take every other choice into account, not its own."""

    name: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of an answer. ``degraded``: the first engine did not answer, the database did.

    ``also`` holds the words that the lexicon added; ``did_you_mean`` a corrected query that may be meant, ``answered``
    one that was answered in place of what was typed; each is empty when there is none. ``weak``: even the best hit only
    touches what was asked.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: tuple[Facet, ...]
    page: int
    pages: int
    engine: str
    degraded: bool = False
    also: tuple[str, ...] = ()
    did_you_mean: str = ""
    answered: str = ""
    weak: bool = False

    def facet(self, name: str) -> Facet:
        """Return the facet called ``name``, empty when nothing was found."""
        return next((f for f in self.facets if f.name == name), Facet(name, ()))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line under the search field while typing."""

    text: str
    url: str
    kind: str
