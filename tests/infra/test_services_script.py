"""scripts/services: ports, folders that system users may enter, and a server that really starts and stops."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from devservices import state as state_module
from devservices import system
from devservices.cli import main
from devservices.redis import Redis
from devservices.state import State, can_be_entered, data_root

from tests.paths import ROOT


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """Like a clone under /root or in `mktemp -d`: nobody else may enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o700)
        yield folder / "services"


@pytest.fixture
def open_folder(closed_folder: Path) -> Path:
    closed_folder.parent.chmod(0o755)
    return closed_folder


def test_the_usual_port_is_taken_when_free_and_another_when_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert system.pick_port(taken) != taken
    assert system.pick_port(taken) == taken
    assert system.pick_port(0) > 0


def test_a_closed_folder_is_recognised(closed_folder: Path) -> None:
    assert not can_be_entered(closed_folder)
    closed_folder.parent.chmod(0o755)
    assert can_be_entered(closed_folder)


def test_root_moves_the_servers_out_of_a_closed_folder(closed_folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(state_module, "is_root", lambda: True)
    root = data_root(closed_folder)
    assert root != closed_folder
    assert can_be_entered(root)
    assert data_root(closed_folder) == root, "the next call must find the same servers"
    assert data_root(closed_folder / "other") != root


def test_other_people_run_the_servers_themselves_where_they_are(closed_folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(state_module, "is_root", lambda: False)
    assert data_root(closed_folder) == closed_folder


def test_without_root_the_missing_packages_are_named(monkeypatch) -> None:
    monkeypatch.setattr(system, "is_root", lambda: False)
    with pytest.raises(system.ServiceError, match="apt-get install one two"):
        system.install("one", "two")


def test_a_failing_command_shows_what_it_printed() -> None:
    with pytest.raises(system.ServiceError, match=r"failed with 3:\nwhy it failed"):
        system.run(["sh", "-c", "echo why it failed; exit 3"])


def test_a_hiccup_is_tried_again_and_a_lasting_failure_is_told(monkeypatch) -> None:
    monkeypatch.setattr(system.time, "sleep", lambda _seconds: None)
    answers: list[system.ServiceError | None] = [system.ServiceError("hiccup"), None]

    def action() -> None:
        if error := answers.pop(0):
            raise error

    system.retrying(action, "mirror")
    assert answers == []

    answers.extend([system.ServiceError("down")] * system.ATTEMPTS)
    with pytest.raises(system.ServiceError, match="down"):
        system.retrying(action, "mirror")


def test_a_broken_state_file_counts_as_none(open_folder: Path) -> None:
    state = State(open_folder)
    state.remember("redis", 1234)
    assert State(open_folder).port("redis") == 1234
    state.file.write_text("{broken")
    assert State(open_folder).port("redis") == 0


def test_a_process_id_used_again_by_another_program_does_not_count() -> None:
    assert system.pid_runs(os.getpid(), "python")
    assert not system.pid_runs(
        os.getpid(), "no-such-server"
    )  # "not elasticsearch" may stand on pytest's own line
    assert not system.pid_runs(2**22 + 1, "python")


@pytest.mark.redis
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_redis_starts_answers_and_stops(closed_folder: Path, mode: int, monkeypatch, capsys) -> None:
    closed_folder.parent.chmod(mode)
    monkeypatch.setenv("PORTAL_SERVICES_DIR", str(closed_folder))
    monkeypatch.setenv("PORTAL_REDIS_PORT", "0")
    try:
        assert main(["status", "redis"]) == 1
        assert main(["up", "redis"]) == 0
        port = State(closed_folder).port("redis")
        capsys.readouterr()
        assert main(["up", "redis"]) == 0
        assert "starting" not in capsys.readouterr().err, "a second `up` changes nothing"
        assert State(closed_folder).port("redis") == port
        assert main(["env", "redis"]) == 0
        assert capsys.readouterr().out == f"export REDIS_URL=redis://127.0.0.1:{port}/0\n"
    finally:
        assert main(["purge", "redis"]) == 0
    assert main(["status", "redis"]) == 1
    assert not Redis(State(closed_folder)).home.exists()


def test_env_prints_nothing_for_a_server_that_is_down(open_folder: Path) -> None:
    done = subprocess.run(
        [ROOT / "scripts/services", "env"],
        env=os.environ | {"PORTAL_SERVICES_DIR": str(open_folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    assert done.returncode == 1
