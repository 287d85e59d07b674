"""A Redis cache that degrades: a server that is down or silent causes a cache miss, not an error page."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from core.circuit_breaker import CircuitBreaker

logger = logging.getLogger(__name__)

BREAKER_SECONDS = 5.0
# Raised when unpickling a value of another version of the portal or a corrupt one (documentation of `pickle`).
UNREADABLE = (
    pickle.UnpicklingError,
    AttributeError,
    EOFError,
    ImportError,
    IndexError,
    KeyError,
    ValueError,
    TypeError,
)
breaker = CircuitBreaker(BREAKER_SECONDS)


class DegradingRedisCache(RedisCache):
    """Django's Redis cache with errors treated as misses; after an error the server is not called for five seconds."""

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
        return bool(self._call(super().clear, False))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Raise `ValueError` for a missing key, as Django does, and if the server is down."""
        answer = self._call(lambda: super(DegradingRedisCache, self).incr(key, delta, version), None)
        if answer is None:
            raise ValueError(f"Key {key!r} not found")
        return int(answer)
