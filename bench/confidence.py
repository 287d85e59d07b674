"""Fit the coefficients of ``search.ranking.confidence`` on the graded queries of the half *tuning*.

Logistic regression by Newton's method, with equal weight for both classes and a small penalty on large coefficients;
written by hand, since the library for it is large (ADR 240). The threshold is the likelihood below which 0.95 of the
queries without an answer lie. Prints both for the source code; the results compare the two halves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.core.management import call_command

from bench.fixtures import load_province
from bench.measure import Result
from bench.relevance import MAX_LOW_CONFIDENCE, MIN_LOW_CONFIDENCE, USAGE, sets
from search.analysis import Query
from search.candidates import WINDOW, Candidates
from search.documents import PUBLIC
from search.engines import base as engines
from search.evaluation import GradedQuery, half
from search.ranking.confidence import COEFFICIENTS, DEPTH, codes_known, features
from search.ranking.scorer import rank
from search.requests import Filters, SearchRequest
from search.selectors.search import USAGE as USES
from search.selectors.search import analyse_request, statistics_of

PENALTY: Final = 0.5
STEPS: Final = 30
ROUNDS: Final = 4
#: Share of the queries without an answer that lies below the threshold.
SHARE_BELOW: Final = 0.95

Vector = list[float]


@dataclass(frozen=True, slots=True)
class Example:
    """The features of the best hits of one query, and whether a procedure answers it."""

    hits: list[Vector]
    has_answer: bool
    half: str


def run() -> list[Result]:
    """Fit in the province's catalogue, where the queries of ``national`` have no answer either."""
    load_province()
    call_command("load_usage_weights", USAGE)
    examples = [
        example
        for label, queries in sets().items()
        for query in queries
        if (example := _example(query, has_answer=bool(query.best) and label != "national"))
    ]
    tuning = [example for example in examples if example.half == "tuning"]
    weights = fit(tuning)
    none = sorted(_best(weights, example) for example in tuning if not example.has_answer)
    threshold = none[math.ceil(SHARE_BELOW * len(none)) - 1] + 1e-6
    print({name: round(weight, 2) for name, weight in zip(COEFFICIENTS, weights[:-1], strict=True)})
    print(f"intercept {weights[-1]:.2f}, threshold {1 / (1 + math.exp(-threshold)):.3f}")
    return [
        result
        for name in ("tuning", "held-out")
        for result in (
            _share(f"{name}-unanswerable", examples, name, weights, threshold, has_answer=False),
            _share(f"{name}-answerable", examples, name, weights, threshold, has_answer=True),
        )
    ]


def _example(query: GradedQuery, *, has_answer: bool) -> Example | None:
    """Return what the ranking makes of ``query``; None for a code or without hits, where no likelihood is needed."""
    request = SearchRequest(query=query.query, kinds=("procedure",))
    analysed: Query | None = analyse_request(request)
    if analysed is None or not analysed.words:
        return None
    filters = Filters(PUBLIC, request.locale, request.scopes, {})
    rows = Candidates(engines.engine(engines.DATABASE), filters).of(analysed, WINDOW)
    best = rank(analysed, rows, statistics=statistics_of(PUBLIC), usage=USES.get())[:DEPTH]
    if not best or any(hit.explanation.get("code") for hit in best):
        return None
    known = codes_known(analysed, (row for row, _text in rows))
    hits = [[*features(analysed, hit, known).values(), 1.0] for hit in best]
    return Example(hits, has_answer, half(query))


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _best(weights: Vector, example: Example) -> float:
    return max(_dot(weights, hit) for hit in example.hits)


def fit(examples: Sequence[Example]) -> Vector:
    """Return the coefficients, the intercept last.

    Each round takes for each query the hit that the previous round preferred.
    """
    answers = [example.has_answer for example in examples]
    weights = _newton([example.hits[0] for example in examples], answers)
    for _round in range(ROUNDS - 1):
        chosen = [max(example.hits, key=partial(_dot, weights)) for example in examples]
        weights = _newton(chosen, answers)
    return weights


def _newton(rows: Sequence[Vector], answers: Sequence[bool]) -> Vector:
    size = len(rows[0])
    weights = [0.0] * size
    share = {True: len(rows) / 2 / sum(answers), False: len(rows) / 2 / (len(rows) - sum(answers))}
    for _step in range(STEPS):
        gradient = [PENALTY * weight for weight in weights[:-1]] + [0.0]
        hessian = [[PENALTY * (i == j and i < size - 1) for j in range(size)] for i in range(size)]
        for row, answer in zip(rows, answers, strict=True):
            likelihood = 1 / (1 + math.exp(-_dot(weights, row)))
            error = share[answer] * (likelihood - answer)
            curve = share[answer] * likelihood * (1 - likelihood)
            for i in range(size):
                gradient[i] += error * row[i]
                for j in range(size):
                    hessian[i][j] += curve * row[i] * row[j]
        weights = [weight - step for weight, step in zip(weights, solve(hessian, gradient), strict=True)]
    return weights


def solve(matrix: list[Vector], values: Vector) -> Vector:
    """Return the solution of a system of linear equations, by Gauss-Jordan elimination with pivoting."""
    rows = [[*row, value] for row, value in zip(matrix, values, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(size):
            if row != column:
                factor = rows[row][column] / rows[column][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [row[-1] / row[place] for place, row in enumerate(rows)]


def _share(
    label: str, examples: Sequence[Example], name: str, weights: Vector, threshold: float, *, has_answer: bool
) -> Result:
    chosen = [one for one in examples if one.half == name and one.has_answer is has_answer]
    low = sum(_best(weights, example) <= threshold for example in chosen) / len(chosen)
    limit = MAX_LOW_CONFIDENCE if has_answer else MIN_LOW_CONFIDENCE
    return Result(f"{label}-low-confidence", round(low, 3), limit, at_least=not has_answer)
