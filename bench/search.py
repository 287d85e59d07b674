"""Server time of everyday queries in each search engine, over the province's catalogue or else the demo's."""

from __future__ import annotations

import statistics
import time

from django.conf import settings

from bench.fixtures import SHARED_DATA, load_demo_procedures, load_province
from bench.measure import Result
from search.engines.base import EngineUnavailable
from search.evaluation import read
from search.requests import SearchRequest
from search.selectors import search
from search.services.indexing import rebuild
from search.services.lexicon import load_lexicon

ROUNDS = 5
MAX_P95_MS = 250.0
DEMO_QUERIES = (
    "đăng ký kết hôn",
    "sao y bản chính",
    "tien mai tang",
    "giấy phép xây dựng",
    "hộ kinh doanh",
    "1.004873",
)


def run() -> list[Result]:
    """Measure the database engine and, if ELASTICSEARCH_URL is set, Elasticsearch."""
    queries = _load()
    results = []
    for name in ["database", *(["elastic"] if settings.ELASTICSEARCH_URL else [])]:
        spent = _milliseconds(name, queries)
        p50, p95 = statistics.median(spent), statistics.quantiles(spent, n=20)[-1]
        print(f"{name}: {len(queries)} queries × {ROUNDS}, p50 {p50:.1f} ms, p95 {p95:.1f} ms")
        results.append(Result(f"search-{name}-p95-ms", round(p95, 1), MAX_P95_MS, at_least=False))
    return results


def _load() -> list[str]:
    """Fill the catalogue; return the queries: the graded ones if the shared data has them, else a few for the demo."""
    graded = SHARED_DATA / "search" / "queries_dev.tsv"
    if graded.exists():
        load_province()
        return [query.query for query in read(graded)]
    load_lexicon()
    load_demo_procedures()
    rebuild()
    return list(DEMO_QUERIES)


def _milliseconds(engine: str, queries: list[str]) -> list[float]:
    spent = []
    for _round in range(ROUNDS):
        for query in queries:
            began = time.perf_counter()
            if search(SearchRequest(query=query), engine=engine).degraded:
                raise EngineUnavailable(engine)
            spent.append((time.perf_counter() - began) * 1000)
    return spent
