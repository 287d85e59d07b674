"""Checks of a running server: the database goes away and returns, and how soon a new process is ready and warm."""

from __future__ import annotations

import http.client
import io
import os
import time
from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

from django.core.management import call_command

from bench.load import Call, send
from bench.measure import Result, scale
from bench.proxy import Proxy
from bench.server import server

CACHED = "/"
#: A private link queries the database every time.
UNCACHED = "/ho-so/khong-co-that/"
REQUESTS = scale(200, 20)
SEARCH = "/tim-kiem/?q=ket+hon"


def database_away() -> list[Result]:
    """Cut the connection to PostgreSQL under a running server.

    Count wrong responses, and time the slowest one and the recovery.
    """
    call_command("start_site", stdout=io.StringIO())
    url = urlsplit(os.environ["DATABASE_URL"])
    proxy = Proxy(url.hostname or "127.0.0.1", url.port or 5432)
    user = url.netloc.rpartition("@")[0]
    os.environ["DATABASE_URL"] = urlunsplit(url._replace(netloc=f"{user}@127.0.0.1:{proxy.port}"))
    try:
        with server() as address:
            # Each of the two workers caches the page.
            for _time in range(20):
                _get(address, CACHED)
            proxy.cut()
            answers = [
                (path, *_get(address, path)) for _time in range(REQUESTS) for path in (CACHED, UNCACHED)
            ]
            proxy.restore()
            seconds = _seconds_until_back(address)
    finally:
        os.environ["DATABASE_URL"] = urlunsplit(url)
    expected = {CACHED: HTTPStatus.OK, UNCACHED: HTTPStatus.SERVICE_UNAVAILABLE}
    wrong = sum(status != expected[path] for path, status, _seconds in answers)
    slowest = max(seconds for _path, _status, seconds in answers)
    print(
        f"{len(answers)} requests without database, {wrong} wrong, slowest {slowest:.2f} s; back after {seconds:.1f} s"
    )
    return [
        Result("database-away-wrong", wrong, 0, at_least=False),
        Result("database-away-slowest", slowest, scale(1, 30), at_least=False),
        Result("database-back-seconds", seconds, scale(5, 60), at_least=False),
    ]


def first_requests() -> list[Result]:
    """Start the server and time until it answers, then its first page and first search."""
    call_command("start_site", stdout=io.StringIO())
    began = time.monotonic()
    with server() as address:
        ready = time.monotonic() - began
        first = max(_get(address, path)[1] for path in (CACHED, SEARCH) for _worker in range(4))
    print(f"ready after {ready:.1f} s, slowest of the first requests {first * 1000:.0f} ms")
    return [
        Result("ready-seconds", ready, scale(5, 120), at_least=False),
        Result("first-request-seconds", first, scale(0.5, 60), at_least=False),
    ]


def _get(address: str, path: str) -> tuple[int, float]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=30)
    try:
        answer = send(connection, Call(path))
    finally:
        connection.close()
    return answer.status, answer.seconds


def _seconds_until_back(address: str) -> float:
    began = time.monotonic()
    # Both workers: ten answers in a row.
    in_a_row = 0
    while in_a_row < 10 and time.monotonic() - began < 60:
        in_a_row = in_a_row + 1 if _get(address, UNCACHED)[0] == HTTPStatus.NOT_FOUND else 0
        time.sleep(0.05)
    return time.monotonic() - began
