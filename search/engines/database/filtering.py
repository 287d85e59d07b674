"""Filters as SQL over the exact values of documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search.engines.base import Filters
from search.engines.database.text import Matching


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and its parameters."""

    text: str
    params: tuple[object, ...] = ()


def marks(values: Sequence[object]) -> str:
    """Return a placeholder for each of ``values``."""
    return ", ".join(["%s"] * len(values))


def holds(name: str, values: Sequence[str]) -> Sql:
    """Documents ``d`` that have one of ``values``; no value, no document."""
    if not values:
        return Sql("1 = 0")
    return Sql(
        "EXISTS (SELECT 1 FROM search_indexedterm t WHERE t.document_id = d.id AND t.name = %s"
        f" AND t.value IN ({marks(values)}))",
        (name, *values),
    )


def where(filters: Filters) -> Sql:
    """The condition on documents ``d`` that ``filters`` mean."""
    parts = [Sql("d.collection = %s", (filters.collection,)), holds("scope", filters.scopes)]
    if filters.locale:
        parts.append(Sql("d.locale = %s", (filters.locale,)))
    parts += [holds(name, values) for name, values in filters.selected.items()]
    return Sql(" AND ".join(part.text for part in parts), tuple(p for part in parts for p in part.params))


def documents(filters: Filters, matching: Matching | None = None) -> Sql:
    """The FROM and WHERE of documents ``d``, joined with what matches as ``m``."""
    condition = where(filters)
    if matching is None:
        return Sql(f"FROM search_indexeddocument d WHERE {condition.text}", condition.params)
    return Sql(
        f"FROM ({matching.sql}) m JOIN search_indexeddocument d ON d.id = m.id WHERE {condition.text}",
        (*matching.params, *condition.params),
    )
