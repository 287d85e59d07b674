"""Full text in PostgreSQL: a table of two tsvectors a collection, each with a GIN index.

``ts_rank`` knows nothing of how rare a word is, so titles are ordered by the summed weights of the words they hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from search.analysis.query import Query
from search.engines.database.text import Matching, Text, TextTables


def _phrase(words: Iterable[str]) -> str:
    return "(" + " <-> ".join(words) + ")"


def _all(words: Iterable[str]) -> str:
    return " & ".join(words)


class PostgresTables(TextTables):
    """tsvector with the ``simple`` configuration. Words reach ``to_tsquery`` only as letters and digits."""

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

    def _matching(self, column: str, expression: str, score: str, *before: object) -> Matching | None:
        if not expression:
            return None
        sql = f"SELECT id, {score} AS score FROM {self.table} WHERE {column} @@ to_tsquery('simple', %s)"
        return Matching(sql, (*before, expression))

    def promising(self, query: Query) -> Matching | None:
        weights: dict[str, float] = dict(query.any_words)
        weights |= {_phrase(phrase): 3.0 * len(phrase) for phrase in query.phrases}
        score = " + ".join(["%s * (title @@ to_tsquery('simple', %s))::int"] * len(weights))
        values = [value for expression, weight in weights.items() for value in (weight, expression)]
        return self._matching("title", " | ".join(query.any_words), f"({score})", *values)

    def complete(self, query: Query) -> Matching | None:
        alternatives = [f"({_all(words)})" for words in query.telling_sets()]
        expression = " | ".join([*alternatives, *map(_phrase, query.phrases)])
        return self._matching(
            "everything", expression, "ts_rank(everything, to_tsquery('simple', %s), 1)", expression
        )

    def strict(self, query: Query) -> Matching | None:
        return self._matching("everything", _all(dict.fromkeys(word.folded for word in query.words)), "0")

    def beginning(self, query: Query) -> Matching | None:
        words = [word.folded for word in query.words]
        expression = _all(words) + ":*" if words else ""
        return self._matching("title", expression, "ts_rank(title, to_tsquery('simple', %s), 1)", expression)
