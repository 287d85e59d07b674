"""What the scorer reads of each candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from search.engines.base import Candidate, Filters
from search.models import IndexedDocument

_COLUMNS = (
    *("pk", "key", "kind", "ref", "title_words", "title_marked", "extra_words", "codes", "weight"),
    *("facets", "facet_labels", "scopes", "changed_at"),
)


@dataclass(slots=True)
class Row:
    """A candidate as the database keeps it, ready for scoring and counting."""

    pk: int
    key: str
    kind: str
    ref: str
    title_words: str
    title_marked: str
    extra_words: str
    codes: list[str]
    weight: float
    facets: dict[str, list[str]]
    facet_labels: dict[str, str]
    scopes: list[str]
    changed_at: datetime
    text_score: float = 0.0

    def values(self, facet: str) -> Sequence[str]:
        """Return the values of one facet; the kind is a facet too."""
        return (self.kind,) if facet == "kind" else self.facets.get(facet, ())


def load(candidates: Sequence[Candidate], filters: Filters) -> list[Row]:
    """Return the rows of ``candidates`` in their order; unknown ones and those out of scope are dropped.

    Scope and language are checked again here, whatever an index may believe.
    """
    rows: Any = IndexedDocument.objects.filter(
        key__in=[candidate.key for candidate in candidates], collection=filters.collection
    )
    if filters.locale:
        rows = rows.filter(locale=filters.locale)
    by_key = {row[1]: Row(*row) for row in rows.values_list(*_COLUMNS)}
    allowed = set(filters.scopes)
    found = []
    for candidate in candidates:
        row = by_key.get(candidate.key)
        if row and allowed & set(row.scopes):
            row.text_score = candidate.text_score
            found.append(row)
    return found
