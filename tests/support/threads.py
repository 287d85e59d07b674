"""Run things at the same time, each in a thread with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections


def together(*calls: Callable[[], Any], times: int = 1) -> list[Any]:
    """Start ``calls``, each ``times`` over, at one moment; return what they returned, in order. Errors are raised."""
    started = Barrier(len(calls) * times)

    def run(call: Callable[[], Any]) -> Any:
        try:
            started.wait(timeout=30)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls) * times) as pool:
        futures = [pool.submit(run, call) for call in calls for _ in range(times)]
        return [future.result(timeout=60) for future in futures]
