"""scripts/node_tools installs ESLint and stylelint once for each lock file."""

from __future__ import annotations

import json

import pytest

from tests.paths import ROOT
from tests.support.script_copy import ScriptCopy

# A stand-in for the network: `npm ci` creates the folder, and retries do not wait.
NPM = '[ "$1" = ci ] && mkdir -p node_modules; [ "$1" = config ] && echo https://registry.example; exit 0'


@pytest.fixture(autouse=True)
def _tools(copy: ScriptCopy) -> None:
    copy.take("node_tools")
    (copy.folder / "package-lock.json").write_text("{}")
    copy.stub("bin/npm", NPM)
    copy.stub("bin/node")
    copy.stub("bin/sleep")


def run(copy: ScriptCopy) -> tuple[int, str]:
    done = copy.run("node_tools", PATH=f"{copy.folder}/bin:/usr/bin:/bin")
    return done.returncode, done.stderr


def installs(copy: ScriptCopy) -> int:
    return sum(call.startswith("npm ci ") for call in copy.called())


def test_second_run_installs_nothing(copy: ScriptCopy) -> None:
    assert run(copy)[0] == 0
    assert run(copy)[0] == 0
    assert installs(copy) == 1


def test_changed_lock_file_installs_again(copy: ScriptCopy) -> None:
    run(copy)
    (copy.folder / "package-lock.json").write_text('{"lockfileVersion": 3}')
    run(copy)
    assert installs(copy) == 2


def test_unreachable_registry_is_a_failure_that_names_it(copy: ScriptCopy) -> None:
    copy.stub("bin/npm", '[ "$1" = config ] && echo https://registry.example && exit 0; exit 1')
    status, output = run(copy)
    assert status == 2
    assert installs(copy) == 3
    assert "could not be installed" in output
    assert "https://registry.example" in output
    assert not (copy.folder / "node_modules" / ".lock").exists()


def test_versions_are_exact_and_locked() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert {"eslint", "stylelint"} <= wanted.keys()
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
