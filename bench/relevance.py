"""Relevance of the search on graded queries, in each engine, in the province's catalogue and in a far larger one.

Besides the ranks of the right procedures, it measures how often the search says that nothing fits, both for questions
that no procedure answers and for all others, and for how many subjects of a question the best hit is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.management import call_command

from bench import distractors
from bench.fixtures import SHARED_DATA, load_province
from bench.measure import Result
from search import office_evaluation
from search.engines.base import EngineUnavailable
from search.evaluation import Figures, GradedQuery, Reply, evaluate, half, read_graded_queries, reply_of
from search.requests import SearchRequest
from search.selectors.guidance import guidance
from search.selectors.search import search

OWN: Final = Path(settings.BASE_DIR) / "tests" / "search" / "graded_queries.tsv"
OFFICES: Final = OWN.with_name("other_office_queries.tsv")
#: Found, silent (search.office_evaluation).
MINIMUM_OFFICES: Final = (0.95, 0.97)
INDEPENDENT: Final = OWN.with_name("independent_queries.tsv")
CITIZENS: Final = OWN.with_name("citizen_questions.tsv")
DEV: Final = SHARED_DATA / "search" / "queries_dev.tsv"
USAGE: Final = SHARED_DATA / "national" / "dvc_congdan_1000_by_usage.json.gz"
#: Query set → minimum (Success@1, Success@5) in every engine; the second table is for the larger catalogue.
MINIMUMS: Final = {
    "dev": (0.80, 0.97),
    "tuning": (0.80, 0.90),
    "held-out": (0.65, 0.83),
    "independent": (0.80, 0.92),
    "long-tuning": (0.80, 0.95),
    "long-held-out": (0.80, 0.95),
    "spoken-tuning": (0.88, 0.99),
    "spoken-held-out": (0.88, 0.99),
}
MINIMUMS_LARGE: Final = {
    "dev": (0.75, 0.90),
    "tuning": (0.70, 0.85),
    "held-out": (0.60, 0.78),
    "national": (0.60, 0.85),
    "independent": (0.75, 0.88),
    "long-tuning": (0.70, 0.90),
    "long-held-out": (0.70, 0.90),
    "spoken-tuning": (0.80, 0.94),
    "spoken-held-out": (0.80, 0.94),
}
#: Minimum share of the questions without an answer, and maximum share of those with one, for which nothing is said to
#: fit.
MIN_LOW_CONFIDENCE: Final = 0.95
MAX_LOW_CONFIDENCE: Final = 0.05
#: Share of the subjects of questions about several things for which the best hit is shown first.
MIN_SUBJECTS_FOUND: Final = 0.85
HALVES: Final = ("tuning", "held-out")


def run() -> list[Result]:
    """Import the province's procedures and measure; add the national catalogue and measure again."""
    load_province()
    call_command("load_usage_weights", USAGE)
    results = [*_measure("", MINIMUMS), *_offices()]
    print(f"distractors: {distractors.add(SHARED_DATA)}")
    return [*results, *_measure("-large", MINIMUMS_LARGE)]


def sets() -> dict[str, list[GradedQuery]]:
    """Return the graded queries by set; those of ``national`` have no answer in the province's catalogue alone."""
    own, citizens = read_graded_queries(OWN), read_graded_queries(CITIZENS)
    found = {"dev": read_graded_queries(DEV)} if DEV.exists() else {}
    found["tuning"] = [q for q in own if half(q) == "tuning" and q.corpus != "national"]
    found["held-out"] = [q for q in own if half(q) == "held-out" and q.corpus != "national"]
    found["national"] = [q for q in own if q.corpus == "national"]
    found["independent"] = read_graded_queries(INDEPENDENT)
    for kind in ("long", "spoken", "nothing", "several"):
        for name in HALVES:
            found[f"{kind}-{name}"] = [q for q in citizens if q.kind == kind and half(q) == name]
    return found


def _measure(suffix: str, minimums: dict[str, tuple[float, float]]) -> Iterator[Result]:
    for name in ["database", *(["elastic"] if settings.ELASTICSEARCH_URL else [])]:
        found = {}
        for label, queries in sets().items():
            if label.startswith("nothing") and suffix:
                queries = [query for query in queries if query.corpus == "any"]  # noqa: PLW2901 - the others have answers
            if label in minimums or not label.startswith("national"):
                found[label] = measure(name, queries)
                _print(f"{name} {label}{suffix}", found[label])
        for label, (at_1, at_5) in minimums.items():
            if figures := found.get(label):
                yield Result(f"{name}-{label}{suffix}-success-at-1", round(figures.success_at_1, 3), at_1)
                yield Result(f"{name}-{label}{suffix}-success-at-5", round(figures.success_at_5, 3), at_5)
        for half_name in HALVES:
            yield from _confidence(f"{name}-{half_name}{suffix}", half_name, found)


def _confidence(label: str, half_name: str, found: dict[str, Figures]) -> Iterator[Result]:
    """Yield the results about questions without an answer and about those with several subjects, of one half."""
    none, several = found[f"nothing-{half_name}"], found[f"several-{half_name}"]
    yield Result(f"{label}-unanswerable-low-confidence", round(none.low_confidence, 3), MIN_LOW_CONFIDENCE)
    answerable = [found[half_name], *(found[f"{kind}-{half_name}"] for kind in ("long", "spoken"))]
    if half_name == "held-out":
        answerable += [found["independent"], *([found["dev"]] if "dev" in found else [])]
    wrong = sum(figures.low_confidence * figures.queries for figures in answerable)
    share = wrong / sum(figures.queries for figures in answerable)
    yield Result(f"{label}-answerable-low-confidence", round(share, 3), MAX_LOW_CONFIDENCE, at_least=False)
    yield Result(f"{label}-subjects-found", round(several.subjects_found, 3), MIN_SUBJECTS_FOUND)


def _offices() -> Iterator[Result]:
    """Measure the answers "handled elsewhere": found where they are expected, none where a procedure answers."""
    for name in ["database", *(["elastic"] if settings.ELASTICSEARCH_URL else [])]:

        def ask(text: str, name: str = name) -> list[str]:
            request = SearchRequest(query=text)
            return [office.slug for office in guidance(request, search(request, engine=name)).offices]

        found = office_evaluation.evaluate(office_evaluation.read_office_queries(OFFICES), ask)
        print(f"{name} offices: n={found.queries} found {found.found:.2f} silent {found.silent:.2f}")
        yield Result(f"{name}-offices-found", round(found.found, 3), MINIMUM_OFFICES[0])
        yield Result(f"{name}-offices-silent", round(found.silent, 3), MINIMUM_OFFICES[1])


def measure(engine: str, queries: list[GradedQuery]) -> Figures:
    """Return the figures of ``queries`` in ``engine``; an answer from the fallback engine is an error."""

    def ask(text: str) -> Reply:
        result = search(SearchRequest(query=text, kinds=("procedure",)), engine=engine)
        if result.degraded:
            raise EngineUnavailable(engine)
        return reply_of(result)

    return evaluate(queries, ask).overall


def _print(label: str, found: Figures) -> None:
    print(
        f"{label}: n={found.queries} Success@1 {found.success_at_1:.2f} Success@5 {found.success_at_5:.2f}"
        f" MRR {found.mrr:.2f} nDCG@10 {found.ndcg_at_10:.2f}"
        f" low confidence {found.low_confidence:.2f} subjects found {found.subjects_found:.2f}"
    )
