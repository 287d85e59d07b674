"""Clients of Elasticsearch, the time budget of a search, and the circuit breaker.

Socket timeouts alone do not limit a server that sends a byte now and then, so a search runs in a thread and is
abandoned when its budget is used up. The number of these threads is limited, so that such a server cannot exhaust the
process, and they are daemons, so that they do not delay its end. Background work calls the client directly and may
take longer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from functools import lru_cache
from typing import Final, TypeVar

from django.conf import settings
from elasticsearch import ApiError, Elasticsearch, TransportError
from elasticsearch.exceptions import UnsupportedProductError
from elasticsearch.helpers import BulkIndexError

from core.circuit_breaker import CircuitBreaker
from search.engines.base import EngineUnavailable

T = TypeVar("T")
SERVER_FAULT: Final = 500
BACKGROUND_SECONDS: Final = 30.0
BREAKER_SECONDS: Final = 10.0
# Raised when a response does not have the documented structure.
_MALFORMED: Final = (AttributeError, KeyError, TypeError, ValueError)
MAX_CONCURRENT: Final = 16
_slots: Final = threading.BoundedSemaphore(MAX_CONCURRENT)


@lru_cache(maxsize=4)
def client_for(url: str, seconds: float) -> Elasticsearch:
    """Return the client for ``url``; it never retries by itself."""
    return Elasticsearch(url, request_timeout=seconds, max_retries=0, retry_on_timeout=False)


def client() -> Elasticsearch:
    """Return the client for searches."""
    return client_for(settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_TIMEOUT)


def background_client() -> Elasticsearch:
    """Return the client for rebuilding and reconciling."""
    return client_for(settings.ELASTICSEARCH_URL, BACKGROUND_SECONDS)


@lru_cache(maxsize=4)
def breaker_for(url: str) -> CircuitBreaker:
    """Return the process-wide breaker for ``url``."""
    return CircuitBreaker(BREAKER_SECONDS)


class Budget:
    """The time that one search may spend on Elasticsearch, over all its requests."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: float | None = None

    def left(self) -> float:
        """Return the seconds left; the first call starts the clock."""
        if self._until is None:
            self._until = time.monotonic() + self._seconds
        return max(0.0, self._until - time.monotonic())

    def call(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, or raise ``EngineUnavailable`` in time."""
        return self.start(work)()

    def start(self, work: Callable[[], T]) -> Callable[[], T]:
        """Start ``work`` in a thread; return a function that waits for its result as ``call`` does."""
        check_available()
        answer: Future[T] = Future()
        slots = _slots
        if slots.acquire(timeout=self.left()):
            thread = threading.Thread(
                target=_run, args=(work, answer, slots), daemon=True, name="elasticsearch"
            )
            thread.start()
        else:
            answer.set_exception(FutureTimeout("too many searches are waiting for an answer"))
        return lambda: _reported(lambda: answer.result(timeout=self.left()))


def _run(work: Callable[[], T], answer: Future[T], slots: threading.BoundedSemaphore) -> None:
    """Store the result of ``work`` in ``answer``, even if its caller no longer waits for it; free the slot."""
    try:
        answer.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again where the answer is read
        answer.set_exception(error)
    finally:
        slots.release()


def check_available() -> None:
    """Raise ``EngineUnavailable`` while the breaker is open."""
    if breaker_for(settings.ELASTICSEARCH_URL).is_open:
        raise EngineUnavailable("it failed a moment ago")


def guarded(work: Callable[[], T]) -> T:
    """Return what ``work`` returns; turn its errors into ``EngineUnavailable`` and open the breaker."""
    check_available()
    return _reported(work)


def _reported(work: Callable[[], T]) -> T:
    """Return what ``work`` returns, and report to the breaker whether it could."""
    breaker = breaker_for(settings.ELASTICSEARCH_URL)
    try:
        answer = work()
    except ApiError as error:
        if error.status_code >= SERVER_FAULT or isinstance(error, UnsupportedProductError):
            breaker.trip()
        else:
            breaker.reset()
        raise EngineUnavailable(f"{type(error).__name__} {error.status_code}") from error
    except (TransportError, FutureTimeout, BulkIndexError, *_MALFORMED) as error:
        breaker.trip()
        raise EngineUnavailable(f"{type(error).__name__}: {str(error)[:200]}") from error
    breaker.reset()
    return answer
