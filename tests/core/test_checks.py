"""Each check of core.checks fails by its own setting at its own limit."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.checks import run_checks

from core import checks

TRANSPORT = {
    "visibility_timeout": 300,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "unacked_restore_throttle": 1,
    "unacked_restore_interval": 2,
    "global_keyprefix": "portal-test:",
}
REDIS = {
    "BACKEND": "core.web.redis_cache.DegradingRedisCache",
    "LOCATION": "redis://127.0.0.1:1/0",
    "KEY_PREFIX": "portal-test",
    "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
}


def transport(**changes):
    merged = {**TRANSPORT, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def redis(**changes):
    return {"default": {**REDIS, **changes}}


def broken() -> set[str]:
    return {message.id for message in checks.check_settings()}


def test_the_current_settings_pass_all_checks():
    assert broken() == set()
    assert not [message for message in run_checks() if message.id and message.id.startswith("core.")]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("CELERY_TASK_ACKS_LATE", False, "core.E001"),
        ("CELERY_TASK_REJECT_ON_WORKER_LOST", False, "core.E002"),
        ("CELERY_TASK_REJECT_ON_WORKER_LOST", None, "core.E002"),
        ("CELERY_WORKER_PREFETCH_MULTIPLIER", 4, "core.E003"),
        ("CELERY_WORKER_PREFETCH_MULTIPLIER", 0, "core.E003"),
        ("CELERY_TASK_TIME_LIMIT", 300, "core.E004"),
        ("CELERY_TASK_TIME_LIMIT", None, "core.E004"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", transport(visibility_timeout=299), "core.E004"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", transport(visibility_timeout=601), "core.E004"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", transport(visibility_timeout=None), "core.E004"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", transport(socket_timeout=2.1), "core.E005"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", transport(socket_timeout=None), "core.E005"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", transport(socket_connect_timeout=0), "core.E005"),
        ("CELERY_ACCEPT_CONTENT", ["json", "pickle"], "core.E006"),
        ("CELERY_TASK_SERIALIZER", "pickle", "core.E006"),
        ("CELERY_TASK_IGNORE_RESULT", False, "core.E007"),
        ("CELERY_RESULT_BACKEND", "redis://127.0.0.1:1/1", "core.E007"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", transport(unacked_restore_interval=None), "core.E008"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", transport(unacked_restore_throttle=0), "core.E008"),
        ("CELERY_TASK_PUBLISH_RETRY_POLICY", {"max_retries": 2}, "core.E009"),
        ("CELERY_TASK_PUBLISH_RETRY_POLICY", {}, "core.E009"),
        ("CACHES", redis(BACKEND="django.core.cache.backends.redis.RedisCache"), "core.E010"),
        ("CACHES", redis(OPTIONS={}), "core.E010"),
        ("CACHES", redis(OPTIONS={"socket_timeout": 0.5, "socket_connect_timeout": 5}), "core.E010"),
        ("CACHES", {**redis(), "other": {"BACKEND": "django_redis.cache.RedisCache", "KEY_PREFIX": "x"}}, "core.E010"),
        ("WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE", True, "core.E011"),
        ("MIDDLEWARE", ["django.middleware.security.SecurityMiddleware"], "core.E012"),
        ("ELASTICSEARCH_TIMEOUT", 10, "core.E013"),
        ("ELASTICSEARCH_TIMEOUT", None, "core.E013"),
        ("IMAGE_MAX_PIXELS", 120_000_000, "core.E014"),
        ("IMAGE_MAX_PIXELS", None, "core.E014"),
        ("WAGTAILSEARCH_BACKENDS", {"default": {"BACKEND": "wagtail.search.backends.elasticsearch8"}}, "core.E015"),
        ("LOOKUP_SECRETS", {}, "core.E017"),
        ("LOOKUP_SECRETS", {"2026": ""}, "core.E017"),
        ("LOOKUP_SECRETS", {"": "x" * 40}, "core.E017"),
        ("LOOKUP_SECRETS", {"2" * 21: "x" * 40}, "core.E017"),
        ("CACHES", redis(KEY_PREFIX=""), "core.E018"),
        ("FIELD_KEYS", {}, "core.E019"),
        ("FIELD_KEYS", {"2026": ""}, "core.E019"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", transport(global_keyprefix=""), "core.E018"),
        ("CLAMAV_ADDRESS", "clamav.example", "core.E020"),
        ("CLAMAV_ADDRESS", "clamav.example:0", "core.E020"),
        ("CLAMAV_ADDRESS", "http://clamav.example:3310", "core.E020"),
        ("CLAMAV_TIMEOUT", 0, "core.E020"),
        ("CLAMAV_TIMEOUT", 100, "core.E020"),
    ],
)  # fmt: skip
def test_a_setting_beyond_its_limit_fails_only_its_own_check(settings, name, value, code):
    setattr(settings, name, value)
    assert broken() == {code}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CELERY_TASK_TIME_LIMIT", 299),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", transport(visibility_timeout=600)),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", transport(socket_timeout=0.1)),
        ("CELERY_TASK_PUBLISH_RETRY_POLICY", {"max_retries": 0}),
        ("CACHES", redis()),
        ("ELASTICSEARCH_TIMEOUT", 2),
        ("IMAGE_MAX_PIXELS", 40_000_000),
        ("CLAMAV_ADDRESS", "clamav.example:3310"),
        ("CLAMAV_ADDRESS", "/run/clamav/clamd.ctl"),
    ],
)
def test_a_setting_at_its_limit_passes(settings, name, value):
    setattr(settings, name, value)
    assert broken() == set()


def test_every_check_has_a_unique_id_and_a_message():
    codes = [code for code, _message, _holds in checks.RULES]
    assert codes == [f"core.E{number:03d}" for number in range(1, len(codes) + 1)]
    assert all(len(message) > 20 for _code, message, _holds in checks.RULES)


@pytest.mark.parametrize(
    ("engine", "age", "warned"),
    [("postgresql", 0, True), ("postgresql", 60, False), ("postgresql", None, False), ("sqlite3", 0, False)],
)
def test_one_connection_per_request_is_a_deployment_warning(monkeypatch, engine, age, warned):
    databases = {"default": {"ENGINE": f"django.db.backends.{engine}", "CONN_MAX_AGE": age}}
    monkeypatch.setattr(checks, "settings", SimpleNamespace(DATABASES=databases))
    assert [message.id for message in checks.check_connections()] == (["core.W001"] if warned else [])


def test_a_short_lookup_secret_is_a_deployment_warning(settings):
    settings.LOOKUP_SECRETS = settings.FIELD_KEYS = {"2027": "x" * 32, "2026": "x" * 31}
    assert [message.msg for message in checks.check_lookup_secrets()] == [
        "LOOKUP_SECRETS: 2026 is shorter than 32 characters",
        "FIELD_KEYS: 2026 is shorter than 32 characters",
    ]


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("", []),
        ("unix:///run/redis.sock", []),
        ("redis://:secret@127.0.0.1:6379/0", []),
        ("rediss://:secret@redis.example:6379/0", []),
        ("redis://127.0.0.1:6379/0", ["core.W003"]),
        ("redis://:secret@redis.example:6379/0", ["core.W004"]),
        ("redis://redis.example/0", ["core.W003", "core.W004"]),
    ],
)
def test_redis_without_password_or_tls_is_a_deployment_warning(settings, url, warned):
    settings.REDIS_URL = url
    found = checks.check_redis()
    assert [message.id for message in found] == warned
    assert all("secret" not in message.msg for message in found)
