"""How likely the best hits answer the query: a logistic function of features of each, fitted by bench/confidence.py.

    confidence = 1 / (1 + e^-z),    z = INTERCEPT + the sum of each feature times its coefficient

The greatest of the ``DEPTH`` best hits counts: near-identical procedures fit regardless of their order. The features
are those of the score (docs/features/search.md), and two of the query: ``elsewhere`` is the share of its weight in
terms of the lexicon that lead only to procedures which the collection does not have; ``length`` is the logarithm of
its number of words, as a long question is never covered as well as a short one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence, Set
from typing import Final

from search.analysis import Query
from search.ranking.rows import Row
from search.ranking.scorer import CURATED_WEIGHT, FOCUS_WEIGHT, PHRASE_WEIGHT, TEXT_WEIGHT, Scored

#: Fitted on 30 November 2026 on the halves *tuning* of all graded sets in the province's catalogue, SQLite.
COEFFICIENTS: Final = {
    "focus": 4.41,
    "coverage": 3.84,
    "phrase": 1.98,
    "curated": 4.08,
    "elsewhere": -2.40,
    "length": 1.35,
    "text": 0.70,
}
INTERCEPT: Final = -10.03
#: Below this the page says that nothing fits well: 0.95 of the tuning queries without an answer are below it.
MIN_CONFIDENCE: Final = 0.378
DEPTH: Final = 3


def confidence(query: Query, scored: Sequence[Scored], known_codes: Set[str]) -> float:
    """Return how likely (0..1) one of the best of ``scored`` answers ``query``; 1 for a code, 0 without hits.

    ``known_codes`` are those of the query's expansions that documents have (``codes_known``).
    """
    best = scored[:DEPTH]
    if any(one.explanation.get("code") for one in best):
        return 1.0
    if not query.words:
        return 0.0
    return max((_logistic(features(query, one, known_codes)) for one in best), default=0.0)


def _logistic(values: dict[str, float]) -> float:
    z = INTERCEPT + sum(COEFFICIENTS[name] * value for name, value in values.items())
    return 1 / (1 + math.exp(-z))


def features(query: Query, hit: Scored, known_codes: Set[str]) -> dict[str, float]:
    """Return the features of ``hit`` by name."""
    parts = hit.explanation
    coverage = parts.get("coverage", 0.0)
    share = 1 / coverage if coverage else 0.0
    return {
        "focus": share * parts.get("focus", 0.0) / FOCUS_WEIGHT,
        "coverage": coverage,
        "phrase": share * parts.get("phrase", 0.0) / PHRASE_WEIGHT,
        "curated": parts.get("curated", 0.0) / CURATED_WEIGHT,
        "elsewhere": _elsewhere(query, known_codes),
        "length": math.log1p(len(query.words)),
        "text": parts.get("text", 0.0) / TEXT_WEIGHT,
    }


def codes_known(query: Query, rows: Iterable[Row]) -> frozenset[str]:
    """Return the codes of the query's expansions that ``rows`` have: engines find every document with such a code."""
    wanted = frozenset(code for expansion in query.expansions for code in expansion.codes)
    return frozenset(code for row in rows for code in wanted & row.index_codes) if wanted else frozenset()


def _elsewhere(query: Query, known_codes: Set[str]) -> float:
    here, away = set[int](), set[int]()
    for expansion in query.literal_expansions:
        if expansion.codes:
            found = here if known_codes & set(expansion.codes) else away
            found.update(expansion.positions)
    total = sum(word.weight for word in query.words) or 1.0
    return sum(query.words[position].weight for position in away - here) / total
