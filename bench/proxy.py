"""A TCP proxy in front of a server, which can be taken away and brought back without touching the server."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable


class Proxy:
    """Forward connections to `host:port` until `cut`; `restore` listens on the same port again."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self.port = 0
        self.restore()

    def restore(self) -> None:
        """Accept connections."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = int(self._listener.getsockname()[1])
        self._run(self._accept, self._listener)

    def cut(self) -> None:
        """Refuse new connections and break those that are open; return when all are closed."""
        for link in [self._listener, *self._open]:
            if link is not None:
                with contextlib.suppress(OSError):
                    link.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._threads.clear()

    def _run(self, target: Callable[[socket.socket], None], link: socket.socket) -> None:
        thread = threading.Thread(target=target, args=(link,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with listener:
            while True:
                try:
                    client, _address = listener.accept()
                except OSError:  # shut down by `cut`
                    return
                self._open.add(client)
                self._run(self._forward, client)

    def _forward(self, client: socket.socket) -> None:
        with (
            client,
            contextlib.suppress(OSError),
            socket.create_connection(self._target, timeout=5) as server,
        ):
            server.settimeout(None)
            while readable := select.select([client, server], [], [])[0]:
                for source in readable:
                    data = source.recv(65536)
                    if not data:
                        self._open.discard(client)
                        return
                    (server if source is client else client).sendall(data)
        self._open.discard(client)
