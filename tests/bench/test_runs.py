"""Every drill and benchmark runs, in little: a measurement nobody can repeat is none."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from bench.run import NAMES
from tests.paths import ROOT
from tests.support.template import postgres_template

RESULT = re.compile(r"^RESULT (\S+) (\S+) [<>]=\S+ (PASS|FAIL)$", re.MULTILINE)
# Imports the province and a nation of distractors twice: minutes, also in little. tests/search holds its parts.
LONG = {"relevance"}
EXPECTED = {
    "pages": {"pages-cold", "pages-hit"},
    "search": {"search-database-p95-ms", "search-elastic-p95-ms"},
    "filing": {"filing", "filing-one-agency"},
    "numbering": {"numbering"},
    "same-key": {"same-key"},
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
    ("kind", "name"), [(kind, name) for kind, names in NAMES.items() for name in names if name not in LONG]
)
def test_it_runs_and_ends_with_its_results(kind: str, name: str) -> None:
    status, said = quick(kind, name)
    results = RESULT.findall(said)
    assert {measure for measure, _value, _verdict in results} == EXPECTED[name], said
    # Figures of a quick run mean nothing, but a count of faults does.
    assert status == (0 if all(verdict == "PASS" for *_rest, verdict in results) else 1)
    if kind == "drill":
        assert status == 0, said
