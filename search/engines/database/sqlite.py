"""Full text in SQLite: two FTS5 tables a collection, small titles apart from long texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from search.analysis.query import Query
from search.engines.database.text import Matching, Text, TextTables

# The text is folded already; the tokenizer must only cut at spaces.
_OPTIONS = "tokenize = 'unicode61 remove_diacritics 0'"


def _all(words: Iterable[str]) -> str:
    return " AND ".join(f'"{word}"' for word in words)


class SqliteTables(TextTables):
    """FTS5. Words reach MATCH only as quoted strings of letters and digits."""

    def __init__(self, collection: str) -> None:
        super().__init__(collection)
        self.titles, self.texts = f"search_{collection}_titles", f"search_{collection}_texts"

    def create(self) -> list[str]:
        return [
            f"CREATE VIRTUAL TABLE {self.titles} USING fts5(title, extra, {_OPTIONS})",
            f"CREATE VIRTUAL TABLE {self.texts} USING fts5(everything, {_OPTIONS})",
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

    def _matching(self, table: str, expression: str, rank: str) -> Matching | None:
        if not expression:
            return None
        return Matching(
            f"SELECT rowid AS id, -{rank} AS score FROM {table} WHERE {table} MATCH %s", (expression,)
        )

    def promising(self, query: Query) -> Matching | None:
        alternatives = [f'"{word}"' for word in query.any_words]
        alternatives += [f'"{" ".join(phrase)}"' for phrase in query.phrases]
        return self._matching(self.titles, " OR ".join(alternatives), f"bm25({self.titles}, 3.0, 1.0)")

    def complete(self, query: Query) -> Matching | None:
        alternatives = [f"({_all(words)})" for words in query.telling_sets()]
        alternatives += [f'"{" ".join(phrase)}"' for phrase in query.phrases]
        return self._matching(self.texts, " OR ".join(alternatives), f"bm25({self.texts})")

    def strict(self, query: Query) -> Matching | None:
        return self._matching(self.texts, _all(dict.fromkeys(word.folded for word in query.words)), "0")

    def beginning(self, query: Query) -> Matching | None:
        words = [word.folded for word in query.words]
        expression = _all(words) + "*" if words else ""
        return self._matching(self.titles, expression, f"bm25({self.titles}, 3.0, 1.0)")
