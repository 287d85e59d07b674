"""How often one address, code or account may try something.

Counts live in the cache. With a cache that is down every process counts for itself, so the limit is looser by the
number of processes but never gone, and the database is not asked.
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
NOWHERE = "0.0.0.0"  # noqa: S104 - nobody listens here
# A port only where it cannot be a part of the address: after four numbers or after brackets.
_PORT = re.compile(r"(?<=\d\.)(\d+):\d+$|(?<=\]):\d+$")


def client_address(request: HttpRequest) -> str:
    """Return the address of the person: the connection's, or what the last of our own proxies saw.

    Entries of ``X-Forwarded-For`` that the person could have written are never believed: only the last
    ``TRUSTED_PROXIES`` ones are ours. Always an IP address in its one spelling, ``0.0.0.0`` where there is none (a
    Unix socket without a trusted proxy): everybody then shares one count.
    """
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        seen = [part for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        told = _address(seen[-proxies]) if len(seen) >= proxies else None
        if told:
            return told
    return _address(str(request.META.get("REMOTE_ADDR", ""))) or NOWHERE


def _address(text: str) -> str | None:
    """Return ``203.0.113.9`` for it, ``203.0.113.9:51234`` and ``::ffff:203.0.113.9``; None for what is no address."""
    bare = _PORT.sub(r"\1", text.strip()).strip("[]")
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def client_network(request: HttpRequest) -> str:
    """Return what one person has of the network: the IPv4 address, the /64 of an IPv6 address.

    Every customer owns a whole /64: counting single addresses would give each of them 2^64 tries.
    """
    address = client_address(request)
    return str(ip_network((address, 64), strict=False).network_address) if ":" in address else address


@dataclass(frozen=True, slots=True)
class Throttle:
    """At most ``limit`` tries in ``seconds``, counted in fixed windows, for each key of ``scope``.

    ``THROTTLE_FACTOR`` multiplies every limit, for places where hundreds of people share one address.
    """

    scope: str
    limit: int
    seconds: int

    def hit(self, *parts: str) -> bool:
        """Count one try of the thing that ``parts`` name; False when it is one too many."""
        key = self._key(parts)
        return (self._shared(key) or _Local.count(key)) <= self.limit * settings.THROTTLE_FACTOR

    def seconds_left(self) -> int:
        """Return the seconds until counting begins anew: what ``Retry-After`` says."""
        return self.seconds - int(time.time()) % self.seconds

    def spent(self, *parts: str) -> bool:
        """Say whether no further try is left, without counting one."""
        key = self._key(parts)
        counted: int = cache.get(key, 0) or _Local.counts.get(key, 0)
        return counted >= self.limit * settings.THROTTLE_FACTOR

    def _key(self, parts: tuple[str, ...]) -> str:
        window = int(time.time()) // self.seconds
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
        return f"throttle.{self.scope}.{window}.{digest}"

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
