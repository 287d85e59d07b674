"""scripts/test decides how often the suite runs and prints the summary lines last."""

from __future__ import annotations

import pytest

from tests.support.script_copy import ScriptCopy

ADDRESSES = {
    "DATABASE_URL": "postgres://x",
    "REDIS_URL": "redis://x",
    "ELASTICSEARCH_URL": "http://x",
    "CLAMAV_ADDRESS": "127.0.0.1:1",
}


@pytest.fixture(autouse=True)
def _tools(copy: ScriptCopy) -> None:
    copy.take("test")
    copy.stub("scripts/venv")
    copy.stub("scripts/services", "exit 1")
    copy.stub("scripts/chromium")
    copy.stub(".venv/bin/python", 'echo "===== 3 passed in 0.10s ====="')


def runs(copy: ScriptCopy) -> list[str]:
    return [call for call in copy.called() if call.startswith("python -m pytest")]


def test_without_servers_the_suite_runs_once_on_sqlite(copy: ScriptCopy) -> None:
    done = copy.run("test", "tests/core")
    assert done.returncode == 0
    (only,) = runs(copy)
    assert only.endswith("tests/core")
    assert "not postgres" not in only, "tests that need a server are skipped with their reason"
    assert done.stdout.splitlines()[-1] == "sqlite: ===== 3 passed in 0.10s ====="


def test_given_servers_lead_to_two_runs(copy: ScriptCopy) -> None:
    done = copy.run("test", **ADDRESSES)
    assert len(runs(copy)) == 2
    assert "--database-only" not in runs(copy)[0]
    assert "--database-only" in runs(copy)[1]
    assert [line.split(":")[0] for line in done.stdout.splitlines()[-2:]] == ["services", "sqlite"]
    assert not [call for call in copy.called() if call.startswith("services up")]


def test_required_servers_are_started(copy: ScriptCopy) -> None:
    exports = " ".join(f"{name}={value}" for name, value in ADDRESSES.items())
    copy.stub("scripts/services", f'[ "$1" = env ] && echo export {exports}; exit 0')
    copy.run("test", REQUIRE_SERVICES="1")
    compiled = "python scripts/compile_messages.py"  # before Django is loaded
    assert copy.called()[:5] == ["venv dev", compiled, "services up", "chromium ", "services env"]
    assert len(runs(copy)) == 2


def test_required_servers_that_do_not_start_are_a_failure(copy: ScriptCopy) -> None:
    done = copy.run("test", REQUIRE_SERVICES="1")
    assert done.returncode == 1
    assert runs(copy) == []


def test_failing_run_does_not_stop_the_other(copy: ScriptCopy) -> None:
    copy.stub(
        ".venv/bin/python",
        'echo "===== 1 failed in 0.1s ====="; [[ "$*" == *compile* || "$*" == *"not postgres"* ]]',
    )
    done = copy.run("test", **ADDRESSES)
    assert done.returncode == 1
    assert len(runs(copy)) == 2


def test_failing_environment_ends_the_run(copy: ScriptCopy) -> None:
    copy.stub("scripts/venv", "exit 2")
    assert copy.run("test").returncode == 1
    assert runs(copy) == []


def test_bytecode_is_kept_for_the_next_run(copy: ScriptCopy) -> None:
    copy.stub(
        ".venv/bin/python", 'echo "bytecode: ${PYTHONDONTWRITEBYTECODE-kept} ===== 3 passed in 0.10s ====="'
    )
    done = copy.run("test", PYTHONDONTWRITEBYTECODE="1")
    assert "bytecode: kept" in done.stdout
    assert "bytecode: 1" not in done.stdout
