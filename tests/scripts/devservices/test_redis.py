"""A real Redis that starts, answers and stops."""

from __future__ import annotations

from pathlib import Path

import pytest
from devservices.cli import main
from devservices.redis import Redis
from devservices.state import State


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
