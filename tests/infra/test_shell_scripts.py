"""What the shell scripts decide, with stand-ins for the tools they call."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT

ADDRESSES = {"DATABASE_URL": "postgres://x", "REDIS_URL": "redis://x", "ELASTICSEARCH_URL": "http://x"}


class Copy:
    """The scripts in a folder of their own; `stub(name, body)` puts something in the place of a tool."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        self.bin = folder / ".venv" / "bin"
        self.bin.mkdir(parents=True)
        (folder / "scripts").mkdir()

    def take(self, *names: str) -> None:
        for name in names:
            shutil.copy(ROOT / "scripts" / name, self.folder / "scripts" / name)

    def stub(self, name: str, body: str = "exit 0") -> None:
        path = self.folder / name
        path.write_text(f'#!/bin/bash\necho "{Path(name).name} $*" >> {self.calls}\n{body}\n')
        path.chmod(0o755)

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "scripts" / script, *arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **environment},
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def called(self) -> list[str]:
        return self.calls.read_text().splitlines() if self.calls.exists() else []


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


class TestLint:
    @pytest.fixture(autouse=True)
    def _tools(self, copy: Copy) -> None:
        copy.take("lint")
        for tool in ("ruff", "mypy", "djlint", "lint-imports", "python"):
            copy.stub(f".venv/bin/{tool}")
        copy.stub("scripts/messages")

    def test_runs_everything_and_says_so(self, copy: Copy) -> None:
        done = copy.run("lint")
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "lint: all clean")
        ran = " ".join(copy.called())
        for tool in (
            "ruff check",
            "ruff format",
            "mypy",
            "djlint",
            "lint-imports",
            "makemigrations",
            "check_house.py",
        ):
            assert tool in ran
        assert "messages --check" in ran

    def test_one_that_fails_stops_none_of_the_others(self, copy: Copy) -> None:
        everything = len(copy.run("lint").stdout.splitlines())
        whole = copy.called()
        copy.calls.unlink()
        copy.stub(".venv/bin/ruff", "exit 1")
        copy.stub("scripts/messages", "exit 1")
        done = copy.run("lint")
        assert done.returncode == 1
        assert copy.called() == whole
        assert {"lint failed: ruff check", "lint failed: message catalogues"} <= set(done.stdout.splitlines())
        assert len(done.stdout.splitlines()) > everything


class TestTest:
    """Which runs there are; the closing lines come last."""

    PYTEST = 'echo "===== 3 passed in 0.10s ====="'

    @pytest.fixture(autouse=True)
    def _tools(self, copy: Copy) -> None:
        copy.take("test")
        copy.stub("scripts/venv")
        copy.stub("scripts/services", "exit 1")
        copy.stub("scripts/chromium")
        copy.stub(".venv/bin/python", self.PYTEST)

    def runs(self, copy: Copy) -> list[str]:
        return [call for call in copy.called() if call.startswith("python")]

    def test_without_servers_there_is_one_run_on_sqlite(self, copy: Copy) -> None:
        done = copy.run("test", "tests/core")
        assert done.returncode == 0
        (only,) = self.runs(copy)
        assert only.endswith("tests/core")
        assert "not postgres" not in only, "the tests that need a server say why they skip"
        assert done.stdout.splitlines()[-1] == "sqlite: ===== 3 passed in 0.10s ====="

    def test_servers_given_from_outside_make_two(self, copy: Copy) -> None:
        done = copy.run("test", **ADDRESSES)
        assert len(self.runs(copy)) == 2
        assert "not postgres and not elasticsearch and not redis and not browser" in self.runs(copy)[1]
        assert [line.split(":")[0] for line in done.stdout.splitlines()[-2:]] == ["services", "sqlite"]
        assert not [call for call in copy.called() if call.startswith("services up")]

    def test_servers_that_are_required_are_started(self, copy: Copy) -> None:
        exports = " ".join(f"{name}={value}" for name, value in ADDRESSES.items())
        copy.stub("scripts/services", f'[ "$1" = env ] && echo export {exports}; exit 0')
        copy.run("test", REQUIRE_SERVICES="1")
        assert copy.called()[:4] == ["venv dev", "services up", "chromium ", "services env"]
        assert len(self.runs(copy)) == 2

    def test_servers_that_are_required_and_do_not_start_are_a_failure(self, copy: Copy) -> None:
        done = copy.run("test", REQUIRE_SERVICES="1")
        assert done.returncode == 1
        assert self.runs(copy) == []

    def test_a_failing_run_fails_the_whole_and_hides_no_other(self, copy: Copy) -> None:
        copy.stub(".venv/bin/python", 'echo "===== 1 failed in 0.1s ====="; [[ "$*" == *"not postgres"* ]]')
        done = copy.run("test", **ADDRESSES)
        assert done.returncode == 1
        assert len(self.runs(copy)) == 2

    def test_an_environment_that_cannot_be_made_ends_it(self, copy: Copy) -> None:
        copy.stub("scripts/venv", "exit 2")
        assert copy.run("test").returncode == 1
        assert self.runs(copy) == []


