"""The state folder: ports, the lock, and where the servers' files go."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path

import pytest
from devservices import state as state_module
from devservices.state import State, can_be_entered, data_root, state_dir


@pytest.mark.usefixtures("not_root")
class TestPorts:
    def test_ports_of_services_are_independent(self, tmp_path: Path) -> None:
        state = State(tmp_path)
        state.save_port("redis", 1)
        state.save_port("postgres", 2)
        assert json.loads(state.file.read_text()) == {"redis": 1, "postgres": 2}
        assert state.port("elasticsearch") == 0

    def test_broken_state_file_counts_as_empty(self, open_folder: Path) -> None:
        state = State(open_folder)
        state.save_port("redis", 1234)
        assert State(open_folder).port("redis") == 1234
        state.file.write_text("{broken")
        assert State(open_folder).port("redis") == 0

    def test_second_call_waits_for_the_lock(self, tmp_path: Path) -> None:
        state = State(tmp_path)
        with state.locked(), (tmp_path / "lock").open("w") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with (tmp_path / "lock").open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


class TestFolder:
    def test_state_folder_comes_from_the_environment(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.setenv("PORTAL_SERVICES_DIR", str(tmp_path / "x" / ".." / "y"))
        assert state_dir() == tmp_path / "y"

    def test_folder_closed_to_other_users_is_recognised(self, closed_folder: Path) -> None:
        assert not can_be_entered(closed_folder)
        closed_folder.parent.chmod(0o755)
        assert can_be_entered(closed_folder)

    def test_root_moves_the_files_out_of_a_closed_folder(self, closed_folder: Path, monkeypatch) -> None:
        monkeypatch.setattr(state_module, "is_root", lambda: True)
        root = data_root(closed_folder)
        assert root != closed_folder
        assert can_be_entered(root)
        assert data_root(closed_folder) == root, "the next call must find the same servers"
        assert data_root(closed_folder / "other") != root

    def test_other_users_keep_the_files_in_the_state_folder(self, closed_folder: Path, monkeypatch) -> None:
        monkeypatch.setattr(state_module, "is_root", lambda: False)
        assert data_root(closed_folder) == closed_folder
