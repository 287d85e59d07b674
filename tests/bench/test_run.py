"""The command line of the benchmarks, and a quick run of each."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from bench import run
from bench.run import RUNS
from tests.paths import ROOT
from tests.support.template import postgres_template

RESULT = re.compile(r"^RESULT (\S+) (\S+) [<>]=\S+ (PASS|FAIL)$", re.MULTILINE)
# Import the province and the national catalogue twice, which takes minutes even in a quick run; tests/search covers
# its parts.
LONG = {"relevance", "confidence"}
EXPECTED = {
    "pages": {"pages-cold", "pages-hit"},
    "search": {
        f"search-{name}-{figure}"
        for name in ("database", "elastic")
        for figure in ("p95-ms", "first-ms", "memory-mb")
    },
    "filing": {"filing", "filing-one-agency"},
    "numbering": {"numbering"},
    "same-key": {"same-key"},
    "database-away": {"database-away-wrong", "database-away-slowest", "database-back-seconds"},
    "first-requests": {"ready-seconds", "first-request-seconds"},
}


def quick(kind: str, name: str) -> tuple[int, str]:
    environment = os.environ | {
        "BENCH_TEMPLATE": postgres_template(connection.settings_dict),
        "ELASTICSEARCH_URL": settings.TEST_ELASTICSEARCH_URL,
        "REDIS_URL": settings.TEST_REDIS_URL.rsplit("/", 1)[0] + "/14",
    }
    command = [sys.executable, "-m", "bench.run", kind, name, "--quick"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.postgres
@pytest.mark.elasticsearch
@pytest.mark.redis
@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in RUNS.items() for name in names if name not in LONG]
)
def test_quick_run_prints_its_results(kind: str, name: str) -> None:
    status, output = quick(kind, name)
    results = RESULT.findall(output)
    assert {measure for measure, _value, _verdict in results} == EXPECTED[name], output
    # Figures of a quick run mean nothing, but the faults that a concurrency check counts do.
    assert status == (0 if all(verdict == "PASS" for *_rest, verdict in results) else 1)
    if kind == "drill":
        assert status == 0, output


@pytest.mark.parametrize("kind", ["bench", "drill"])
def test_unknown_name_lists_the_existing_ones(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([kind, "unknown"]) == 2
    output = capsys.readouterr().out
    assert all(name in output for name in RUNS[kind])


def test_database_other_than_postgresql_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///x")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    with pytest.raises(SystemExit, match="PostgreSQL"):
        run.main(["drill", "numbering"])
