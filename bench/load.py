"""HTTP load from this machine over keep-alive connections, in a fixed number of threads and processes."""

from __future__ import annotations

import http.client
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.measure import scale

PROCESSES = 2
THREADS = 8


@dataclass(frozen=True, slots=True)
class Call:
    """One request; with a ``body`` it is the POST of a form."""

    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to a call and how many seconds it took."""

    status: int
    location: str
    content: bytes
    seconds: float


def send(connection: http.client.HTTPConnection, call: Call) -> Answer:
    """Send one call on an open connection."""
    began = time.perf_counter()
    headers = dict(call.headers)
    if call.body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request("POST" if call.body else "GET", call.path, call.body or None, headers)
    response = connection.getresponse()
    content = response.read()
    seconds = time.perf_counter() - began
    return Answer(response.status, response.getheader("Location") or "", content, seconds)


def _connect(address: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    return http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=60)


def send_all(address: str, calls: Sequence[Call], *, threads: int = 32) -> list[Answer]:
    """Send every call once, ``threads`` at a time; return the answers in the order of the calls."""

    def one(call: Call) -> Answer:
        connection = _connect(address)
        try:
            return send(connection, call)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, calls))


def _count_requests(address: str, path: str, seconds: float, counts: multiprocessing.Queue[int]) -> None:
    def one(_thread: int) -> int:
        connection, done = _connect(address), 0
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            if send(connection, Call(path)).status != http.client.OK:
                raise SystemExit(f"{path} did not answer 200")
            done += 1
        return done

    with ThreadPoolExecutor(THREADS) as pool:
        counts.put(sum(pool.map(one, range(THREADS))))


def per_second(address: str, path: str, *, seconds: float = scale(2.0, 0.2)) -> float:
    """Return how many GET requests for ``path`` the server answers per second."""
    counts: multiprocessing.Queue[int] = multiprocessing.Queue()
    arguments = (address, path, seconds, counts)
    processes = [
        multiprocessing.Process(target=_count_requests, args=arguments) for _process in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    total = sum(counts.get(timeout=seconds + 60) for _process in processes)
    for process in processes:
        process.join()
    return total / seconds
