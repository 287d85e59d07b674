"""A Redis cache that degrades: a server that is down or silent is a miss, not an error page."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from core.breaker import Breaker

logger = logging.getLogger(__name__)

BREAKER_SECONDS = 5.0
# What unpickling raises for a value of another version of the portal, or for rubbish (the manual of ``pickle``).
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
breaker = Breaker(BREAKER_SECONDS)


class DegradingRedisCache(RedisCache):
    """Django's Redis cache with every error turned into "not there". Five seconds pass before the next try."""

    def _ask(self, call: Callable[[], Any], otherwise: Any) -> Any:
        if breaker.is_open:
            return otherwise
        try:
            answer = call()
        except (RedisError, OSError):
            breaker.trip()
            logger.warning("the cache does not answer; going on without it", exc_info=True)
            return otherwise
        breaker.reset()
        return answer

    def _read(self, call: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return self._ask(call, otherwise)
        except UNREADABLE:
            logger.warning("the cache holds a value that cannot be read; it counts as missing", exc_info=True)
            return otherwise

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask(lambda: super(DegradingRedisCache, self).add(*args, **kwargs), True))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._read(lambda: super(DegradingRedisCache, self).get(key, default, version), default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._ask(lambda: super(DegradingRedisCache, self).set(*args, **kwargs), None)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask(lambda: super(DegradingRedisCache, self).touch(*args, **kwargs), False))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask(lambda: super(DegradingRedisCache, self).delete(*args, **kwargs), False))

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask(lambda: super(DegradingRedisCache, self).has_key(*args, **kwargs), False))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._read(
            lambda: super(DegradingRedisCache, self).get_many(*args, **kwargs), {}
        )
        return answer

    def set_many(self, *args: Any, **kwargs: Any) -> list[str]:
        answer: list[str] = self._ask(lambda: super(DegradingRedisCache, self).set_many(*args, **kwargs), [])
        return answer

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._ask(lambda: super(DegradingRedisCache, self).delete_many(*args, **kwargs), None)

    def clear(self) -> bool:  # type: ignore[override] # Django's own Redis cache says so
        return bool(self._ask(super().clear, False))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """As Django: ``ValueError`` for a key that is not there, which is what a server that is down looks like."""
        answer = self._ask(lambda: super(DegradingRedisCache, self).incr(key, delta, version), None)
        if answer is None:
            raise ValueError(f"Key {key!r} not found")
        return int(answer)
