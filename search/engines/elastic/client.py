"""Talk to Elasticsearch within a budget of time.

Socket time-outs alone do not bound a server that sends a byte now and then, so a person's question runs in a thread
and is given up when its budget is spent. Such threads are few, so that a server of that kind cannot use up the process,
and they hold no process back that wants to end. Work in the background calls the client directly and may take longer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from functools import lru_cache
from typing import Final, TypeVar

from django.conf import settings
from elasticsearch import ApiError, Elasticsearch, TransportError
from elasticsearch.exceptions import UnsupportedProductError
from elasticsearch.helpers import BulkIndexError

from core.breaker import Breaker
from search.engines.base import EngineUnavailable

T = TypeVar("T")
SERVER_FAULT: Final = 500
BACKGROUND_SECONDS: Final = 30.0
REST_SECONDS: Final = 10.0
# Answers whose shape is not what the interface promises.
_RUBBISH: Final = (AttributeError, KeyError, TypeError, ValueError)
MOST_AT_ONCE: Final = 16
_free: Final = threading.BoundedSemaphore(MOST_AT_ONCE)


@lru_cache(maxsize=4)
def client_for(url: str, seconds: float) -> Elasticsearch:
    """Return the client for ``url``; it never repeats a request by itself."""
    return Elasticsearch(url, request_timeout=seconds, max_retries=0, retry_on_timeout=False)


def client() -> Elasticsearch:
    """Return the client for a person's question."""
    return client_for(settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_TIMEOUT)


def background() -> Elasticsearch:
    """Return the client for rebuilding and healing."""
    return client_for(settings.ELASTICSEARCH_URL, BACKGROUND_SECONDS)


@lru_cache(maxsize=4)
def breaker_for(url: str) -> Breaker:
    """Return the breaker that this process shares for ``url``."""
    return Breaker(REST_SECONDS)


class Budget:
    """The time one question may spend on Elasticsearch, over all its requests together."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: float | None = None

    def left(self) -> float:
        """Return the seconds left; the clock starts with the first look."""
        if self._until is None:
            self._until = time.monotonic() + self._seconds
        return max(0.0, self._until - time.monotonic())

    def call(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, or raise ``EngineUnavailable`` in time."""
        return guarded(lambda: self._in_time(work))

    def _in_time(self, work: Callable[[], T]) -> T:
        if not _free.acquire(timeout=self.left()):
            raise Late("too many questions wait for an answer")
        answer: Future[T] = Future()
        threading.Thread(target=_run, args=(work, answer), daemon=True, name="elasticsearch").start()
        return answer.result(timeout=self.left())


def _run(work: Callable[[], T], answer: Future[T]) -> None:
    """Do ``work`` and keep what came of it; who asked may have gone."""
    try:
        answer.set_result(work())
    except BaseException as error:  # noqa: BLE001 - it is raised again where the answer is read
        answer.set_exception(error)
    finally:
        _free.release()


def guarded(work: Callable[[], T]) -> T:
    """Return what ``work`` returns; what goes wrong opens the breaker and is ``EngineUnavailable``."""
    breaker = breaker_for(settings.ELASTICSEARCH_URL)
    if breaker.is_open:
        raise EngineUnavailable("it failed a moment ago and is left alone")
    try:
        answer = work()
    except ApiError as error:
        if error.status_code >= SERVER_FAULT or isinstance(error, UnsupportedProductError):
            breaker.trip()
        else:
            breaker.reset()
        raise EngineUnavailable(f"{type(error).__name__} {error.status_code}") from error
    except (TransportError, Late, BulkIndexError, *_RUBBISH) as error:
        breaker.trip()
        raise EngineUnavailable(f"{type(error).__name__}: {str(error)[:200]}") from error
    breaker.reset()
    return answer
