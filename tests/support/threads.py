"""Run functions at the same time, each in a thread with its own database connection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections


def together(*calls: Callable[[], Any], times: int = 1, catch: tuple[type[Exception], ...] = ()) -> list[Any]:
    """Start each of ``calls`` ``times`` times at once; return their results in order.

    Errors of the types in ``catch`` are returned as results; others are raised.
    """
    started = Barrier(len(calls) * times)

    def run(call: Callable[[], Any]) -> Any:
        try:
            started.wait(timeout=120)
            return call()
        except catch as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls) * times) as pool:
        futures = [pool.submit(run, call) for call in calls for _ in range(times)]
        return [future.result(timeout=120) for future in futures]


def type_counts(results: Iterable[Any]) -> Counter[str]:
    """Return how many of ``results`` there are of each type, by type name."""
    return Counter(type(result).__name__ for result in results)
