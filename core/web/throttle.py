"""Rate limits per address, code or account.

Counts are stored in the cache. If the cache is down, every process counts on its own: the limit is then multiplied by
the number of processes, but never lifted, and the database is not queried.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from threading import Lock
from typing import ClassVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

MAX_LOCAL_KEYS = 10_000
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - not used for listening
# Match a port only where it cannot be part of the address: after four numbers or after brackets.
_PORT = re.compile(r"(?<=\d\.)(\d+):\d+$|(?<=\]):\d+$")


def client_address(request: HttpRequest) -> str:
    """Return the address of the client: of the connection, or as seen by the outermost trusted proxy.

    Only the last `TRUSTED_PROXIES` entries of `X-Forwarded-For` are trusted; the client could have written the others.
    The result is an IP address in canonical form; `0.0.0.0` if there is none (a Unix socket without a trusted proxy),
    so that all clients share one count.
    """
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        seen = [part for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        forwarded = _address(seen[-proxies]) if len(seen) >= proxies else None
        if forwarded:
            return forwarded
    return _address(str(request.META.get("REMOTE_ADDR", ""))) or UNKNOWN_ADDRESS


def _address(text: str) -> str | None:
    """Return `203.0.113.9` for that address, `203.0.113.9:51234` and `::ffff:203.0.113.9`; None for an invalid one."""
    bare = _PORT.sub(r"\1", text.strip()).strip("[]")
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def client_network(request: HttpRequest) -> str:
    """Return the network of one client: the IPv4 address, or the /64 of an IPv6 address.

    A customer usually has a whole /64; counting single addresses would allow 2^64 attempts.
    """
    address = client_address(request)
    return str(ip_network((address, 64), strict=False).network_address) if ":" in address else address


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most `limit` attempts per `seconds`, in fixed windows, for each key of `scope`.

    `THROTTLE_FACTOR` multiplies every limit, for sites where hundreds of people share one address.
    """

    scope: str
    limit: int
    seconds: int

    def hit(self, *parts: str, count: int = 1) -> bool:
        """Count one attempt (or `count` units) for the key `parts`; return False if the limit is exceeded."""
        key = self._key(parts)
        return (self._shared(key, count) or _Local.count(key, count)) <= self.limit * settings.THROTTLE_FACTOR

    def seconds_left(self) -> int:
        """Return the seconds until the next window, for `Retry-After`."""
        return self.seconds - int(time.time()) % self.seconds

    def spent(self, *parts: str) -> bool:
        """Return True if no attempt is left, without counting one."""
        key = self._key(parts)
        counted: int = cache.get(key, 0) or _Local.counts.get(key, 0)
        return counted >= self.limit * settings.THROTTLE_FACTOR

    def _key(self, parts: tuple[str, ...]) -> str:
        window = int(time.time()) // self.seconds
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        return f"throttle.{self.scope}.{window}.{digest}"

    def _shared(self, key: str, count: int) -> int:
        """Count in the cache; return 0 if the cache is down (a miss, never an error)."""
        cache.add(key, 0, self.seconds)
        try:
            return int(cache.incr(key, count))
        except ValueError:
            return 0


class _Local:
    """Counts of this process, all cleared when there are too many."""

    counts: ClassVar[dict[str, int]] = {}
    lock: ClassVar[Lock] = Lock()

    @classmethod
    def count(cls, key: str, count: int) -> int:
        with cls.lock:
            if len(cls.counts) >= MAX_LOCAL_KEYS:
                cls.counts.clear()
            cls.counts[key] = cls.counts.get(key, 0) + count
            return cls.counts[key]
