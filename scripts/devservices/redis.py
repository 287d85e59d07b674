"""Redis in memory only; a restart empties it."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

from devservices.base import Service
from devservices.system import install, pid_runs, run, wait_until


class Redis(Service):
    name = "redis"
    variable = "REDIS_URL"
    usual_port = 6390

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid_file(self) -> Path:
        return self.home / "redis.pid"

    def install(self) -> None:
        if not shutil.which("redis-server"):
            install("redis-server")

    def launch(self) -> None:
        self.home.mkdir(exist_ok=True)
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.home)]
        memory_only = ["--save", "", "--appendonly", "no"]
        background = [
            "--daemonize",
            "yes",
            "--pidfile",
            str(self.pid_file),
            "--logfile",
            str(self.home / "log"),
        ]
        run(["redis-server", *where, *memory_only, *background])

    def process_runs(self) -> bool:
        try:
            pid = int(self.pid_file.read_text())
        except (OSError, ValueError):
            return False
        return pid_runs(pid, f"127.0.0.1:{self.port}")

    def answers(self) -> bool:
        return self._ask(b"PING\r\n").startswith(b"+PONG")

    def stop(self) -> None:
        self._ask(b"SHUTDOWN NOSAVE\r\n")
        wait_until(lambda: not self.answers(), 10, "the end of redis")

    def _ask(self, command: bytes) -> bytes:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as link:
                link.sendall(command)
                return link.recv(64)
        except OSError:
            return b""
