"""Measures of the search on graded queries.

Success@k: the share of queries with a best document (grade 2) among the first k. MRR: the mean of the reciprocal rank
of the first best document. nDCG@10: gain 3 for grade 2, 1 for grade 1. Low confidence: the share of queries for which
the search says that nothing fits well; this is right for a query without an answer and wrong for any other. Subjects
found: the share of the subjects of all queries for which a best document is the first hit, for the subject or for the
whole query.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.errors import InvalidInput
from search.language.tokenizer import index_codes
from search.results import Hit, SearchResult

COLUMNS: Final = ("id", "query", "codes_grade2", "codes_grade1", "kind")
DEPTH: Final = 10
BEST: Final = 2
NEAR: Final = 5
GAINS: Final = {BEST: 3.0, 1: 1.0}


@dataclass(frozen=True, slots=True)
class GradedQuery:
    """One query and the national codes that answer it, best and acceptable; without ``best`` no procedure answers it.

    ``subjects`` are the best codes for each of the things that the query asks for, ``best`` all of them.
    """

    id: str
    query: str
    kind: str
    best: frozenset[str]
    acceptable: frozenset[str]
    corpus: str = ""
    subjects: tuple[frozenset[str], ...] = ()

    def grade(self, codes: Sequence[str]) -> int:
        """Return the grade of a document with ``codes``."""
        known = set(index_codes(codes))
        return 2 if known & self.best else 1 if known & self.acceptable else 0

    def ideal(self) -> float:
        """Return the discounted gain of the ideal order."""
        gains = [GAINS[BEST]] * len(self.best) + [GAINS[1]] * len(self.acceptable)
        return discounted(gains[:DEPTH])


@dataclass(frozen=True, slots=True)
class Reply:
    """What the search answered: (codes, title) of the hits, best first, and the codes of each subject's best hit."""

    hits: Sequence[tuple[Sequence[str], str]] = ()
    low_confidence: bool = False
    subjects: Sequence[Sequence[str]] = ()


def reply_of(result: SearchResult) -> Reply:
    """Return the parts of ``result`` that are graded."""

    def graded(hit: Hit) -> tuple[tuple[str, ...], str]:
        return hit.codes, hit.title.text

    subjects = [subject.hit.codes for subject in result.subjects]
    return Reply([graded(hit) for hit in result.hits], result.low_confidence, subjects)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one query: the rank of the first best document (0 if none), the nDCG, the first title.

    ``subjects`` is the number of subjects for which a best document was found first.
    """

    query: GradedQuery
    place: int
    ndcg: float
    first: str
    low_confidence: bool = False
    subjects: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """The measures over a set of queries."""

    queries: int
    success_at_1: float
    success_at_5: float
    mrr: float
    ndcg_at_10: float
    low_confidence: float = 0.0
    subjects_found: float = 0.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of one run."""

    overall: Figures
    kinds: dict[str, Figures]
    failures: list[Outcome] = field(default_factory=list)


def discounted(gains: Sequence[float]) -> float:
    """Return the discounted cumulative gain."""
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1))


def read_graded_queries(path: Path) -> list[GradedQuery]:
    """Read a tab-separated file of graded queries; raise ``InvalidInput`` naming missing columns."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if missing := set(COLUMNS) - set(rows.fieldnames or ()):
            raise InvalidInput(f"{path}: the columns {', '.join(sorted(missing))} are missing")
        return [
            GradedQuery(
                id=row["id"],
                query=row["query"],
                kind=row["kind"],
                best=_codes(row["codes_grade2"].replace(";", " ")),
                acceptable=_codes(row["codes_grade1"]),
                corpus=row.get("corpus") or "",
                subjects=tuple(filter(None, map(_codes, row["codes_grade2"].split(";")))),
            )
            for row in rows
        ]


def half(query: GradedQuery) -> str:
    """Return ``tuning`` (queries on which rules are compared) or ``held-out`` (queries only reported on).

    Only the text decides, so that queries added later do not move existing ones.
    """
    digest = hashlib.sha256(query.query.encode()).digest()
    return "tuning" if digest[-1] % 2 else "held-out"


def _codes(cell: str | None) -> frozenset[str]:
    return frozenset(code for code in (cell or "").replace(",", " ").split() if code)


def evaluate(queries: Sequence[GradedQuery], ask: Callable[[str], Reply]) -> Evaluation:
    """Run every query; ``failures`` are those whose first hit is wrong, or shown as fitting although nothing does."""
    outcomes = [_outcome(query, ask(query.query)) for query in queries]
    kinds = sorted({query.kind for query in queries})
    return Evaluation(
        figures(outcomes),
        {kind: figures([o for o in outcomes if o.query.kind == kind]) for kind in kinds},
        [outcome for outcome in outcomes if _is_failure(outcome)],
    )


def _is_failure(outcome: Outcome) -> bool:
    return outcome.place != 1 if outcome.query.best else not outcome.low_confidence


def _outcome(query: GradedQuery, reply: Reply) -> Outcome:
    hits = reply.hits[:DEPTH]
    grades = [query.grade(codes) for codes, _title in hits]
    place = grades.index(BEST) + 1 if BEST in grades else 0
    gains = [GAINS.get(grade, 0.0) for grade in grades]
    ideal = query.ideal()
    first = [set(index_codes(codes)) for codes in [*reply.subjects, *(codes for codes, _title in hits[:1])]]
    return Outcome(
        query,
        place,
        discounted(gains) / ideal if ideal else 0.0,
        hits[0][1] if hits else "",
        reply.low_confidence or not hits,
        sum(any(codes & subject for codes in first) for subject in query.subjects),
    )


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """Return the measures over ``outcomes``; all zero if there are none."""
    number = len(outcomes) or 1
    return Figures(
        len(outcomes),
        sum(o.place == 1 for o in outcomes) / number,
        sum(1 <= o.place <= NEAR for o in outcomes) / number,
        sum(1 / o.place for o in outcomes if o.place) / number,
        sum(o.ndcg for o in outcomes) / number,
        sum(o.low_confidence for o in outcomes) / number,
        sum(o.subjects for o in outcomes) / (sum(len(o.query.subjects) for o in outcomes) or 1),
    )
