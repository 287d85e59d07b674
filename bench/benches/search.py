"""Server time of everyday queries on each engine, over the demo catalogue or the province's own list."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from bench import catalogue
from bench.result import Result
from search.engines.base import EngineUnavailable
from search.evaluation import read
from search.requests import SearchRequest
from search.selectors import search
from search.services import rebuild
from search.services.lexicon import load_lexicon

SHARED = Path(os.environ.get("PORTAL_SHARED_DATA", str(Path(settings.BASE_DIR).parent / "shared" / "data")))
ROUNDS = 5
P95_BAR_MS = 250.0
OWN = (
    "đăng ký kết hôn",
    "sao y bản chính",
    "tien mai tang",
    "giấy phép xây dựng",
    "hộ kinh doanh",
    "1.004873",
)


def _load() -> list[str]:
    """Fill the catalogue; return the queries: the graded ones where they are, else a few of our own."""
    graded = SHARED / "search" / "queries_dev.tsv"
    if graded.exists():
        load_province()
        return [query.query for query in read(graded)]
    load_lexicon()
    catalogue.load()
    rebuild()
    return list(OWN)


def load_province() -> None:
    """Import the province's own list, its full texts and the lexicon, and index them on every engine."""
    load_lexicon()
    for name in ("DanhSachTTHC_CaMau_capxa.csv", "tthc_camau_overlap_194.json"):
        call_command("import_procedures", SHARED / "camau" / name, stdout=open(os.devnull, "w"))  # noqa: SIM115
    rebuild()


def _times(name: str, queries: list[str]) -> list[float]:
    spent = []
    for _round in range(ROUNDS):
        for query in queries:
            began = time.perf_counter()
            if search(SearchRequest(query=query), engine=name).degraded:
                raise EngineUnavailable(name)
            spent.append((time.perf_counter() - began) * 1000)
    return spent


def run() -> list[Result]:
    """Measure the database engine and, where a server is named, Elasticsearch."""
    queries = _load()
    results = []
    for name in ["database", *(["elastic"] if settings.ELASTICSEARCH_URL else [])]:
        spent = _times(name, queries)
        p50, p95 = statistics.median(spent), statistics.quantiles(spent, n=20)[-1]
        print(f"{name}: {len(queries)} queries × {ROUNDS}, p50 {p50:.1f} ms, p95 {p95:.1f} ms")
        results.append(Result(f"search-{name}-p95-ms", round(p95, 1), P95_BAR_MS, at_least=False))
    return results
