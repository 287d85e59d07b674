"""scripts/lint runs every check and reports each failure."""

from __future__ import annotations

import pytest

from tests.support.script_copy import ScriptCopy


@pytest.fixture(autouse=True)
def _tools(copy: ScriptCopy) -> None:
    copy.take("lint")
    for tool in ("ruff", "mypy", "djlint", "lint-imports", "python"):
        copy.stub(f".venv/bin/{tool}")
    for tool in ("eslint", "stylelint"):
        copy.stub(f"node_modules/.bin/{tool}")
    copy.stub("scripts/messages")
    copy.stub("scripts/node_tools")
    for folder in ("templates", "core/templates", "forms_app/builder/templates", "tests/home/templates"):
        (copy.folder / folder).mkdir(parents=True)


def test_every_check_runs(copy: ScriptCopy) -> None:
    done = copy.run("lint")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "lint: all clean")
    ran = " ".join(copy.called())
    for tool in (
        "ruff check",
        "ruff format",
        "mypy",
        "eslint",
        "stylelint",
        "lint-imports",
        "makemigrations",
        "check_files.py",
        "messages --check",
    ):
        assert tool in ran


def test_templates_of_all_apps_are_checked(copy: ScriptCopy) -> None:
    copy.run("lint")
    (djlint,) = [call for call in copy.called() if call.startswith("djlint")]
    assert "templates core/templates forms_app/builder/templates --lint" in djlint
    assert "tests/" not in djlint


def test_failing_check_does_not_stop_the_others(copy: ScriptCopy) -> None:
    lines = len(copy.run("lint").stdout.splitlines())
    all_calls = copy.called()
    copy.calls.unlink()
    copy.stub(".venv/bin/ruff", "exit 1")
    copy.stub("scripts/messages", "exit 1")
    done = copy.run("lint")
    assert done.returncode == 1
    assert copy.called() == all_calls
    assert {"lint failed: ruff check", "lint failed: message catalogues"} <= set(done.stdout.splitlines())
    assert len(done.stdout.splitlines()) > lines


def test_missing_node_tools_are_a_failure(copy: ScriptCopy) -> None:
    copy.stub("scripts/node_tools", "exit 2")
    done = copy.run("lint")
    assert done.returncode == 1
    assert "lint failed: eslint and stylelint: not checked, see above" in done.stdout.splitlines()
    assert not [call for call in copy.called() if "eslint" in call]
