"""Settings modules: production requires complete configuration and names missing variables."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

from tests.paths import ROOT

COMPLETE = {
    "SECRET_KEY": "k" * 20 + "-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
    "LOOKUP_SECRETS": "2026=" + "l" * 40,
    "FIELD_KEYS": "2026=" + "f" * 40,
    "ALLOWED_HOSTS": "dichvucong.example.vn",
    "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal",
    "BASE_URL": "https://dichvucong.example.vn",
}

DEMO_PROCESSOR = "demo.context_processors.demo"
MODULES = ("base", "development", "demo", "production", "reader")
Settings = Callable[..., Any]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """`read(module, NAME=value…)` imports a settings module as a process with only these variables would."""

    def fresh(module: str, **environment: str) -> Any:
        for name in list(os.environ):
            monkeypatch.delenv(name)
        for name, value in {"PORTAL_VAR_DIR": str(tmp_path / "var"), **environment}.items():
            monkeypatch.setenv(name, value)
        # django-environ caches values read from a file for the whole process.
        monkeypatch.setattr(environ.FileAwareEnv, "ENVIRON", FileAwareMapping())
        for name in MODULES:
            monkeypatch.delitem(sys.modules, f"portal.settings.{name}", raising=False)
        return importlib.import_module(f"portal.settings.{module}")

    return fresh


def test_deployment_check_reports_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            **COMPLETE,
            "DJANGO_SETTINGS_MODULE": "portal.settings.production",
            "PORTAL_VAR_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_missing_variable_is_named(read: Settings, name: str) -> None:
    given = {key: value for key, value in COMPLETE.items() if key != name}
    with pytest.raises(ImproperlyConfigured, match=name):
        read("production", **given)


def test_development_needs_no_variables(read: Settings, tmp_path: Path) -> None:
    found = read("development")
    database = found.DATABASES["default"]
    assert database["ENGINE"].endswith("sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "WAL" in database["OPTIONS"]["init_command"]
    assert (found.CELERY_TASK_ALWAYS_EAGER, found.CELERY_BROKER_URL) == (True, "memory://")
    assert found.CACHES["default"]["BACKEND"].endswith("LocalCache")
    assert (found.ELASTICSEARCH_URL, found.TRUSTED_PROXIES, found.DEMO) == ("", 0, False)
    assert found.EMAIL_BACKEND.endswith("console.EmailBackend")
    assert (tmp_path / "var").is_dir()


def test_demo_settings_enable_demo_and_disable_debug(read: Settings) -> None:
    found = read("demo")
    assert found.DEMO
    assert not found.DEBUG
    assert DEMO_PROCESSOR in found.TEMPLATES[0]["OPTIONS"]["context_processors"]


def test_production_uses_the_given_variables(read: Settings, tmp_path: Path) -> None:
    found = read(
        "production", **COMPLETE, REDIS_URL="redis://127.0.0.1:1/0", CONN_MAX_AGE="17", TRUSTED_PROXIES="2",
        EMAIL_URL="smtp+tls://127.0.0.1:25", PORTAL_NAME="Cổng thử", ELASTICSEARCH_URL="http://127.0.0.1:1",
        PRIVATE_MEDIA_ROOT=str(tmp_path / "giay-to"),
    )  # fmt: skip
    database = found.DATABASES["default"]
    assert database["ENGINE"].endswith("postgresql")
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (17, True)
    assert database["OPTIONS"]["connect_timeout"] == 5
    assert (found.CELERY_BROKER_URL, found.CELERY_TASK_ALWAYS_EAGER) == ("redis://127.0.0.1:1/0", False)
    assert found.CACHES["default"]["BACKEND"] == "core.web.redis_cache.DegradingRedisCache"
    assert found.CACHES["default"]["OPTIONS"] == {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    assert found.EMAIL_BACKEND.endswith("smtp.EmailBackend")
    assert (found.TRUSTED_PROXIES, found.WAGTAIL_SITE_NAME) == (2, "Cổng thử tỉnh Cà Mau")
    assert tmp_path / "giay-to" == found.PRIVATE_MEDIA_ROOT


def test_production_defaults_are_secure(read: Settings) -> None:
    found = read("production", **COMPLETE)
    assert not found.DEBUG
    assert not found.DEMO
    assert DEMO_PROCESSOR not in found.TEMPLATES[0]["OPTIONS"]["context_processors"]
    assert found.SESSION_COOKIE_SECURE
    assert found.CSRF_COOKIE_SECURE
    assert found.SESSION_COOKIE_HTTPONLY
    assert found.CSRF_COOKIE_HTTPONLY
    assert found.SECURE_SSL_REDIRECT
    assert found.SECURE_HSTS_SECONDS == 31_536_000
    assert found.ALLOWED_HOSTS == ["dichvucong.example.vn"]
    assert found.STORAGES["staticfiles"]["BACKEND"].endswith("CompressedManifestStaticFilesStorage")
    assert found.STORAGES["private"]["OPTIONS"]["file_permissions_mode"] == 0o600
    assert found.MEDIA_ROOT not in [found.PRIVATE_MEDIA_ROOT, *found.PRIVATE_MEDIA_ROOT.parents]


def test_debug_cannot_be_switched_on_in_production(read: Settings) -> None:
    assert not read("production", **COMPLETE, DEBUG="on").DEBUG
    assert read("development", DEBUG="on").DEBUG


def test_secret_can_be_read_from_a_file(read: Settings, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("k" * 60)
    given = {name: value for name, value in COMPLETE.items() if name != "SECRET_KEY"}
    assert read("production", **given, SECRET_KEY_FILE=str(secret)).SECRET_KEY == "k" * 60


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_PROXIES", "viele"),
        ("CONN_MAX_AGE", "lang"),
        ("UPLOAD_MAX_BYTES", "10 MB"),
        ("EMAIL_URL", "smpt://x"),
        ("DATABASE_URL", "portal"),
        ("DATABASE_URL", "postgress://portal:mat-khau@127.0.0.1:1/portal"),
        ("DATABASE_URL", "postgres://portal:mat-khau@127.0.0.1:port/portal"),
        ("SECURE_HSTS_SECONDS", "one year"),
    ],
)
def test_invalid_value_is_reported_with_its_name(
    read: Settings, name: str, value: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name} cannot be read") as caught:
        read("production", **{**COMPLETE, name: value})
    assert "mat-khau" not in str(caught.value) + "".join(capfd.readouterr())


def test_every_variable_is_documented_for_operators():
    """docs/operations.md lists all variables that the settings read."""
    documented = (ROOT / "docs" / "operations.md").read_text()
    sources = (ROOT / "portal" / "settings").glob("*.py")
    read = {name for path in sources for name in re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", path.read_text())}
    assert len(read) > 25
    assert {name for name in read if f"`{name}`" not in documented} == set()
