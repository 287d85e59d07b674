"""The embedded engine: finds and counts in tables of the portal's own database.

Its full-text tables, SQLite's FTS5 or PostgreSQL's tsvector behind one contract, contain folded syllables separated by
spaces, so both find the same documents. They are outside Django's models because each server has its own kind of
table; migration 0002 creates them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from search.analysis import Query
from search.documents import locales_for
from search.engines.base import Candidate, Engine, FacetCounts, Filters


@dataclass(frozen=True, slots=True)
class Text:
    """The folded text of one document: ``everything`` is title, extra and body together."""

    document_id: int
    title: str
    extra: str
    everything: str


@dataclass(frozen=True, slots=True)
class Matching:
    """A SQL table expression with the columns ``id`` and ``score`` (higher is better) and its parameters."""

    sql: str
    params: tuple[object, ...]


class TextIndex(ABC):
    """The full-text search of a database server, for one collection."""

    def __init__(self, collection: str) -> None:
        self.collection = collection

    @abstractmethod
    def create(self) -> list[str]:
        """Return the statements that create the tables."""

    @abstractmethod
    def drop(self) -> list[str]:
        """Return the statements that drop the tables."""

    @abstractmethod
    def write(self, texts: Sequence[Text]) -> None:
        """Insert or replace the text of documents."""

    @abstractmethod
    def delete(self, document_ids: Iterable[int]) -> None:
        """Delete the text of documents."""

    @abstractmethod
    def match_any(self, query: Query) -> Matching | None:
        """Match documents with any of the words or phrases in the title or the extra words."""

    @abstractmethod
    def match_most(self, query: Query) -> Matching | None:
        """Match documents whose text contains all but one of the significant terms, or an expansion as a phrase."""

    @abstractmethod
    def match_all(self, query: Query) -> Matching | None:
        """Match documents whose text contains every word of the query."""

    @abstractmethod
    def match_prefix(self, query: Query) -> Matching | None:
        """Match documents whose title contains the words, the last of which may be unfinished."""


class SqliteTextIndex(TextIndex):
    """FTS5 tables, titles apart from the long texts. Words reach MATCH only as quoted letters and digits."""

    # The text is folded already; the tokenizer must only split at spaces.
    _OPTIONS = "tokenize = 'unicode61 remove_diacritics 0'"

    def __init__(self, collection: str) -> None:
        super().__init__(collection)
        self.titles, self.texts = f"search_{collection}_titles", f"search_{collection}_texts"

    def create(self) -> list[str]:
        return [
            f"CREATE VIRTUAL TABLE {self.titles} USING fts5(title, extra, {self._OPTIONS})",
            f"CREATE VIRTUAL TABLE {self.texts} USING fts5(everything, {self._OPTIONS})",
        ]

    def drop(self) -> list[str]:
        return [f"DROP TABLE {self.titles}", f"DROP TABLE {self.texts}"]

    def write(self, texts: Sequence[Text]) -> None:
        self.delete(text.document_id for text in texts)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self.titles} (rowid, title, extra) VALUES (%s, %s, %s)",
                [(text.document_id, text.title, text.extra) for text in texts],
            )
            cursor.executemany(
                f"INSERT INTO {self.texts} (rowid, everything) VALUES (%s, %s)",
                [(text.document_id, text.everything) for text in texts],
            )

    def delete(self, document_ids: Iterable[int]) -> None:
        rows = [(document_id,) for document_id in document_ids]
        with connection.cursor() as cursor:
            cursor.executemany(f"DELETE FROM {self.titles} WHERE rowid = %s", rows)
            cursor.executemany(f"DELETE FROM {self.texts} WHERE rowid = %s", rows)

    def match_any(self, query: Query) -> Matching | None:
        alternatives = [f'"{word}"' for word in query.candidate_terms] + self._phrases(query)
        return self._matching(self.titles, " OR ".join(alternatives), f"bm25({self.titles}, 3.0, 1.0)")

    def match_most(self, query: Query) -> Matching | None:
        alternatives = [f"({self._all(words)})" for words in query.required_term_sets()]
        alternatives += self._phrases(query)
        return self._matching(self.texts, " OR ".join(alternatives), f"bm25({self.texts})")

    def match_all(self, query: Query) -> Matching | None:
        words = dict.fromkeys(word.folded for word in query.words)
        return self._matching(self.texts, self._all(words), "0")

    def match_prefix(self, query: Query) -> Matching | None:
        words = [word.folded for word in query.words]
        expression = self._all(words) + "*" if words else ""
        return self._matching(self.titles, expression, f"bm25({self.titles}, 3.0, 1.0)")

    @staticmethod
    def _all(words: Iterable[str]) -> str:
        return " AND ".join(f'"{word}"' for word in words)

    @staticmethod
    def _phrases(query: Query) -> list[str]:
        return [f'"{" ".join(phrase)}"' for phrase in query.phrases]

    @staticmethod
    def _matching(table: str, expression: str, rank: str) -> Matching | None:
        if not expression:
            return None
        return Matching(
            f"SELECT rowid AS id, -{rank} AS score FROM {table} WHERE {table} MATCH %s", (expression,)
        )


class PostgresTextIndex(TextIndex):
    """One table with two tsvectors of the configuration ``simple``, each with a GIN index.

    ``ts_rank`` does not know how rare a word is, so titles are ordered by the sum of the weights of their words.
    Words reach ``to_tsquery`` only as letters and digits.
    """

    _PHRASE_WEIGHT = 3.0

    def __init__(self, collection: str) -> None:
        super().__init__(collection)
        self.table = f"search_{collection}_text"

    def create(self) -> list[str]:
        return [
            f"CREATE TABLE {self.table} (id bigint PRIMARY KEY, title tsvector NOT NULL, everything tsvector NOT NULL)",
            f"CREATE INDEX {self.table}_title ON {self.table} USING gin (title) WITH (fastupdate = off)",
            f"CREATE INDEX {self.table}_everything ON {self.table} USING gin (everything) WITH (fastupdate = off)",
        ]

    def drop(self) -> list[str]:
        return [f"DROP TABLE {self.table}"]

    def write(self, texts: Sequence[Text]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self.table} (id, title, everything)"
                " VALUES (%s, to_tsvector('simple', %s), to_tsvector('simple', %s))"
                " ON CONFLICT (id) DO UPDATE SET title = excluded.title, everything = excluded.everything",
                [(text.document_id, f"{text.title} {text.extra}", text.everything) for text in texts],
            )

    def delete(self, document_ids: Iterable[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.table} WHERE id = ANY(%s)", (list(document_ids),))

    def match_any(self, query: Query) -> Matching | None:
        weights: dict[str, float] = dict(query.candidate_terms)
        weights |= {self._phrase(phrase): self._PHRASE_WEIGHT * len(phrase) for phrase in query.phrases}
        score = " + ".join(["%s * (title @@ to_tsquery('simple', %s))::int"] * len(weights))
        values = [value for expression, weight in weights.items() for value in (weight, expression)]
        return self._matching("title", " | ".join(query.candidate_terms), f"({score})", *values)

    def match_most(self, query: Query) -> Matching | None:
        alternatives = [f"({self._all(words)})" for words in query.required_term_sets()]
        expression = " | ".join([*alternatives, *map(self._phrase, query.phrases)])
        return self._matching(
            "everything", expression, "ts_rank(everything, to_tsquery('simple', %s), 1)", expression
        )

    def match_all(self, query: Query) -> Matching | None:
        return self._matching(
            "everything", self._all(dict.fromkeys(word.folded for word in query.words)), "0"
        )

    def match_prefix(self, query: Query) -> Matching | None:
        words = [word.folded for word in query.words]
        expression = self._all(words) + ":*" if words else ""
        return self._matching("title", expression, "ts_rank(title, to_tsquery('simple', %s), 1)", expression)

    @staticmethod
    def _phrase(words: Iterable[str]) -> str:
        return "(" + " <-> ".join(words) + ")"

    @staticmethod
    def _all(words: Iterable[str]) -> str:
        return " & ".join(words)

    def _matching(self, column: str, expression: str, score: str, *before: object) -> Matching | None:
        if not expression:
            return None
        sql = f"SELECT id, {score} AS score FROM {self.table} WHERE {column} @@ to_tsquery('simple', %s)"
        return Matching(sql, (*before, expression))


_BY_VENDOR: dict[str, type[TextIndex]] = {"sqlite": SqliteTextIndex, "postgresql": PostgresTextIndex}


def text_index(collection: str, vendor: str = "") -> TextIndex:
    """Return the text index of ``collection`` on the server in use, or on one of ``vendor``."""
    return _BY_VENDOR[vendor or connection.vendor](collection)


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


def _where(filters: Filters) -> Sql:
    parts = [Sql("d.collection = %s", (filters.collection,)), _has_value("scope", filters.scopes)]
    if filters.locale:
        locales = locales_for(filters.locale)
        parts.append(Sql(f"d.locale IN ({_placeholders(locales)})", locales))
    parts += [_has_value(name, values) for name, values in filters.selected.items()]
    return Sql(" AND ".join(part.text for part in parts), tuple(p for part in parts for p in part.params))


def _documents(filters: Filters, matching: Matching | None = None) -> Sql:
    """Return FROM and WHERE of the documents ``d`` that pass ``filters``, joined with ``matching`` as ``m``."""
    condition = _where(filters)
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


class DatabaseEngine(Engine):
    """Full-text tables for words, plain rows for codes, filters and counts."""

    name = "database"

    def candidates(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        text = text_index(filters.collection)
        found = dict.fromkeys(self._with_codes(query.all_codes, filters, limit), 0.0)
        found |= {key: 0.0 for key, _score in self._matches(text.match_any(query), filters, limit)}
        found |= dict(self._matches(text.match_most(query), filters, limit // 2))
        return [Candidate(key, score) for key, score in found.items()]

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
        return [Candidate(key, score) for key, score in self._matches(matching, filters, limit)]

    def _matches(self, matching: Matching | None, filters: Filters, limit: int) -> list[tuple[str, float]]:
        if matching is None:
            return []
        some = _documents(filters, matching)
        rows = _rows(
            f"SELECT d.key, m.score {some.text} ORDER BY m.score DESC, d.id LIMIT %s", (*some.params, limit)
        )
        return [(key, float(score)) for key, score in rows]

    def _with_codes(self, codes: Sequence[str], filters: Filters, limit: int) -> list[str]:
        if not codes:
            return []
        matching = Matching(
            "SELECT DISTINCT document_id AS id, 0 AS score FROM search_indexedterm"
            f" WHERE name = 'code' AND value IN ({_placeholders(codes)})",
            tuple(codes),
        )
        return [key for key, _score in self._matches(matching, filters, limit)]

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
