"""Server time of everyday queries in each search engine, in catalogues of three sizes."""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Final

from django.conf import settings

from bench import catalogue
from bench.fixtures import SHARED_DATA, load_demo_procedures, load_lexicons, load_province
from bench.measure import QUICK_VARIABLE, Result, scale
from bench.relevance import sets
from search.engines.base import EngineUnavailable
from search.requests import SearchRequest
from search.selectors.search import search
from search.services.indexing import rebuild

#: Procedures and other pages for each size; the first is that of the province.
SIZES: Final = ((416, 0), (3_000, 0), (3_000, 20_000))
QUICK_SIZE: Final = (60, 20)
#: Limits for the largest size, in milliseconds.
MAX_P95_MS: Final = {"database": 50.0, "elastic": 40.0}
MAX_FIRST_MS: Final = 150.0
#: Limits for a warm web process.
MAX_MEMORY_MB: Final = 300.0
#: Processes that search at the same time, to see how many queries two cores can answer.
PROCESSES: Final = scale(2, 1)
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
    queries = [query.query for some in sets().values() for query in some]
    if os.environ.get(QUICK_VARIABLE):
        load_lexicons()
        return _measure_size(queries[:: len(queries) // 5], *QUICK_SIZE)
    if len(queries) < FEWEST_QUERIES:
        raise SystemExit(f"only {len(queries)} queries")
    load_province()
    results: list[Result] = []
    for procedures, pages in SIZES:
        results = _measure_size(queries, procedures, pages)
    return results


def _measure_size(queries: list[str], procedures: int, pages: int) -> list[Result]:
    catalogue.fill(procedures, pages, SHARED_DATA)
    return [result for name in _engines() for result in _measure(name, queries, procedures + pages)]


def _engines() -> list[str]:
    return ["database", *(["elastic"] if settings.ELASTICSEARCH_URL else [])]


def _measure_demo() -> list[Result]:
    """Measure a few queries in the demo's catalogue, for when the shared data is absent."""
    load_lexicons()
    load_demo_procedures()
    rebuild()
    return [result for name in _engines() for result in _measure(name, list(DEMO_QUERIES), 0)]


def _measure(engine: str, queries: list[str], documents: int) -> list[Result]:
    """Print first query, cold and warm times; return the results, which have limits for the largest size only."""
    first, memory = _first_query(engine)
    search(SearchRequest(query=FIRST_QUERY), engine=engine)
    gc.freeze()  # as a web process does when it is warm
    cold, warm = _milliseconds(engine, queries), _milliseconds(engine, queries)
    gc.unfreeze()
    for label, spent in (("cold", cold), ("warm", warm)):
        print(
            f"{engine}, {documents} documents, {label}: {len(spent)} queries, p50 {statistics.median(spent):.1f} ms,"
            f" p95 {_p95(spent):.1f} ms"
        )
    print(
        f"{engine}, {documents} documents: {_rate(engine, queries):.0f} queries/s in {PROCESSES} processes;"
        f" first query of a warm web process {first:.0f} ms, its memory {memory:.0f} MB"
    )
    return [
        Result(f"search-{engine}-p95-ms", round(_p95(cold), 1), MAX_P95_MS[engine], at_least=False),
        Result(f"search-{engine}-first-ms", round(first, 1), MAX_FIRST_MS, at_least=False),
        Result(f"search-{engine}-memory-mb", round(memory), MAX_MEMORY_MB, at_least=False),
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
import sys, time
from portal.wsgi import application
from search.requests import SearchRequest
from search.selectors.search import search
began = time.perf_counter()
search(SearchRequest(query=sys.argv[1]), engine=sys.argv[2])
spent = (time.perf_counter() - began) * 1000
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(spent, int(status["VmRSS"].split()[0]) / 1024)
"""


def _first_query(engine: str) -> tuple[float, float]:
    """Return the time of the first query in a web process that has warmed up, and its memory in MB."""
    command = [sys.executable, "-c", _FIRST, FIRST_QUERY, engine]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    spent, memory = printed.splitlines()[-1].split()
    return float(spent), float(memory)


_MANY: Final = """
import json, sys, django
django.setup()
from search.requests import SearchRequest
from search.selectors.search import search
search(SearchRequest(query=sys.argv[1]), engine=sys.argv[2])
print("ready", flush=True)
for query in json.loads(sys.stdin.readline()):
    search(SearchRequest(query=query), engine=sys.argv[2])
print("done", flush=True)
"""


def _rate(engine: str, queries: list[str]) -> float:
    """Return how many queries per second ``PROCESSES`` processes answer together."""
    command = [sys.executable, "-c", _MANY, FIRST_QUERY, engine]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _process in range(PROCESSES)
    ]
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()
    began = time.perf_counter()
    for process in started:
        assert process.stdin is not None
        process.stdin.write(json.dumps(queries) + "\n")
        process.stdin.flush()
    answers = [process.stdout.readline() for process in started if process.stdout]
    spent = time.perf_counter() - began  # the end of a process takes a second more
    if any(process.wait() for process in started) or set(answers) != {"done\n"}:
        raise EngineUnavailable(engine)
    return PROCESSES * len(queries) / spent
