"""The pages of this process: least recently used go first, bounded by bytes."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock

from core.pagecache.entries import Entry

Key = tuple[bool, str, str, str]


class Store:
    """A page larger than a sixteenth of the room is not kept: it would push out too many others."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Key, epoch: int) -> Entry | None:
        """Return the page if it is of this epoch and not too old."""
        entry = self._entries.get(key)
        if entry is None or entry.epoch != epoch or entry.expires < time.monotonic():
            return None
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
        return entry

    def get_stale(self, key: Key) -> Entry | None:
        """Return the page however old: better than an error page while the database is down."""
        return self._entries.get(key)

    def put(self, key: Key, entry: Entry) -> None:
        """Keep the page, making room."""
        if entry.size > self._max_bytes // 16:
            return
        with self._lock:
            self._drop(key)
            self._entries[key] = entry
            self._bytes += entry.size
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._entries)))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    def _drop(self, key: Key) -> None:
        old = self._entries.pop(key, None)
        if old is not None:
            self._bytes -= old.size

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def bytes(self) -> int:
        """Bytes held."""
        return self._bytes
