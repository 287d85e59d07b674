"""A Redis cache of JSON values that degrades: a server that is down or silent causes a miss, not an error."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from itertools import islice
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from core.circuit_breaker import CircuitBreaker
from core.web.cache_values import JsonSerializer

logger = logging.getLogger(__name__)

BREAKER_SECONDS = 5.0
# Raised for a value written by another version of the portal or by another program.
UNREADABLE = (ValueError, TypeError, KeyError)
DELETE_BATCH = 500
breaker = CircuitBreaker(BREAKER_SECONDS)


class DegradingRedisCache(RedisCache):
    """Django's Redis cache with errors treated as misses; after an error the server is not called for five seconds."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {**params.get("OPTIONS", {}), "serializer": JsonSerializer}
        super().__init__(server, {**params, "OPTIONS": options})

    def _call(self, call: Callable[[], Any], otherwise: Any) -> Any:
        if breaker.is_open:
            return otherwise
        try:
            answer = call()
        except (RedisError, OSError):
            breaker.trip()
            logger.warning("the cache does not answer; continuing without it", exc_info=True)
            return otherwise
        breaker.reset()
        return answer

    def _read(self, call: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return self._call(call, otherwise)
        except UNREADABLE:
            logger.warning("a cached value cannot be read; it is treated as missing", exc_info=True)
            return otherwise

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._call(lambda: super(DegradingRedisCache, self).add(*args, **kwargs), True))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._read(lambda: super(DegradingRedisCache, self).get(key, default, version), default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._call(lambda: super(DegradingRedisCache, self).set(*args, **kwargs), None)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._call(lambda: super(DegradingRedisCache, self).touch(*args, **kwargs), False))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._call(lambda: super(DegradingRedisCache, self).delete(*args, **kwargs), False))

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._call(lambda: super(DegradingRedisCache, self).has_key(*args, **kwargs), False))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._read(
            lambda: super(DegradingRedisCache, self).get_many(*args, **kwargs), {}
        )
        return answer

    def set_many(self, *args: Any, **kwargs: Any) -> list[str]:
        answer: list[str] = self._call(lambda: super(DegradingRedisCache, self).set_many(*args, **kwargs), [])
        return answer

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._call(lambda: super(DegradingRedisCache, self).delete_many(*args, **kwargs), None)

    def clear(self) -> bool:  # type: ignore[override] # as in Django's Redis cache
        """Delete the keys of this installation; the server may hold those of others, and the queue of tasks."""
        return bool(self._call(self._delete_own_keys, False))

    def _delete_own_keys(self) -> bool:
        client = self._cache.get_client(write=True)
        pattern = re.sub(r"([*?\[\]\\])", r"\\\1", self.make_key("")[: -len(f"{self.version}:")]) + "*"
        keys = client.scan_iter(match=pattern, count=DELETE_BATCH)
        while batch := list(islice(keys, DELETE_BATCH)):
            client.delete(*batch)
        return True

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raise `ValueError` for a missing key, as Django does, and if the server is down."""
        answer = self._call(lambda: super(DegradingRedisCache, self).incr(key, delta, version), None)
        if answer is None:
            raise ValueError(f"Key {key!r} not found")
        return int(answer)
