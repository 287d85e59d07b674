"""System checks of settings whose defaults lose tasks or block requests (docs/facts.md#celery-and-redis)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from core import malware_scan
from core.worktime.calendar import WorkCalendar, parse_hours

MIN_VISIBILITY: Final = 300
MAX_VISIBILITY: Final = 600
MAX_SOCKET_TIMEOUT: Final = 2
MAX_PIXELS: Final = 40_000_000
MAX_SECRET_ID: Final = 20
MIN_SECRET_LENGTH: Final = 32


def _transport(name: str) -> Any:
    return settings.CELERY_BROKER_TRANSPORT_OPTIONS.get(name)


def _bounded(value: Any, limit: float) -> bool:
    return isinstance(value, int | float) and 0 < value <= limit


RULES: Final[list[tuple[str, str, Callable[[], bool]]]] = [
    ("core.E001", "CELERY_TASK_ACKS_LATE must be on", lambda: settings.CELERY_TASK_ACKS_LATE is True),
    (
        "core.E002",
        "CELERY_TASK_REJECT_ON_WORKER_LOST must be on: late acknowledgement alone loses the task of a killed child",
        lambda: settings.CELERY_TASK_REJECT_ON_WORKER_LOST is True,
    ),
    (
        "core.E003",
        "CELERY_WORKER_PREFETCH_MULTIPLIER must be 1",
        lambda: settings.CELERY_WORKER_PREFETCH_MULTIPLIER == 1,
    ),
    (
        "core.E004",
        "the visibility timeout must be 300 to 600 seconds and longer than CELERY_TASK_TIME_LIMIT",
        lambda: (
            MIN_VISIBILITY <= (_transport("visibility_timeout") or 0) <= MAX_VISIBILITY
            and _bounded(settings.CELERY_TASK_TIME_LIMIT, _transport("visibility_timeout") - 1)
        ),
    ),
    (
        "core.E005",
        "the broker's socket_timeout and socket_connect_timeout must be at most 2 seconds",
        lambda: all(
            _bounded(_transport(name), MAX_SOCKET_TIMEOUT)
            for name in ("socket_timeout", "socket_connect_timeout")
        ),
    ),
    (
        "core.E006",
        "tasks must be JSON only",
        lambda: settings.CELERY_TASK_SERIALIZER == "json" and settings.CELERY_ACCEPT_CONTENT == ["json"],
    ),
    (
        "core.E007",
        "tasks must not store results",
        lambda: settings.CELERY_TASK_IGNORE_RESULT is True and settings.CELERY_RESULT_BACKEND is None,
    ),
    (
        "core.E008",
        "unacked_restore_throttle and unacked_restore_interval must be set: redelivery takes 92 s otherwise",
        lambda: bool(_transport("unacked_restore_throttle") and _transport("unacked_restore_interval")),
    ),
    (
        "core.E009",
        "CELERY_TASK_PUBLISH_RETRY_POLICY must stop after one retry",
        lambda: settings.CELERY_TASK_PUBLISH_RETRY_POLICY.get("max_retries") in {0, 1},
    ),
    (
        "core.E010",
        "a Redis cache needs core.web.redis_cache.DegradingRedisCache with time-outs of at most 2 seconds",
        lambda: all(map(_cache_degrades, settings.CACHES.values())),
    ),
    (
        "core.E011",
        "WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE must be off",
        lambda: settings.WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE is False,
    ),
    (
        "core.E012",
        "PageCacheMiddleware must be the first middleware",
        lambda: settings.MIDDLEWARE[0] == "core.web.page_cache.PageCacheMiddleware",
    ),
    (
        "core.E013",
        "ELASTICSEARCH_TIMEOUT must be at most 2 seconds: publishing takes 20 s with the defaults of a silent server",
        lambda: _bounded(settings.ELASTICSEARCH_TIMEOUT, MAX_SOCKET_TIMEOUT),
    ),
    (
        "core.E014",
        "IMAGE_MAX_PIXELS must be at most 40 million: Pillow alone only warns at 120 million",
        lambda: _bounded(settings.IMAGE_MAX_PIXELS, MAX_PIXELS),
    ),
    (
        "core.E015",
        "the admin's search must stay in the database: Wagtail's Elasticsearch backend is not installed",
        lambda: all(
            config["BACKEND"] == "core.wagtail.admin_search"
            for config in settings.WAGTAILSEARCH_BACKENDS.values()
        ),
    ),
    (
        "core.E016",
        "OFFICE_HOURS must be periods in order, such as 07:00-11:30,13:30-17:00",
        lambda: _are_office_hours(settings.OFFICE_HOURS),
    ),
    (
        "core.E017",
        "LOOKUP_SECRETS must hold at least one secret, as id=secret, with ids of at most 20 characters",
        lambda: (
            bool(settings.LOOKUP_SECRETS)
            and all(0 < len(pk) <= MAX_SECRET_ID and value for pk, value in settings.LOOKUP_SECRETS.items())
        ),
    ),
    (
        "core.E018",
        "every key in Redis must begin with the installation: KEY_PREFIX of the cache, global_keyprefix of the broker",
        lambda: (
            bool(_transport("global_keyprefix"))
            and all(config.get("KEY_PREFIX") for config in settings.CACHES.values() if _is_redis(config))
        ),
    ),
    (
        "core.E019",
        "FIELD_KEYS must hold at least one secret, as id=secret",
        lambda: bool(settings.FIELD_KEYS) and all(settings.FIELD_KEYS.values()),
    ),
    (
        "core.E020",
        "CLAMAV_ADDRESS must be host:port or the path of a Unix socket, CLAMAV_TIMEOUT at most a third of a task",
        lambda: (
            _is_scanner_address(settings.CLAMAV_ADDRESS)
            and _bounded(settings.CLAMAV_TIMEOUT, settings.CELERY_TASK_SOFT_TIME_LIMIT / 3)
        ),
    ),
]


def _is_scanner_address(text: str) -> bool:
    try:
        return not text or bool(malware_scan.parse_address(text))
    except ValueError:
        return False


def _are_office_hours(text: str) -> bool:
    try:
        return bool(WorkCalendar(hours=parse_hours(text)))
    except ValueError:
        return False


def _is_redis(config: dict[str, Any]) -> bool:
    return "redis" in config["BACKEND"].lower()


def _cache_degrades(config: dict[str, Any]) -> bool:
    if not _is_redis(config):
        return True
    options = config.get("OPTIONS", {})
    return config["BACKEND"] == "core.web.redis_cache.DegradingRedisCache" and all(
        _bounded(options.get(name), MAX_SOCKET_TIMEOUT)
        for name in ("socket_timeout", "socket_connect_timeout")
    )


@register
def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    """Return one error per violated rule."""
    return [Error(message, id=code) for code, message, is_met in RULES if not is_met()]


@register(deploy=True)
def check_connections(**_kwargs: Any) -> list[CheckMessage]:
    """Warn about opening a connection per request, which halves the throughput (docs/facts.md#numbers-and-locks)."""
    return [
        Warning(f"database {alias}: CONN_MAX_AGE is 0", id="core.W001")
        for alias, config in settings.DATABASES.items()
        if "sqlite" not in config["ENGINE"] and config.get("CONN_MAX_AGE") == 0
    ]


@register(deploy=True)
def check_lookup_secrets(**_kwargs: Any) -> list[CheckMessage]:
    """Warn about a short secret: with a stolen database, keys and numbers could be found by trying secrets."""
    return [
        Warning(f"{name}: {pk} is shorter than {MIN_SECRET_LENGTH} characters", id="core.W002")
        for name in ("LOOKUP_SECRETS", "FIELD_KEYS")
        for pk, value in getattr(settings, name).items()
        if len(value) < MIN_SECRET_LENGTH
    ]


@register(deploy=True)
def check_redis(**_kwargs: Any) -> list[CheckMessage]:
    """Warn about a Redis without a password, and about one on another machine without TLS."""
    url = urlsplit(settings.REDIS_URL)
    if not url.scheme or url.scheme == "unix":
        return []
    found: list[CheckMessage] = []
    if not url.password:
        found.append(Warning("REDIS_URL has no password", id="core.W003"))
    if url.scheme != "rediss" and url.hostname not in {"localhost", "127.0.0.1", "::1"}:
        found.append(Warning("REDIS_URL is on another machine without TLS (rediss://)", id="core.W004"))
    return found
