"""The full-text tables of a database server, SQLite's FTS5 or PostgreSQL's tsvector, behind one contract.

They contain folded syllables separated by spaces, so both find the same documents. They are outside Django's models
because each server has its own kind of table; migration 0002 creates them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db import connection

from search.analysis import Query


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

    def best(self, limit: int) -> Matching:
        """Return the ``limit`` documents with the highest scores."""
        sql = f"SELECT id, score FROM ({self.sql}) b ORDER BY score DESC, id LIMIT %s"
        return Matching(sql, (*self.params, limit))


class TextIndex(ABC):
    """The full-text search of a database server, for one collection."""

    #: The score of ``match_any`` is the sum of the weights of the words found.
    sums_weights: ClassVar[bool]

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
    def match_any(
        self, query: Query, terms: Mapping[str, float], limit: int | None = None
    ) -> Matching | None:
        """Match documents with any of ``terms`` (word → weight) in the title or the extra words.

        ``limit``: at most this many, those with the highest scores.
        """

    @abstractmethod
    def match_most(self, query: Query, among: Sequence[int] | None = None) -> Matching | None:
        """Match documents whose text contains all but one of the significant terms, or an expansion as a phrase.

        ``among``: only documents with these ids.
        """

    @abstractmethod
    def match_all(self, query: Query) -> Matching | None:
        """Match documents whose text contains every word of the query."""

    @abstractmethod
    def match_prefix(self, query: Query) -> Matching | None:
        """Match documents whose title contains the words, the last of which may be unfinished."""


class SqliteTextIndex(TextIndex):
    """FTS5 tables, with titles kept apart from the long texts. Words reach MATCH only as quoted letters and digits."""

    sums_weights = False
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

    def match_any(
        self, query: Query, terms: Mapping[str, float], limit: int | None = None
    ) -> Matching | None:
        alternatives = [f'"{word}"' for word in terms] + self._phrases(query)
        found = self._matching(self.titles, " OR ".join(alternatives), f"bm25({self.titles}, 3.0, 1.0)")
        return found.best(limit) if found and limit else found

    def match_most(self, query: Query, among: Sequence[int] | None = None) -> Matching | None:
        alternatives = [f"({self._all(words)})" for words in query.required_term_sets()]
        alternatives += self._phrases(query)
        found = self._matching(self.texts, " OR ".join(alternatives), f"bm25({self.texts})")
        if found is None or among is None:
            return found
        ids = ", ".join(map(str, map(int, among))) or "NULL"
        return Matching(f"{found.sql} AND rowid IN ({ids})", found.params)

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
    """A table with two tsvectors of the configuration ``simple``, and one with a row for each word of a title.

    ``ts_rank`` ignores how rare a word is, and evaluating many words for each of thousands of titles takes longer
    than everything else; so titles are found and ordered by the sum of the weights of their words, which an index-only
    scan of the second table yields. Words reach ``to_tsquery`` only as letters and digits.
    """

    sums_weights = True

    def __init__(self, collection: str) -> None:
        super().__init__(collection)
        self.table, self.words = f"search_{collection}_text", f"search_{collection}_words"

    def create(self) -> list[str]:
        return [
            f"CREATE TABLE {self.table} (id bigint PRIMARY KEY, title tsvector NOT NULL, everything tsvector NOT NULL)",
            f"CREATE INDEX {self.table}_title ON {self.table} USING gin (title) WITH (fastupdate = off)",
            f"CREATE INDEX {self.table}_everything ON {self.table} USING gin (everything) WITH (fastupdate = off)",
            f"CREATE TABLE {self.words} (word text, id bigint, PRIMARY KEY (word, id))",
            f"CREATE INDEX {self.words}_id ON {self.words} (id)",
        ]

    def drop(self) -> list[str]:
        return [f"DROP TABLE {self.table}", f"DROP TABLE {self.words}"]

    def write(self, texts: Sequence[Text]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self.table} (id, title, everything)"
                " VALUES (%s, to_tsvector('simple', %s), to_tsvector('simple', %s))"
                " ON CONFLICT (id) DO UPDATE SET title = excluded.title, everything = excluded.everything",
                [(text.document_id, f"{text.title} {text.extra}", text.everything) for text in texts],
            )
            self._delete_from(self.words, [text.document_id for text in texts])
            rows = [
                (w, text.document_id) for text in texts for w in {*text.title.split(), *text.extra.split()}
            ]
            cursor.execute(
                f"INSERT INTO {self.words} (word, id) SELECT * FROM unnest(%s::text[], %s::bigint[])",
                ([word for word, _id in rows], [document for _word, document in rows]),
            )

    def delete(self, document_ids: Iterable[int]) -> None:
        ids = list(document_ids)
        for table in (self.table, self.words):
            self._delete_from(table, ids)

    @staticmethod
    def _delete_from(table: str, ids: list[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", (ids,))

    def match_any(
        self, query: Query, terms: Mapping[str, float], limit: int | None = None
    ) -> Matching | None:
        if not terms:
            return None
        values = ", ".join(["(%s::text, %s::float8)"] * len(terms))
        found = Matching(
            f"SELECT w.id, SUM(v.weight) AS score FROM (VALUES {values}) v (word, weight)"
            f" JOIN {self.words} w ON w.word = v.word GROUP BY w.id",
            tuple(value for pair in terms.items() for value in pair),
        )
        return found.best(limit) if limit else found

    def match_most(self, query: Query, among: Sequence[int] | None = None) -> Matching | None:
        alternatives = [f"({self._all(words)})" for words in query.required_term_sets()]
        expression = " | ".join([*alternatives, *map(self._phrase, query.phrases)])
        found = self._matching(
            "everything", expression, "ts_rank(everything, to_tsquery('simple', %s), 1)", expression
        )
        if found is None or among is None:
            return found
        return Matching(f"{found.sql} AND id = ANY(%s)", (*found.params, list(among)))

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
