"""The verbs of scripts/services, with a stand-in for a server."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from devservices import cli
from devservices.state import State, state_dir

from tests.paths import ROOT


def test_up_installs_and_launches_once_and_prepares_each_time(fake_server, capsys) -> None:
    assert cli.main(["up"]) == 0
    assert fake_server.calls == ["install", "launch", "prepare"]
    assert cli.main(["up"]) == 0
    assert fake_server.calls == ["install", "launch", "prepare", "prepare"]
    assert "fake://127.0.0.1:" in capsys.readouterr().err


def test_down_stops_only_a_running_server(fake_server) -> None:
    assert cli.main(["down"]) == 0
    assert fake_server.calls == []
    cli.main(["up"])
    assert cli.main(["down"]) == 0
    assert fake_server.calls[-1] == "stop"
    assert cli.main(["status"]) == 1


def test_purge_removes_the_files(fake_server) -> None:
    cli.main(["up"])
    home = fake_server(State(state_dir())).home
    home.mkdir(parents=True)
    assert cli.main(["purge"]) == 0
    assert not home.exists()


def test_env_prints_exports_for_a_shell(fake_server, capsys) -> None:
    cli.main(["up"])
    port = State(state_dir()).port("fake")
    capsys.readouterr()
    assert cli.main(["env"]) == 0
    assert capsys.readouterr().out == f"export FAKE_URL=fake://127.0.0.1:{port}\n"


def test_env_prints_nothing_for_a_stopped_server(open_folder: Path) -> None:
    done = subprocess.run(
        [ROOT / "scripts/services", "env"],
        env=os.environ | {"PORTAL_SERVICES_DIR": str(open_folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    assert done.returncode == 1


def test_server_that_does_not_start_is_reported_with_its_folder(fake_server, capsys, monkeypatch) -> None:
    monkeypatch.setattr(fake_server, "broken", True)
    assert cli.main(["up"]) == 2
    output = capsys.readouterr().err
    assert "did not answer" in output
    assert str(fake_server(State(state_dir())).home) in output


@pytest.mark.parametrize("arguments", [[], ["dance"], ["up", "piano"]])
def test_unknown_arguments_are_refused(fake_server, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert fake_server.calls == []
