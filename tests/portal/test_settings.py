"""Production refuses to start half configured, and names what is missing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from core import checks
from tests.paths import ROOT

COMPLETE = {
    "SECRET_KEY": "k" * 20 + "-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
    "ALLOWED_HOSTS": "dichvucong.example.vn",
    "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal",
    "BASE_URL": "https://dichvucong.example.vn",
}


def check(tmp_path, **changes):
    wanted = {**COMPLETE, **changes}
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {name: value for name, value in wanted.items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            **inherited,
            **environment,
            "DJANGO_SETTINGS_MODULE": "portal.settings.production",
            "PORTAL_VAR_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_check_is_clean(tmp_path):
    result = check(tmp_path)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_missing_variable_is_named(tmp_path, name):
    result = check(tmp_path, **{name: None})
    assert result.returncode != 0
    assert name in result.stderr


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("CELERY_TASK_ACKS_LATE", False, "core.E001"),
        ("CELERY_TASK_REJECT_ON_WORKER_LOST", False, "core.E002"),
        ("CELERY_WORKER_PREFETCH_MULTIPLIER", 4, "core.E003"),
        ("CELERY_TASK_TIME_LIMIT", 300, "core.E004"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", {"visibility_timeout": 3600}, "core.E004"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", {"visibility_timeout": 300, "socket_timeout": 60}, "core.E005"),
        ("CELERY_ACCEPT_CONTENT", ["json", "pickle"], "core.E006"),
        ("CELERY_TASK_IGNORE_RESULT", False, "core.E007"),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", {"visibility_timeout": 300}, "core.E008"),
        ("CELERY_TASK_PUBLISH_RETRY_POLICY", {"max_retries": 3}, "core.E009"),
        ("CACHES", {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}, "core.E010"),
        ("WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE", True, "core.E011"),
        ("MIDDLEWARE", ["django.middleware.security.SecurityMiddleware"], "core.E012"),
    ],
)
def test_each_setting_that_loses_tasks_is_an_error(settings, name, value, code):
    assert checks.check_settings() == []
    setattr(settings, name, value)
    assert code in {message.id for message in checks.check_settings()}
