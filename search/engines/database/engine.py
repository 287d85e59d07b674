"""The embedded engine: finds and counts in tables of the portal's own database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db import connection

from search.analysis import MIN_COVERED, PHRASE_BONUS, Query
from search.documents import PUBLIC, locales_for
from search.engines.base import Candidate, Engine, FacetCounts, TextSearch
from search.engines.database.text_index import Matching, TextIndex, text_index
from search.requests import Filters

# One in so many of the titles found, the best ones, have their texts compared.
TEXTS_SHARE: Final = 2
_ORDERS = {"newest": "d.changed_at DESC, d.id DESC", "title": "d.title_words, d.id"}
_BY_WEIGHT = "d.weight DESC, d.changed_at DESC, d.id DESC"


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and its parameters."""

    text: str
    params: tuple[object, ...] = ()


def _placeholders(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _has_value(name: str, values: Sequence[str]) -> Sql:
    """Return the condition that document ``d`` has one of ``values``; without values it is never true."""
    if not values:
        return Sql("1 = 0")
    return Sql(
        "EXISTS (SELECT 1 FROM search_indexedterm t WHERE t.document_id = d.id AND t.name = %s"
        f" AND t.value IN ({_placeholders(values)}))",
        (name, *values),
    )


def _has_scope(scopes: Sequence[str], *, is_found: bool) -> Sql:
    """Return the condition that document ``d`` has one of ``scopes``.

    PostgreSQL reads them from the row of a document already found: joining the table of values would read the scopes
    of all documents, which takes longer than everything else.
    """
    if is_found and scopes and connection.vendor == "postgresql":
        return Sql("d.scopes ?| %s", (list(scopes),))
    return _has_value("scope", scopes)


def _where(filters: Filters, *, is_found: bool = False) -> Sql:
    parts = [Sql("d.collection = %s", (filters.collection,)), _has_scope(filters.scopes, is_found=is_found)]
    if filters.locale:
        locales = locales_for(filters.locale)
        parts.append(Sql(f"d.locale IN ({_placeholders(locales)})", locales))
    parts += [_has_value(name, values) for name, values in filters.selected.items()]
    return Sql(" AND ".join(part.text for part in parts), tuple(p for part in parts for p in part.params))


def _documents(filters: Filters, matching: Matching | None = None) -> Sql:
    """Return FROM and WHERE of the documents ``d`` that pass ``filters``, joined with ``matching`` as ``m``."""
    condition = _where(filters, is_found=matching is not None)
    if matching is None:
        return Sql(f"FROM search_indexeddocument d WHERE {condition.text}", condition.params)
    return Sql(
        f"FROM ({matching.sql}) m JOIN search_indexeddocument d ON d.id = m.id WHERE {condition.text}",
        (*matching.params, *condition.params),
    )


def _rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


class _FoundTitle(NamedTuple):
    id: int
    key: str
    version: int
    words: str
    score: float


def _with_phrases(titles: Sequence[_FoundTitle], query: Query) -> list[_FoundTitle]:
    """Return ``titles`` with the weights of the expansions that they contain as phrases, best first."""
    phrases = [(f" {' '.join(phrase)} ", PHRASE_BONUS * len(phrase)) for phrase in query.phrases]
    found = []
    for one in titles:
        words = f" {one.words} "
        bonus = sum(weight for phrase, weight in phrases if phrase in words)
        found.append(one._replace(score=one.score + bonus) if bonus else one)
    return sorted(found, key=lambda one: (-one.score, one.id))


def _inner(limit: int, filters: Filters) -> int | None:
    """Return how many titles are enough before filtering.

    Few of the public ones are filtered out, of others all count.
    """
    return limit * 2 if filters.collection == PUBLIC and not filters.selected else None


class DatabaseEngine(Engine):
    """Full-text tables for words, plain rows for codes, filters and counts."""

    name = "database"

    def candidates(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        """Return the documents with the codes, and the titles that contain most of the query, with their text scores.

        Only if no title contains half of it are texts, and titles with any of its words, searched as well: what they
        contain counts so little that next to a good title they are cut off anyway, and they are by far the most.
        """
        text = text_index(filters.collection)
        found = {document.key: document for document in self._with_codes(query.all_codes, filters, limit)}
        titles, is_covered = self._titles(text, query, filters, limit)
        found |= {document.key: document for document in titles}
        if is_covered:
            scores = self._text_scores(
                text, query, [document.id for document in titles[: limit // TEXTS_SHARE]]
            )
        else:
            texts = self._matches(text.match_most(query), filters, limit // TEXTS_SHARE)
            scores = {document.id: document.score for document in texts}
            found |= {document.key: document for document in texts if document.key not in found}
        return [Candidate(key, scores.get(one.id, 0.0), one.version) for key, one in found.items()]

    def start_text_searches(
        self, searches: Sequence[TextSearch], filters: Filters
    ) -> Callable[[], list[list[Candidate]]]:
        """Return a function that searches: the connection belongs to the thread of the caller."""
        return lambda: [self._texts(search, filters) for search in searches]

    def _texts(self, search: TextSearch, filters: Filters) -> list[Candidate]:
        text, limit = text_index(filters.collection), search.limit // TEXTS_SHARE
        if search.among is None:
            found = self._matches(text.match_most(search.query), filters, limit)
            return [Candidate(one.key, one.score, one.version) for one in found]
        scores = self._text_scores(text, search.query, list(search.among)[:limit])
        return [Candidate(search.among[pk], score) for pk, score in scores.items()]

    @staticmethod
    def _text_scores(text: TextIndex, query: Query, among: Sequence[int]) -> dict[int, float]:
        """Return the scores by id of those of the documents ``among`` whose text matches ``query``."""
        matching = text.match_most(query, among)
        return {pk: float(score) for pk, score in _rows(matching.sql, matching.params)} if matching else {}

    def _titles(
        self, text: TextIndex, query: Query, filters: Filters, limit: int
    ) -> tuple[list[_FoundTitle], bool]:
        """Return the titles with words of ``query``, and True if one has half of it, found by the deciding words."""
        inner = _inner(limit, filters)
        if text.sums_weights:
            found = self._matches(text.match_any(query, query.deciding_terms, inner), filters, inner or limit)
            titles = _with_phrases(found, query)[:limit]
            whole = sum({word.folded: word.weight for word in query.words}.values())
            if titles and titles[0].score >= MIN_COVERED * whole:
                return titles, True
        return self._matches(text.match_any(query, query.candidate_terms, inner), filters, limit), False

    def browse(self, filters: Filters, *, sort: str, offset: int, limit: int) -> list[str]:
        some = _documents(filters)
        order = _ORDERS.get(sort, _BY_WEIGHT)
        rows = _rows(
            f"SELECT d.key {some.text} ORDER BY {order} LIMIT %s OFFSET %s", (*some.params, limit, offset)
        )
        return [key for (key,) in rows]

    def count_facets(self, query: Query | None, filters: Filters, *, facets: Sequence[str]) -> FacetCounts:
        matching = text_index(filters.collection).match_all(query) if query else None
        selected = [name for name in facets if name in filters.selected]
        counts = self._counts([name for name in facets if name not in selected], filters, matching)
        for name in selected:
            counts |= self._counts([name], filters.without(name), matching)
        some = _documents(filters, matching)
        ((total,),) = _rows(f"SELECT COUNT(*) {some.text}", some.params)
        return FacetCounts(total, counts)

    def prefix_candidates(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        matching = text_index(filters.collection).match_prefix(query)
        found = self._matches(matching, filters, limit)
        return [Candidate(document.key, document.score, document.version) for document in found]

    def _matches(self, matching: Matching | None, filters: Filters, limit: int) -> list[_FoundTitle]:
        if matching is None:
            return []
        some = _documents(filters, matching)
        rows = _rows(
            f"SELECT d.id, d.key, d.version, d.title_words, m.score {some.text} ORDER BY m.score DESC, d.id LIMIT %s",
            (*some.params, limit),
        )
        return [_FoundTitle(pk, key, version, words, float(score)) for pk, key, version, words, score in rows]

    def _with_codes(self, codes: Sequence[str], filters: Filters, limit: int) -> list[_FoundTitle]:
        if not codes:
            return []
        matching = Matching(
            "SELECT DISTINCT document_id AS id, 0 AS score FROM search_indexedterm"
            f" WHERE name = 'code' AND value IN ({_placeholders(codes)})",
            tuple(codes),
        )
        return self._matches(matching, filters, limit)

    def _counts(
        self, facets: Sequence[str], filters: Filters, matching: Matching | None
    ) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = defaultdict(dict)
        if not facets:
            return counts
        some = _documents(filters, matching)
        rows = _rows(
            "SELECT f.name, f.value, COUNT(*) FROM search_indexedterm f"
            f" WHERE f.name IN ({_placeholders(facets)}) AND f.document_id IN (SELECT d.id {some.text})"
            " GROUP BY f.name, f.value",
            (*facets, *some.params),
        )
        for name, value, number in rows:
            counts[name][value] = number
        return counts
