"""Load from this machine: keep-alive connections in threads of a few processes, bounded in number and time."""

from __future__ import annotations

import http.client
import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.scale import scale

PROCESSES = 2
THREADS = 8


@dataclass(frozen=True, slots=True)
class Call:
    """One request: ``body`` makes it a POST of a form."""

    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    location: str
    content: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two figures of the same round."""

    first: float
    second: float

    @property
    def ratio(self) -> float:
        """How many times the second is the first."""
        return self.first / self.second


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


def all_at_once(address: str, calls: Sequence[Call], *, threads: int = 32) -> list[Answer]:
    """Send every call once, ``threads`` at a time; answers in the order of the calls."""

    def one(call: Call) -> Answer:
        connection = _connect(address)
        try:
            return send(connection, call)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, calls))


def _hammer(address: str, path: str, seconds: float, numbers: multiprocessing.Queue[int]) -> None:
    def one(_thread: int) -> int:
        connection, done = _connect(address), 0
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            if send(connection, Call(path)).status != http.client.OK:
                raise SystemExit(f"{path} did not answer 200")
            done += 1
        return done

    with ThreadPoolExecutor(THREADS) as pool:
        numbers.put(sum(pool.map(one, range(THREADS))))


def per_second(address: str, path: str, *, seconds: float = scale(2.0, 0.2)) -> float:
    """Return how many GETs of ``path`` the server answers a second."""
    numbers: multiprocessing.Queue[int] = multiprocessing.Queue()
    arguments = (address, path, seconds, numbers)
    processes = [multiprocessing.Process(target=_hammer, args=arguments) for _process in range(PROCESSES)]
    for process in processes:
        process.start()
    total = sum(numbers.get(timeout=seconds + 60) for _process in processes)
    for process in processes:
        process.join()
    return total / seconds


def side_by_side(
    first: Callable[[], float], second: Callable[[], float], *, rounds: int = scale(5, 1)
) -> Pair:
    """Measure both in turns and return the round whose ratio is the middle one.

    Other work on the machine then falls on both alike, and a single odd round decides nothing.
    """
    measured = [Pair(first(), second()) for _round in range(rounds)]
    return sorted(measured, key=lambda pair: pair.ratio)[rounds // 2]
