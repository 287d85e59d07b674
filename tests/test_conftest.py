"""The rules of tests/conftest.py and pytest's configuration; each test fails without its rule."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import translation
from django.utils.translation import gettext
from pytest_socket import SocketConnectBlockedError

from tests.paths import ROOT


def run_pytest(tmp_path: Path, body: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a separate pytest session over one module with this repository's configuration."""
    module = tmp_path / "test_sample.py"
    module.write_text(f"import pytest\n{body}")
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTEST", "DATABASE", "REQUIRE"))
    }
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c"]
    command += [str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(module)]
    return subprocess.run(
        command, cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_other_hosts_cannot_be_reached() -> None:
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_local_host_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()[:2], timeout=1).close()


def test_warning_is_an_error() -> None:
    with pytest.raises(UserWarning, match="on purpose"):
        warnings.warn("on purpose", UserWarning, stacklevel=1)


@pytest.mark.parametrize("_round", [1, 2])
def test_active_language_is_reset_between_tests(_round: int) -> None:
    assert translation.get_language() == "vi"
    translation.activate("en")


@pytest.mark.parametrize("_round", [1, 2])
def test_cache_is_emptied_between_tests(_round: int) -> None:
    assert cache.get("left-over") is None
    cache.set("left-over", "yes")


def test_collected_tests_are_left_out_of_garbage_collections() -> None:
    assert gc.isenabled()
    assert gc.get_freeze_count() > 10_000


def test_catalogues_are_compiled() -> None:
    assert gettext("Provincial People's Committee") == "Ủy ban nhân dân tỉnh"


def test_each_worker_has_its_own_index_prefix(settings, worker: str) -> None:
    assert worker in settings.ELASTICSEARCH_INDEX_PREFIX


SKIPPED = """
@pytest.mark.postgres
def test_needs_postgres():
    assert True

def test_own_reason():
    pytest.skip("for another reason")

def test_data():
    pytest.skip("the shared data folder is absent: /nowhere")
"""


def test_missing_service_skips_a_test_and_states_why(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, SKIPPED)
    assert done.returncode == 0, done.stdout
    assert "3 skipped" in done.stdout
    assert "DATABASE_URL does not name PostgreSQL" in done.stdout


def test_required_services_turn_skips_into_failures_except_for_absent_data(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, SKIPPED, REQUIRE_SERVICES="1")
    assert done.returncode == 1
    assert "1 failed, 1 skipped, 1 error" in done.stdout
    assert "REQUIRE_SERVICES is set, but DATABASE_URL does not name PostgreSQL" in done.stdout
    assert "REQUIRE_SERVICES is set, but the test was skipped" in done.stdout


def test_unknown_marker_is_refused(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, "@pytest.mark.postgress\ndef test_one():\n    assert True\n")
    assert done.returncode != 0
    assert "'postgress' not found in `markers`" in done.stdout


def test_order_is_random(tmp_path: Path) -> None:
    body = "\n".join(f"def test_{number}():\n    assert True" for number in range(12))
    orders = []
    for seed in ("1", "2"):
        done = run_pytest(tmp_path, body, PYTEST_ADDOPTS=f"-v --randomly-seed={seed}")
        orders.append([line for line in done.stdout.splitlines() if "PASSED" in line])
    assert len(orders[0]) == 12
    assert [line.split()[0] for line in orders[0]] != [line.split()[0] for line in orders[1]]


def test_second_run_takes_one_case_of_each_test_that_uses_only_the_database(tmp_path: Path) -> None:
    body = """
@pytest.mark.django_db
def test_marked():
    assert True

@pytest.fixture
def rows(db):
    return db

def test_by_fixture(rows):
    assert True

def test_without():
    assert False

@pytest.mark.parametrize("number", [1, 2, 3])
def test_cases(db, number):
    assert True

@pytest.mark.parametrize("engine", ["database", pytest.param("elastic", marks=pytest.mark.elasticsearch)])
def test_engines(db, engine):
    assert engine == "database"

@pytest.mark.browser
def test_needs_more(db):
    assert False

@pytest.mark.one_database
def test_repeats(db):
    assert False
"""
    # Running them would take 200 migrations, since a plug-in does not replace the fixtures of pytest-django.
    done = run_pytest(tmp_path, body, PYTEST_ADDOPTS="--database-only --collect-only -q")
    chosen = [line.split("::")[1] for line in done.stdout.splitlines() if "::" in line]
    assert sorted(name.partition("[")[0] for name in chosen) == [
        "test_by_fixture", "test_cases", "test_engines", "test_marked",
    ], done.stdout  # fmt: skip
    assert "test_engines[database]" in chosen
    assert "4/10 tests collected (6 deselected)" in done.stdout


def test_long_tests_start_first(tmp_path: Path) -> None:
    body = """
def test_short():
    assert True

@pytest.mark.browser
def test_long():
    assert True
"""
    for seed in ("1", "2"):
        done = run_pytest(tmp_path, body, PYTEST_ADDOPTS=f"-v --randomly-seed={seed}")
        ran = [line.split("::")[1].split()[0] for line in done.stdout.splitlines() if "PASSED" in line]
        assert ran == ["test_long", "test_short"]
