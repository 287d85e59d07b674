"""What scripts/services decides, with a server that is only a lamp."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from devservices import cli, system
from devservices.base import Service
from devservices.state import State, state_dir
from devservices.system import ServiceError, wait_until


class Lamp(Service):
    """On or off; what was done to it stands in `done`."""

    name, variable, usual_port, start_seconds = "lamp", "LAMP_URL", 0, 0.3
    lit: bool = False
    broken: bool = False
    done: list[str] = []

    @property
    def url(self) -> str:
        return f"lamp://127.0.0.1:{self.port}"

    def install(self) -> None:
        self.done.append("install")

    def launch(self) -> None:
        self.done.append("launch")
        type(self).lit = not self.broken

    def process_runs(self) -> bool:
        return type(self).lit

    def answers(self) -> bool:
        return type(self).lit

    def stop(self) -> None:
        self.done.append("stop")
        type(self).lit = False

    def prepare(self) -> None:
        self.done.append("prepare")


@pytest.fixture
def lamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> type[Lamp]:
    class Own(Lamp):
        done: list[str] = []

    monkeypatch.setattr(cli, "SERVICES", {"lamp": Own})
    monkeypatch.setenv("PORTAL_SERVICES_DIR", str(tmp_path / "services"))
    monkeypatch.delenv("PORTAL_LAMP_PORT", raising=False)
    return Own


class TestVerbs:
    def test_up_installs_launches_and_prepares_once(self, lamp, capsys):
        assert cli.main(["up"]) == 0
        assert lamp.done == ["install", "launch", "prepare"]
        assert cli.main(["up"]) == 0
        assert lamp.done == ["install", "launch", "prepare", "prepare"], (
            "preparing is idempotent, launching is not"
        )
        assert "lamp://127.0.0.1:" in capsys.readouterr().err

    def test_down_stops_what_runs_and_nothing_else(self, lamp):
        assert cli.main(["down"]) == 0
        assert lamp.done == []
        cli.main(["up"])
        assert cli.main(["down"]) == 0
        assert lamp.done[-1] == "stop"
        assert cli.main(["status"]) == 1

    def test_purge_forgets_the_files(self, lamp):
        cli.main(["up"])
        home = lamp(State(state_dir())).home
        home.mkdir(parents=True)
        assert cli.main(["purge"]) == 0
        assert not home.exists()

    def test_env_is_what_a_shell_can_evaluate(self, lamp, capsys):
        cli.main(["up"])
        port = State(state_dir()).port("lamp")
        capsys.readouterr()
        assert cli.main(["env"]) == 0
        assert capsys.readouterr().out == f"export LAMP_URL=lamp://127.0.0.1:{port}\n"

    def test_a_server_that_does_not_come_up_is_told_with_its_folder(self, lamp, capsys, monkeypatch):
        monkeypatch.setattr(lamp, "broken", True)
        assert cli.main(["up"]) == 2
        told = capsys.readouterr().err
        assert "did not answer" in told
        assert str(lamp(State(state_dir())).home) in told

    @pytest.mark.parametrize("arguments", [[], ["dance"], ["up", "piano"]])
    def test_unknown_words_are_refused(self, lamp, arguments):
        with pytest.raises(SystemExit) as caught:
            cli.main(arguments)
        assert caught.value.code == 2
        assert lamp.done == []


class TestPort:
    def test_is_remembered_between_calls(self, lamp):
        cli.main(["up"])
        port = State(state_dir()).port("lamp")
        cli.main(["down"])
        cli.main(["up"])
        assert State(state_dir()).port("lamp") == port > 0

    def test_is_the_one_asked_for(self, lamp, monkeypatch):
        free = system.pick_port(0)
        monkeypatch.setenv("PORTAL_LAMP_PORT", str(free))
        cli.main(["up"])
        assert State(state_dir()).port("lamp") == free

    def test_of_one_service_does_not_touch_that_of_another(self, tmp_path):
        state = State(tmp_path)
        state.remember("redis", 1)
        state.remember("postgres", 2)
        assert json.loads(state.file.read_text()) == {"redis": 1, "postgres": 2}
        assert state.port("elasticsearch") == 0


class TestState:
    def test_two_calls_at_once_wait_for_each_other(self, tmp_path):
        state = State(tmp_path)
        with state.locked(), (tmp_path / "lock").open("w") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with (tmp_path / "lock").open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def test_the_folder_may_be_named_from_outside(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PORTAL_SERVICES_DIR", str(tmp_path / "x" / ".." / "y"))
        assert state_dir() == tmp_path / "y"


class TestWaiting:
    def test_ends_as_soon_as_it_holds(self):
        ready = threading.Event()
        threading.Timer(0.05, ready.set).start()
        wait_until(ready.is_set, 30, "the event")

    def test_gives_up_and_says_for_what(self):
        with pytest.raises(ServiceError, match="the moon did not answer within 0 s"):
            wait_until(lambda: False, 0.05, "the moon")


class TestCommands:
    def test_run_from_nowhere_with_no_input(self, capfd):
        code = "import os, sys; print(os.getcwd(), repr(sys.stdin.read()), os.environ['LAMP'])"
        assert system.run([sys.executable, "-c", code], env={"LAMP": "on"}) == "/ '' on\n"
        assert capfd.readouterr().out == "", "standard output is kept for env"

    def test_leave_no_log_behind(self, tmp_path, monkeypatch):
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        system.run(["true"])
        with pytest.raises(ServiceError):
            system.run(["false"])
        assert list(tmp_path.iterdir()) == []

    def test_a_daemon_that_keeps_our_output_holds_nobody_up(self):
        daemon = int(system.run(["sh", "-c", "sleep 20 & echo $!"]))
        os.kill(daemon, signal.SIGKILL)

    def test_a_process_is_known_by_id_and_name(self):
        with subprocess.Popen(["sleep", "20"]) as sleeper:
            try:  # the command line of a process that has just begun may still be empty
                wait_until(lambda: system.pid_runs(sleeper.pid, "sleep"), 10, "sleep")
                assert not system.pid_runs(sleeper.pid, "redis")
            finally:
                sleeper.kill()
        assert not system.pid_runs(sleeper.pid, "sleep")
        assert system.is_root() == (os.geteuid() == 0)
