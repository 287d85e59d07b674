"""Small TCP servers that pretend to be Elasticsearch: silent, slow, or sending garbage."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

Talk = Callable[[socket.socket], None]


def http(body: bytes, status: str = "200 OK", product: bool = True) -> bytes:
    """An HTTP response, with the header by which the client recognises the server."""
    mark = b"X-Elastic-Product: Elasticsearch\r\n" if product else b""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n".encode()
    return head + mark + b"\r\n" + body


def says(answer: bytes) -> Talk:
    """Read whatever arrives, send ``answer`` (nothing if it is empty), and close the connection."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        if answer:
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)

    return talk


def drips(seconds: float) -> Talk:
    """Send one byte of an endless response now and then, so that no socket time-out ever occurs."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
        )
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            connection.sendall(b" ")
            time.sleep(0.05)

    return talk


def answers(by_path: Callable[[str], Any]) -> Talk:
    """Answer every request on a connection with the JSON that ``by_path`` gives for its path."""

    def talk(connection: socket.socket) -> None:
        with connection.makefile("rb") as reader:
            while line := reader.readline():
                length = 0
                while (header := reader.readline().strip()) != b"":
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.split(b":")[1])
                reader.read(length)
                connection.sendall(http(json.dumps(by_path(line.split()[1].decode())).encode()))

    return talk


class Server:
    """A listening server; ``connections`` counts the clients."""

    def __init__(self, talk: Talk) -> None:
        self.connections = 0
        self._talk = talk
        self._open: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            self._talk(connection)

    def close(self) -> None:
        """Stop listening, then close every connection."""
        # Closing alone would leave the other thread in `accept`, and the next connection open forever.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._listener.join(timeout=10)
        for opened in [self._socket, *self._open]:
            opened.close()


@contextmanager
def serving() -> Iterator[Callable[[Talk], Server]]:
    """Yield a function that starts servers; all are stopped at the end of the block."""
    started: list[Server] = []

    def start(talk: Talk) -> Server:
        started.append(Server(talk))
        return started[-1]

    yield start
    for server in started:
        server.close()