class TestVenv:
    """A virtual environment is made once for each pair of lists, and only with hashes."""

    @pytest.fixture(autouse=True)
    def _tools(self, copy: Copy) -> None:
        copy.take("venv")
        (copy.folder / "requirements.txt").write_text("django==5.2\n")
        (copy.folder / "requirements-dev.txt").write_text("pytest==8\n")
        copy.stub(".venv/bin/python")

    def installs(self, copy: Copy) -> list[str]:
        return [call for call in copy.called() if "pip install" in call]

    def test_twice_is_once(self, copy: Copy) -> None:
        assert copy.run("venv", "runtime").returncode == 0
        assert copy.run("venv", "runtime").returncode == 0
        (install,) = self.installs(copy)
        assert "--require-hashes -r requirements.txt" in install
        assert "requirements-dev.txt" not in install

    def test_a_changed_list_makes_it_anew(self, copy: Copy) -> None:
        copy.run("venv", "runtime")
        (copy.folder / "requirements.txt").write_text("django==5.3\n")
        copy.run("venv", "runtime")
        assert len(self.installs(copy)) == 2

    def test_the_full_one_serves_the_smaller_need(self, copy: Copy) -> None:
        copy.run("venv", "dev")
        copy.run("venv", "runtime")
        (install,) = self.installs(copy)
        assert "-r requirements.txt -r requirements-dev.txt" in install

    def test_the_smaller_one_does_not_serve_the_full_need(self, copy: Copy) -> None:
        copy.run("venv", "runtime")
        copy.run("venv", "dev")
        assert len(self.installs(copy)) == 2

    def test_an_old_python_is_refused_by_name(self, copy: Copy) -> None:
        copy.stub("old", '[ "$1" = -V ] && echo Python 3.9; exit 1')
        done = copy.run("venv", "runtime", PYTHON=str(copy.folder / "old"))
        assert done.returncode == 2
        assert "Python 3.11 or newer is needed" in done.stderr
        assert self.installs(copy) == []


class TestImportData:
    def test_a_folder_that_is_not_there_is_named(self, copy: Copy) -> None:
        copy.take("import_data")
        copy.stub(".venv/bin/python")
        done = copy.run("import_data", "/nowhere")
        assert done.returncode == 2
        assert "no folder /nowhere/camau" in done.stderr
        assert copy.called() == []

    def test_the_list_comes_before_the_texts(self, copy: Copy) -> None:
        copy.take("import_data")
        copy.stub(".venv/bin/python")
        (copy.folder / "data" / "camau").mkdir(parents=True)
        assert copy.run("import_data", str(copy.folder / "data")).returncode == 0
        steps = [call.split()[1:3] for call in copy.called()]
        assert [step[0] for step in steps] == ["scripts/compile_messages.py", *["manage.py"] * 3]
        assert [step[1] for step in steps[1:]] == ["migrate", "import_procedures", "import_procedures"]
        assert "csv" in copy.called()[2]

    def test_a_failure_stops_the_rest(self, copy: Copy) -> None:
        copy.take("import_data")
        copy.stub(".venv/bin/python", '[ "$2" != migrate ]')
        (copy.folder / "data" / "camau").mkdir(parents=True)
        assert copy.run("import_data", str(copy.folder / "data")).returncode != 0
        assert len(copy.called()) == 2


class TestWithServices:
    def test_the_command_gets_the_addresses_and_its_exit_code_counts(self, copy: Copy) -> None:
        copy.take("with_services")
        copy.stub("scripts/services", '[ "$1" = env ] && echo export REDIS_URL=redis://here; exit 0')
        done = copy.run("with_services", "bash", "-c", "echo $REDIS_URL; exit 7")
        assert (done.returncode, done.stdout) == (7, "redis://here\n")

    def test_without_servers_nothing_is_run(self, copy: Copy) -> None:
        copy.take("with_services")
        copy.stub("scripts/services", "exit 1")
        done = copy.run("with_services", "echo", "ran")
        assert done.returncode != 0
        assert done.stdout == ""


@pytest.mark.parametrize(
    "script",
    [path.name for path in sorted((ROOT / "scripts").iterdir()) if path.is_file() and not path.suffix],
)
def test_every_script_is_executable_and_says_what_it_is_for(script: str) -> None:
    path = ROOT / "scripts" / script
    first, second = path.read_text().splitlines()[:2]
    assert first.startswith("#!/usr/bin/env ")
    assert os.access(path, os.X_OK)
    assert second.startswith(("#", '"""'))
    if "bash" in first:
        assert subprocess.run(["bash", "-n", path], check=False).returncode == 0
