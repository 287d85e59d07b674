"""Parts of pages that every request needs and only a publish changes: made once, kept by the process.

Like a whole cached page, a part lives until the epoch moves. It also ends with the day in Asia/Ho_Chi_Minh, for what is
in force today need not be tomorrow, and after five minutes, whoever forgot to purge. Unlike a whole page it serves
signed-in people too, so nothing personal may be in it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from threading import Lock
from typing import Any, Final, TypeVar

from django.utils import timezone

from core.pagecache.epochs import watch

T = TypeVar("T")
# A procedure's text is 20 kB: fifty megabytes at the very most.
MOST_PARTS: Final = 2000
LONGEST_SECONDS: Final = 300.0


class Parts:
    """Least recently used go first; all go when the epoch or the day changes."""

    def __init__(self, most: int = MOST_PARTS) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._of: tuple[int, date] | None = None
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` returned for ``key`` since the last publish; ``make`` runs outside of the lock."""
        now = watch.current(), timezone.localdate()
        with self._lock:
            if self._of != now:
                self._kept.clear()
                self._of = now
            until, found = self._kept.get(key, (0.0, None))
            if time.monotonic() < until:
                self._kept.move_to_end(key)
                known: T = found
                return known
        made, until = make(), time.monotonic() + LONGEST_SECONDS
        with self._lock:
            if self._of == now:  # else it was made from what is no longer so
                self._kept[key] = until, made
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return made

    def forget(self) -> None:
        """Make everything anew."""
        with self._lock:
            self._kept.clear()


parts = Parts()


def remember(key: Hashable, make: Callable[[], T]) -> T:
    """Return ``make()``, asked once for ``key`` in this process between two publishes and within one day."""
    return parts.get(key, make)
