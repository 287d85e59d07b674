"""Values that every request needs and only a publish changes, computed once and kept in the memory of the process.

A value is valid as long as the generation of the page cache, at most until the local day ends (what is in force today
may not be tomorrow) and at most five minutes, in case a purge was forgotten. Signed-in users get the same values, so
nothing personal may be stored.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from threading import Lock
from typing import Any, Final, TypeVar

from django.utils import timezone

from core.web.page_cache import watch

T = TypeVar("T")
# The text of a procedure takes 20 kB: 50 MB at most.
MAX_ENTRIES: Final = 2000
MAX_SECONDS: Final = 300.0


class ProcessCache:
    """Values by key; the least recently used are evicted first, all when the generation or the day changes."""

    def __init__(self, max_entries: int = MAX_ENTRIES) -> None:
        self._max_entries = max_entries
        self._entries: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._valid_for: tuple[int, date] | None = None
        self._lock = Lock()

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return the value of `compute` for `key` since the last publication; `compute` runs outside the lock."""
        now = watch.current(), timezone.localdate()
        with self._lock:
            if self._valid_for != now:
                self._entries.clear()
                self._valid_for = now
            expires, found = self._entries.get(key, (0.0, None))
            if time.monotonic() < expires:
                self._entries.move_to_end(key)
                cached: T = found
                return cached
        value, expires = compute(), time.monotonic() + MAX_SECONDS
        with self._lock:
            if self._valid_for == now:  # else it was computed from outdated content
                self._entries[key] = expires, value
                while len(self._entries) > self._max_entries:
                    self._entries.popitem(last=False)
        return value

    def clear(self) -> None:
        """Remove all values."""
        with self._lock:
            self._entries.clear()


process_cache = ProcessCache()


def cached_until_publish(key: Hashable, compute: Callable[[], T]) -> T:
    """Return `compute()`, called once per `key` in this process between two publishes and within one day."""
    return process_cache.get(key, compute)
