"""The portal in Granian, by default with two workers, for the duration of a measurement."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress

WORKERS = 2
#: A worker that is still starting ignores the signal to stop.
STOP_SECONDS = 5


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def server(*, page_cache: bool = True, workers: int = WORKERS) -> Iterator[str]:
    """Start the server and yield its address."""
    port = _free_port()
    environment = os.environ | {
        "BENCH_PAGE_CACHE": str(page_cache),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
    }
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "1", "--backlog", "1024", "--no-access-log",
        "--workers-kill-timeout", str(STOP_SECONDS), "--log-level", "error", "portal.wsgi:application",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process, workers)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_SECONDS + 15)
        finally:
            # No process may remain that holds our output open: a reader waiting for its end would wait for ever.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _wait(address: str, process: subprocess.Popen[bytes], workers: int) -> None:
    """Return when every worker has answered: on a busy machine one may come seconds after the other."""
    found: set[bytes] = set()
    for _attempt in range(600):
        if process.poll() is not None:
            raise SystemExit(f"the server exited with {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/bench/worker/", timeout=5) as answer:  # noqa: S310 - our own server
                found.add(answer.read())
        except OSError:
            time.sleep(0.1)
        if len(found) == workers:
            return
        time.sleep(0.02)
    raise SystemExit(f"only {len(found)} of {workers} workers answered within a minute")
