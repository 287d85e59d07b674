"""Values computed from the database that a process keeps in memory."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from threading import RLock
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
# How long a value is kept before it is compared with the database.
FRESH_SECONDS: Final = 1.0


class RefreshingValue(Generic[T]):
    """A value computed from the database, computed again when its ``revision`` changes, by one thread at a time."""

    def __init__(self, revision: Callable[[], Any], compute: Callable[[], T]) -> None:
        self._revision, self._compute = revision, compute
        self._value: T | None = None
        self._value_revision: Any = object()
        self._checked_at = -math.inf
        self._lock = RLock()

    def get(self) -> T:
        """Return the value, at most ``FRESH_SECONDS`` behind the database.

        While another thread computes it, return the value before; wait if there is none yet.
        """
        value = self._value
        if value is not None and (
            time.monotonic() - self._checked_at < FRESH_SECONDS or not self._lock.acquire(blocking=False)
        ):
            return value
        if value is None:
            self._lock.acquire()
        try:
            return self._refreshed()
        finally:
            self._lock.release()

    def _refreshed(self) -> T:
        now = time.monotonic()
        if self._value is None or now - self._checked_at >= FRESH_SECONDS:
            revision = self._revision()
            if self._value is None or revision != self._value_revision:
                self._value, self._value_revision = self._compute(), revision
            self._checked_at = now
        return self._value

    def invalidate(self) -> None:
        """Compute the value again at the next access."""
        self._checked_at, self._value_revision = -math.inf, object()
