"""The embedded engine: answers from tables of the portal's own database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from search.analysis.query import Query
from search.engines.base import Candidate, Engine, Filters, Tally
from search.engines.database.filtering import Sql, documents, marks
from search.engines.database.tables import tables
from search.engines.database.text import Matching

_ORDERS = {"newest": "d.changed_at DESC, d.id DESC", "title": "d.title_words, d.id"}
_BY_WEIGHT = "d.weight DESC, d.changed_at DESC, d.id DESC"


def _rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


class DatabaseEngine(Engine):
    """SQLite's FTS5 or PostgreSQL's tsvector for words, plain rows for codes, filters and counts."""

    name = "database"

    def candidates(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        text = tables(filters.collection)
        found = dict.fromkeys(self._by_code(query.all_codes, filters, limit), 0.0)
        found |= {key: 0.0 for key, _score in self._matches(text.promising(query), filters, limit)}
        found |= {
            key: float(score) for key, score in self._matches(text.complete(query), filters, limit // 2)
        }
        return [Candidate(key, score) for key, score in found.items()]

    def browse(self, filters: Filters, *, sort: str, offset: int, limit: int) -> list[str]:
        some = documents(filters)
        order = _ORDERS.get(sort, _BY_WEIGHT)
        rows = _rows(
            f"SELECT d.key {some.text} ORDER BY {order} LIMIT %s OFFSET %s", (*some.params, limit, offset)
        )
        return [key for (key,) in rows]

    def tally(self, query: Query | None, filters: Filters, *, facets: Sequence[str]) -> Tally:
        matching = tables(filters.collection).strict(query) if query else None
        chosen = [name for name in facets if name in filters.selected]
        counts = self._counts([name for name in facets if name not in chosen], filters, matching)
        for name in chosen:
            counts |= self._counts([name], filters.without(name), matching)
        some = documents(filters, matching)
        ((total,),) = _rows(f"SELECT COUNT(*) {some.text}", some.params)
        return Tally(total, counts)

    def starting_with(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        matching = tables(filters.collection).beginning(query)
        return [Candidate(key, float(score)) for key, score in self._matches(matching, filters, limit)]

    def _matches(self, matching: Matching | None, filters: Filters, limit: int) -> list[tuple[str, float]]:
        if matching is None:
            return []
        some = documents(filters, matching)
        rows = _rows(
            f"SELECT d.key, m.score {some.text} ORDER BY m.score DESC, d.id LIMIT %s", (*some.params, limit)
        )
        return [(key, score) for key, score in rows]

    def _by_code(self, codes: Sequence[str], filters: Filters, limit: int) -> list[str]:
        if not codes:
            return []
        matching = Matching(
            "SELECT DISTINCT document_id AS id, 0 AS score FROM search_indexedterm"
            f" WHERE name = 'code' AND value IN ({marks(codes)})",
            tuple(codes),
        )
        return [key for key, _score in self._matches(matching, filters, limit)]

    def _counts(
        self, facets: Sequence[str], filters: Filters, matching: Matching | None
    ) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        if not facets:
            return counts
        some: Sql = documents(filters, matching)
        rows = _rows(
            "SELECT f.name, f.value, COUNT(*) FROM search_indexedterm f"
            f" WHERE f.name IN ({marks(facets)}) AND f.document_id IN (SELECT d.id {some.text})"
            " GROUP BY f.name, f.value",
            (*facets, *some.params),
        )
        for name, value, number in rows:
            counts[name][value] = number
        return counts
