"""A stand-in for a server, and folders that other users can or cannot enter."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from devservices import cli, state
from devservices.base import Service


class FakeServer(Service):
    """A server that exists only as a variable; `calls` lists what was done to it."""

    name, variable, usual_port, start_seconds = "fake", "FAKE_URL", 0, 0.3
    running: bool = False
    broken: bool = False
    calls: list[str] = []

    @property
    def url(self) -> str:
        return f"fake://127.0.0.1:{self.port}"

    def install(self) -> None:
        self.calls.append("install")

    def launch(self) -> None:
        self.calls.append("launch")
        type(self).running = not self.broken

    def process_runs(self) -> bool:
        return type(self).running

    def answers(self) -> bool:
        return type(self).running

    def stop(self) -> None:
        self.calls.append("stop")
        type(self).running = False

    def prepare(self) -> None:
        self.calls.append("prepare")


@pytest.fixture
def not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep root from moving the servers' files to /var/lib."""
    monkeypatch.setattr(state, "is_root", lambda: False)


@pytest.fixture
def fake_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, not_root: None) -> type[FakeServer]:
    class Own(FakeServer):
        calls: list[str] = []

    monkeypatch.setattr(cli, "SERVICES", {"fake": Own})
    monkeypatch.setenv("PORTAL_SERVICES_DIR", str(tmp_path / "services"))
    monkeypatch.delenv("PORTAL_FAKE_PORT", raising=False)
    return Own


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder inside one that no other user can enter, as in a clone under /root or in `mktemp -d`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o700)
        yield folder / "services"


@pytest.fixture
def open_folder(closed_folder: Path) -> Path:
    closed_folder.parent.chmod(0o755)
    return closed_folder
