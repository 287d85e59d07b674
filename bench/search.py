"""Server time of everyday queries in each search engine, in catalogues of three sizes."""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
from typing import Final

from django.conf import settings

from bench import catalogue
from bench.fixtures import SHARED_DATA, load_demo_procedures, load_province
from bench.measure import QUICK_VARIABLE, Result
from bench.relevance import sets
from search.engines.base import EngineUnavailable
from search.requests import SearchRequest
from search.selectors import search
from search.services.indexing import rebuild
from search.services.lexicon import load_lexicon

#: Procedures and other pages of each size; the first is what the province has.
SIZES: Final = ((416, 0), (3_000, 0), (3_000, 20_000))
QUICK_SIZES: Final = ((416, 0), (450, 50))
#: Limits for the largest size, in milliseconds.
MAX_P95_MS: Final = {"database": 50.0, "elastic": 40.0}
MAX_FIRST_MS: Final = 150.0
FEWEST_QUERIES: Final = 200
FIRST_QUERY: Final = "đăng ký kết hôn"
DEMO_QUERIES: Final = (
    "đăng ký kết hôn",
    "sao y bản chính",
    "tien mai tang",
    "giấy phép xây dựng",
    "hộ kinh doanh",
    "1.004873",
)


def run() -> list[Result]:
    """Measure the database engine and, if ELASTICSEARCH_URL is set, Elasticsearch, in catalogues of growing size."""
    if not (SHARED_DATA / "search" / "queries_dev.tsv").exists():
        return _measure_demo()
    load_province()
    queries = [query.query for some in sets().values() for query in some]
    sizes: tuple[tuple[int, int], ...] = SIZES
    if os.environ.get(QUICK_VARIABLE):
        queries, sizes = queries[:: len(queries) // 10], QUICK_SIZES
    elif len(queries) < FEWEST_QUERIES:
        raise SystemExit(f"only {len(queries)} queries")
    results: list[Result] = []
    for procedures, pages in sizes:
        catalogue.fill(procedures, pages, SHARED_DATA)
        results = [result for name in _engines() for result in _measure(name, queries, procedures + pages)]
    return results


def _engines() -> list[str]:
    return ["database", *(["elastic"] if settings.ELASTICSEARCH_URL else [])]


def _measure_demo() -> list[Result]:
    """Measure a few queries in the demo's catalogue: the shared data is absent."""
    load_lexicon()
    load_demo_procedures()
    rebuild()
    return [result for name in _engines() for result in _measure(name, list(DEMO_QUERIES), 0)]


def _measure(engine: str, queries: list[str], documents: int) -> list[Result]:
    """Print first query, cold and warm times; return the results, which have limits for the largest size only."""
    first = _first_query(engine)
    search(SearchRequest(query=FIRST_QUERY), engine=engine)
    gc.freeze()  # as a web process does when it is warm
    cold, warm = _milliseconds(engine, queries), _milliseconds(engine, queries)
    gc.unfreeze()
    for label, spent in (("cold", cold), ("warm", warm)):
        print(
            f"{engine}, {documents} documents, {label}: {len(spent)} queries, p50 {statistics.median(spent):.1f} ms,"
            f" p95 {_p95(spent):.1f} ms, {1000 / statistics.fmean(spent):.0f} queries/s in one process"
        )
    print(f"{engine}, {documents} documents: first query of a warmed process {first:.0f} ms")
    return [
        Result(f"search-{engine}-p95-ms", round(_p95(cold), 1), MAX_P95_MS[engine], at_least=False),
        Result(f"search-{engine}-first-ms", round(first, 1), MAX_FIRST_MS, at_least=False),
    ]


def _p95(spent: list[float]) -> float:
    return statistics.quantiles(spent, n=20)[-1]


def _milliseconds(engine: str, queries: list[str]) -> list[float]:
    spent = []
    for query in queries:
        began = time.perf_counter()
        if search(SearchRequest(query=query), engine=engine).degraded:
            raise EngineUnavailable(engine)
        spent.append((time.perf_counter() - began) * 1000)
    return spent


_FIRST: Final = """
import sys, time, django
django.setup()
from search.requests import SearchRequest
from search.selectors import resources_of, search, USAGE
resources_of("public"), USAGE.get()
began = time.perf_counter()
search(SearchRequest(query=sys.argv[1]), engine=sys.argv[2])
print((time.perf_counter() - began) * 1000)
"""


def _first_query(engine: str) -> float:
    """Return the time of the first query of a new process that has loaded lexicon and statistics, as at start."""
    command = [sys.executable, "-c", _FIRST, FIRST_QUERY, engine]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(printed.splitlines()[-1])
