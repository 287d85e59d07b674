"""Measures of the answers "handled elsewhere" on graded queries: tab-separated ``id``, ``query``, ``office``.

``office`` is the slug of the expected answer, ``-`` for a query that a procedure of the catalogue answers.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.errors import InvalidInput

COLUMNS: Final = ("id", "query", "office")
NONE: Final = "-"


@dataclass(frozen=True, slots=True)
class OfficeQuery:
    """One query and the slug of the expected answer; empty if none may be shown."""

    id: str
    query: str
    office: str


@dataclass(frozen=True, slots=True)
class OfficeFigures:
    """The share of queries with the expected answer, and of the others without any; failures as shown → expected."""

    queries: int
    found: float
    silent: float
    failures: tuple[str, ...]


def read_office_queries(path: Path) -> list[OfficeQuery]:
    """Read the file; raise ``InvalidInput`` naming missing columns."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if missing := set(COLUMNS) - set(rows.fieldnames or ()):
            raise InvalidInput(f"{path}: the columns {', '.join(sorted(missing))} are missing")
        return [
            OfficeQuery(row["id"], row["query"], "" if row["office"] == NONE else row["office"])
            for row in rows
        ]


def evaluate(queries: Sequence[OfficeQuery], ask: Callable[[str], Sequence[str]]) -> OfficeFigures:
    """Run every query; ``ask`` returns the slugs of the answers shown."""
    shown = {query.id: tuple(ask(query.query)) for query in queries}
    positive = [query for query in queries if query.office]
    negative = [query for query in queries if not query.office]
    found = [query for query in positive if query.office in shown[query.id]]
    silent = [query for query in negative if not shown[query.id]]
    good = {query.id for query in (*found, *silent)}
    failures = tuple(
        f"{query.id} {query.query}: {', '.join(shown[query.id]) or NONE} → {query.office or NONE}"
        for query in queries
        if query.id not in good
    )
    return OfficeFigures(
        len(queries), len(found) / (len(positive) or 1), len(silent) / (len(negative) or 1), failures
    )
