"""scripts/venv installs once for each pair of requirement lists, with hashes."""

from __future__ import annotations

import pytest

from tests.support.script_copy import ScriptCopy


@pytest.fixture(autouse=True)
def _tools(copy: ScriptCopy) -> None:
    copy.take("venv")
    (copy.folder / "requirements.txt").write_text("django==5.2\n")
    (copy.folder / "requirements-dev.txt").write_text("pytest==8\n")
    copy.stub(".venv/bin/python")


def installs(copy: ScriptCopy) -> list[str]:
    return [call for call in copy.called() if "pip install" in call]


def test_second_call_installs_nothing(copy: ScriptCopy) -> None:
    assert copy.run("venv", "runtime").returncode == 0
    assert copy.run("venv", "runtime").returncode == 0
    (install,) = installs(copy)
    assert "--require-hashes -r requirements.txt" in install
    assert "requirements-dev.txt" not in install


def test_changed_list_installs_again(copy: ScriptCopy) -> None:
    copy.run("venv", "runtime")
    (copy.folder / "requirements.txt").write_text("django==5.3\n")
    copy.run("venv", "runtime")
    assert len(installs(copy)) == 2


def test_development_environment_includes_the_runtime_one(copy: ScriptCopy) -> None:
    copy.run("venv", "dev")
    copy.run("venv", "runtime")
    (install,) = installs(copy)
    assert "-r requirements.txt -r requirements-dev.txt" in install


def test_runtime_environment_does_not_include_the_development_one(copy: ScriptCopy) -> None:
    copy.run("venv", "runtime")
    copy.run("venv", "dev")
    assert len(installs(copy)) == 2


def test_old_python_is_refused(copy: ScriptCopy) -> None:
    copy.stub("old", '[ "$1" = -V ] && echo Python 3.9; exit 1')
    done = copy.run("venv", "runtime", PYTHON=str(copy.folder / "old"))
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed" in done.stderr
    assert installs(copy) == []
