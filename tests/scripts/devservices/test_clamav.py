"""A real ClamAV daemon that starts, finds the test file and stops."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

import pytest
from devservices.clamav import EICAR, ClamAV
from devservices.cli import main
from devservices.state import State

from tests.paths import ROOT


def scan(port: int, content: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall(b"zINSTREAM\0" + struct.pack("!L", len(content)) + content + struct.pack("!L", 0))
        return link.recv(200)


@pytest.mark.clamav
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_clamav_starts_finds_the_test_file_and_stops(
    closed_folder: Path, mode: int, monkeypatch, capsys
) -> None:
    closed_folder.parent.chmod(mode)
    monkeypatch.setenv("PORTAL_SERVICES_DIR", str(closed_folder))
    monkeypatch.setenv("PORTAL_CLAMAV_PORT", "0")
    try:
        assert main(["status", "clamav"]) == 1
        assert main(["up", "clamav"]) == 0
        port = State(closed_folder).port("clamav")
        assert scan(port, EICAR.encode()) == b"stream: Portal.Eicar.UNOFFICIAL FOUND\0"
        assert scan(port, b"a harmless text") == b"stream: OK\0"
        capsys.readouterr()
        assert main(["up", "clamav"]) == 0
        assert "starting" not in capsys.readouterr().err, "a second `up` changes nothing"
        assert State(closed_folder).port("clamav") == port
        assert main(["env", "clamav"]) == 0
        assert capsys.readouterr().out == f"export CLAMAV_ADDRESS=127.0.0.1:{port}\n"
    finally:
        assert main(["purge", "clamav"]) == 0
    assert main(["status", "clamav"]) == 1
    assert not ClamAV(State(closed_folder)).home.exists()


def test_the_test_file_is_not_written_out_in_the_source() -> None:
    source = (ROOT / "scripts" / "devservices" / "clamav.py").read_text()
    assert EICAR not in source
