"""Production refuses to start half configured, and names what is missing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

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


SHOW = """
import django; django.setup()
import json
from django.conf import settings as s
db = s.DATABASES["default"]
print(json.dumps({
    "engine": db["ENGINE"].rsplit(".", 1)[-1], "age": db.get("CONN_MAX_AGE"), "options": db.get("OPTIONS", {}),
    "health": db.get("CONN_HEALTH_CHECKS"), "cache": s.CACHES["default"], "broker": s.CELERY_BROKER_URL,
    "eager": s.CELERY_TASK_ALWAYS_EAGER, "demo": s.DEMO, "debug": s.DEBUG, "secret": s.SECRET_KEY,
    "hosts": s.ALLOWED_HOSTS, "proxies": s.TRUSTED_PROXIES, "redirect": s.SECURE_SSL_REDIRECT,
    "cookies": [s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY],
    "hsts": s.SECURE_HSTS_SECONDS, "static": s.STORAGES["staticfiles"]["BACKEND"].rsplit(".", 1)[-1],
    "mail": s.EMAIL_BACKEND.rsplit(".", 2)[-2], "private": str(s.PRIVATE_MEDIA_ROOT), "name": s.PORTAL_NAME,
    "elastic": s.ELASTICSEARCH_URL, "mode": s.STORAGES["private"]["OPTIONS"].get("file_permissions_mode"),
    "media_in_private": str(s.PRIVATE_MEDIA_ROOT).startswith(str(s.MEDIA_ROOT)),
}, default=str))
"""


def shown(tmp_path, module: str, **environment):
    """The settings as another process reads them."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env={
            **inherited,
            "DJANGO_SETTINGS_MODULE": f"portal.settings.{module}",
            "PORTAL_VAR_DIR": str(tmp_path / "var"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_development_needs_nothing(tmp_path):
    found = shown(tmp_path, "development")
    assert (found["engine"], found["eager"], found["broker"]) == ("sqlite3", True, "memory://")
    assert found["options"]["transaction_mode"] == "IMMEDIATE"
    assert "WAL" in found["options"]["init_command"]
    assert found["cache"]["BACKEND"].endswith("LocMemCache")
    assert (found["elastic"], found["mail"], found["proxies"]) == ("", "console", 0)
    assert not found["demo"]
    assert (tmp_path / "var").is_dir()


def test_the_demo_shows_its_accounts_and_hides_its_errors(tmp_path):
    found = shown(tmp_path, "demo")
    assert found["demo"]
    assert not found["debug"]


def test_production_uses_what_the_operator_names(tmp_path):
    found = shown(
        tmp_path, "production", **COMPLETE, REDIS_URL="redis://127.0.0.1:1/0", CONN_MAX_AGE="17",
        EMAIL_URL="smtp+tls://127.0.0.1:25", TRUSTED_PROXIES="2", PORTAL_NAME="Cổng thử",
        ELASTICSEARCH_URL="http://127.0.0.1:1", PRIVATE_MEDIA_ROOT=str(tmp_path / "giay-to"),
    )  # fmt: skip
    assert (found["engine"], found["age"], found["health"]) == ("postgresql", 17, True)
    assert found["options"]["connect_timeout"] == 5
    assert (found["broker"], found["eager"]) == ("redis://127.0.0.1:1/0", False)
    assert found["cache"]["BACKEND"] == "core.cache.DegradingRedisCache"
    assert found["cache"]["OPTIONS"] == {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    assert (found["mail"], found["proxies"], found["name"]) == ("smtp", 2, "Cổng thử")
    assert found["private"] == str(tmp_path / "giay-to")


def test_production_is_closed_where_nothing_is_said(tmp_path):
    found = shown(tmp_path, "production", **COMPLETE)
    assert not found["debug"]
    assert not found["demo"]
    assert found["cookies"] == [True, True, True, True]
    assert found["redirect"]
    assert found["hsts"] == 31_536_000
    assert found["hosts"] == ["dichvucong.example.vn"]
    assert found["static"] == "CompressedManifestStaticFilesStorage"
    assert found["mode"] == 0o600
    assert not found["media_in_private"]


def test_debug_cannot_be_switched_on_in_production(tmp_path):
    assert not shown(tmp_path, "production", **COMPLETE, DEBUG="on")["debug"]


def test_a_secret_may_be_mounted_as_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("k" * 60)
    given = {name: value for name, value in COMPLETE.items() if name != "SECRET_KEY"}
    assert shown(tmp_path, "production", **given, SECRET_KEY_FILE=str(secret))["secret"] == "k" * 60


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_PROXIES", "viele"),
        ("CONN_MAX_AGE", "lang"),
        ("UPLOAD_MAX_BYTES", "10 MB"),
        ("EMAIL_URL", "smpt://x"),
        ("DATABASE_URL", "portal"),
        ("DATABASE_URL", "postgress://portal:mat-khau@127.0.0.1:1/portal"),
        ("DATABASE_URL", "postgres://portal@127.0.0.1:port/portal"),
        ("SECURE_HSTS_SECONDS", "one year"),
    ],
)
def test_an_unreadable_value_is_told_by_its_name(tmp_path, name, value):
    result = check(tmp_path, **{name: value})
    assert result.returncode != 0
    assert f"ImproperlyConfigured: {name} cannot be read" in result.stderr
    assert "mat-khau" not in result.stderr


def test_every_variable_is_in_the_table_for_operators():
    """docs/operations.md is the one table; a variable that the code reads and it does not name is lost."""
    told = (ROOT / "docs" / "operations.md").read_text()
    sources = (ROOT / "portal" / "settings").glob("*.py")
    read = {name for path in sources for name in re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", path.read_text())}
    assert len(read) > 25
    assert {name for name in read if f"`{name}`" not in told} == set()
