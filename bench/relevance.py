"""Relevance of the search on graded queries, in each engine, in the province's catalogue and in a far larger one."""

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
from search.evaluation import Figures, GradedQuery, evaluate, half, read
from search.guidance import guidance
from search.requests import SearchRequest
from search.selectors import search

OWN: Final = Path(settings.BASE_DIR) / "tests" / "search" / "graded_queries.tsv"
OFFICES: Final = OWN.with_name("other_office_queries.tsv")
#: Found, silent (search.office_evaluation).
MINIMUM_OFFICES: Final = (0.95, 0.97)
INDEPENDENT: Final = OWN.with_name("independent_queries.tsv")
DEV: Final = SHARED_DATA / "search" / "queries_dev.tsv"
USAGE: Final = SHARED_DATA / "national" / "dvc_congdan_1000_by_usage.json.gz"
#: Query set → minimum (Success@1, Success@5) in every engine; the second table is for the larger catalogue.
MINIMUMS: Final = {
    "dev": (0.80, 0.97),
    "tuning": (0.80, 0.90),
    "held-out": (0.65, 0.83),
    "independent": (0.80, 0.92),
}
MINIMUMS_LARGE: Final = {
    "dev": (0.75, 0.90),
    "tuning": (0.70, 0.85),
    "held-out": (0.60, 0.78),
    "national": (0.60, 0.85),
    "independent": (0.75, 0.88),
}


def run() -> list[Result]:
    """Import the province's procedures and measure; add the national catalogue and measure again."""
    load_province()
    call_command("load_usage_weights", USAGE)
    results = [*_measure("", MINIMUMS), *_offices()]
    print(f"distractors: {distractors.add(SHARED_DATA)}")
    return [*results, *_measure("-large", MINIMUMS_LARGE)]


def sets() -> dict[str, list[GradedQuery]]:
    """Return the graded queries by set; those of ``national`` have no answer in the province's catalogue alone."""
    own = read(OWN)
    found = {"dev": read(DEV)} if DEV.exists() else {}
    found["tuning"] = [q for q in own if half(q) == "tuning" and q.corpus != "national"]
    found["held-out"] = [q for q in own if half(q) == "held-out" and q.corpus != "national"]
    found["national"] = [q for q in own if q.corpus == "national"]
    found["independent"] = read(INDEPENDENT)
    return found


def _measure(suffix: str, minimums: dict[str, tuple[float, float]]) -> Iterator[Result]:
    for name in ["database", *(["elastic"] if settings.ELASTICSEARCH_URL else [])]:
        for label, queries in sets().items():
            if label in minimums:
                figures = measure(name, queries)
                _print(f"{name} {label}{suffix}", figures)
                at_1, at_5 = minimums[label]
                yield Result(f"{name}-{label}{suffix}-success-at-1", round(figures.success_at_1, 3), at_1)
                yield Result(f"{name}-{label}{suffix}-success-at-5", round(figures.success_at_5, 3), at_5)


def _offices() -> Iterator[Result]:
    """Measure the answers "handled elsewhere": found where they are expected, none where a procedure answers."""
    for name in ["database", *(["elastic"] if settings.ELASTICSEARCH_URL else [])]:

        def ask(text: str, name: str = name) -> list[str]:
            request = SearchRequest(query=text)
            return [office.slug for office in guidance(request, search(request, engine=name)).offices]

        found = office_evaluation.evaluate(office_evaluation.read(OFFICES), ask)
        print(f"{name} offices: n={found.queries} found {found.found:.2f} silent {found.silent:.2f}")
        yield Result(f"{name}-offices-found", round(found.found, 3), MINIMUM_OFFICES[0])
        yield Result(f"{name}-offices-silent", round(found.silent, 3), MINIMUM_OFFICES[1])


def measure(engine: str, queries: list[GradedQuery]) -> Figures:
    """Return the figures of ``queries`` in ``engine``; an answer from the fallback engine is an error."""

    def ask(text: str) -> list[tuple[tuple[str, ...], str]]:
        result = search(SearchRequest(query=text, kinds=("procedure",)), engine=engine)
        if result.degraded:
            raise EngineUnavailable(engine)
        return [(hit.codes, hit.title.text) for hit in result.hits]

    return evaluate(queries, ask).overall


def _print(label: str, found: Figures) -> None:
    print(
        f"{label}: n={found.queries} Success@1 {found.success_at_1:.2f} Success@5 {found.success_at_5:.2f}"
        f" MRR {found.mrr:.2f} nDCG@10 {found.ndcg_at_10:.2f}"
    )
