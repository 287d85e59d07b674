"""Ports, packages, commands and processes of the machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from devservices import system
from devservices.system import ServiceError, wait_until


def test_usual_port_is_picked_when_free_and_another_when_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        occupied = server.getsockname()[1]
        assert system.pick_port(occupied) != occupied
    assert system.pick_port(occupied) == occupied
    assert system.pick_port(0) > 0


class TestInstall:
    def test_missing_packages_are_named_without_root(self, monkeypatch) -> None:
        monkeypatch.setattr(system, "is_root", lambda: False)
        with pytest.raises(ServiceError, match="apt-get install one two"):
            system.install("one", "two")

    def test_command_line_reports_missing_packages(self, monkeypatch, capsys) -> None:
        monkeypatch.setattr(system, "is_root", lambda: False)
        assert system.main(["one"]) == 2
        assert "missing: one" in capsys.readouterr().err

    def test_temporary_failure_is_retried_and_a_lasting_one_raised(self, monkeypatch) -> None:
        monkeypatch.setattr(system.time, "sleep", lambda _seconds: None)
        answers: list[ServiceError | None] = [ServiceError("hiccup"), None]

        def action() -> None:
            if error := answers.pop(0):
                raise error

        system.retrying(action, "mirror")
        assert answers == []

        answers.extend([ServiceError("down")] * system.ATTEMPTS)
        with pytest.raises(ServiceError, match="down"):
            system.retrying(action, "mirror")


class TestWaitUntil:
    def test_returns_as_soon_as_the_check_holds(self) -> None:
        ready = threading.Event()
        threading.Timer(0.05, ready.set).start()
        wait_until(ready.is_set, 30, "the event")

    def test_error_names_what_did_not_answer(self) -> None:
        with pytest.raises(ServiceError, match="the moon did not answer within 0 s"):
            wait_until(lambda: False, 0.05, "the moon")


class TestRun:
    def test_command_runs_in_the_root_folder_without_input(self, capfd) -> None:
        code = "import os, sys; print(os.getcwd(), repr(sys.stdin.read()), os.environ['LAMP'])"
        assert system.run([sys.executable, "-c", code], env={"LAMP": "on"}) == "/ '' on\n"
        assert capfd.readouterr().out == "", "standard output is reserved for `env`"

    def test_failure_shows_the_output(self) -> None:
        with pytest.raises(ServiceError, match=r"failed with 3:\nwhy it failed"):
            system.run(["sh", "-c", "echo why it failed; exit 3"])

    def test_log_file_is_removed(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        system.run(["true"])
        with pytest.raises(ServiceError):
            system.run(["false"])
        assert list(tmp_path.iterdir()) == []

    def test_daemon_that_keeps_the_output_open_does_not_block(self) -> None:
        daemon = int(system.run(["sh", "-c", "sleep 20 & echo $!"]))
        os.kill(daemon, signal.SIGKILL)


class TestPidRuns:
    def test_process_is_identified_by_id_and_command_line(self) -> None:
        with subprocess.Popen(["sleep", "20"]) as sleeper:
            try:  # the command line of a process that has just started may still be empty
                wait_until(lambda: system.pid_runs(sleeper.pid, "sleep"), 10, "sleep")
                assert not system.pid_runs(sleeper.pid, "redis")
            finally:
                sleeper.kill()
        assert not system.pid_runs(sleeper.pid, "sleep")

    def test_id_reused_by_another_program_does_not_count(self) -> None:
        assert system.pid_runs(os.getpid(), "python")
        # The name of a real server may be in pytest's own command line ("not elasticsearch").
        assert not system.pid_runs(os.getpid(), "no-such-server")
        assert not system.pid_runs(2**22 + 1, "python")


def test_root_is_effective_user_zero() -> None:
    assert system.is_root() == (os.geteuid() == 0)
