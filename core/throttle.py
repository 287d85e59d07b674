"""How often one address, code or account may try something.

Counts live in the cache. With a cache that is down every process counts for itself, so the limit is looser by the
number of processes but never gone, and the database is not asked.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from threading import Lock
from typing import ClassVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

MAX_LOCAL_KEYS = 10_000


def client_address(request: HttpRequest) -> str:
    """Return the address of the person: the connection's, or what the last of our own proxies saw.

    Entries of ``X-Forwarded-For`` that the person could have written are never believed: only the last
    ``TRUSTED_PROXIES`` ones are ours.
    """
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        seen = [
            part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
        ]
        if len(seen) >= proxies:
            return str(seen[-proxies])
    return str(request.META.get("REMOTE_ADDR", ""))


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most ``limit`` tries in ``seconds``, counted in fixed windows, for each key of ``scope``."""

    scope: str
    limit: int
    seconds: int

    def hit(self, *parts: str) -> bool:
        """Count one try of the thing that ``parts`` name; False when it is one too many."""
        window = int(time.time()) // self.seconds
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        key = f"throttle.{self.scope}.{window}.{digest}"
        return (self._shared(key) or _Local.count(key)) <= self.limit

    def _shared(self, key: str) -> int:
        """Count in the cache; 0 when it keeps nothing (a server that is down is a miss, never an error)."""
        cache.add(key, 0, self.seconds)
        try:
            return int(cache.incr(key))
        except ValueError:
            return 0


class _Local:
    """The count of this process alone, forgotten as a whole when it grows too long."""

    counts: ClassVar[dict[str, int]] = {}
    lock: ClassVar[Lock] = Lock()

    @classmethod
    def count(cls, key: str) -> int:
        with cls.lock:
            if len(cls.counts) >= MAX_LOCAL_KEYS:
                cls.counts.clear()
            cls.counts[key] = cls.counts.get(key, 0) + 1
            return cls.counts[key]
