"""A stand-in for ClamAV's daemon at the level of the socket: it speaks the protocol and answers as a test requires."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

VERSION = b"ClamAV 1.4.6"


@dataclass
class FakeScanner:
    """What the scanner answers, and what it has received.

    `reply` answers a scan; `version` the version request. `wait`: seconds before an answer. `cut_after`: bytes
    of the file after which it closes the connection.
    """

    address: str = ""
    reply: bytes = b"stream: OK\n"
    version: bytes = VERSION + b"\n"
    wait: float = 0.0
    cut_after: int | None = None
    scanned: list[bytes] = field(default_factory=list)
    commands: list[bytes] = field(default_factory=list)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        scanner: FakeScanner = self.server.scanner  # type: ignore[attr-defined]
        command = self.rfile.readline().strip()
        scanner.commands.append(command)
        if command == b"nVERSION":
            self._answer(scanner.version)
            return
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if scanner.cut_after is not None and len(content) > scanner.cut_after:
                # Close at once, leaving unread bytes, like a daemon that has been killed.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
        scanner.scanned.append(content)
        time.sleep(scanner.wait)
        self._answer(scanner.reply)

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            return

    def _answer(self, text: bytes) -> None:
        try:
            self.connection.sendall(text)
        except OSError:
            return


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors: tests cut connections on purpose."""


@contextmanager
def fake_scanner(**behaviour: Any) -> Iterator[FakeScanner]:
    """Run a scanner on a free port."""
    scanner = FakeScanner(**behaviour)
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.scanner = scanner  # type: ignore[attr-defined]
        scanner.address = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield scanner
        server.shutdown()
        thread.join()


def free_address() -> str:
    """Return an address at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
