"""The real servers available to this run, and the outcome of a test that needs a missing one."""

from __future__ import annotations

import os
import socket
import urllib.request
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
REQUIRED = bool(os.environ.get("REQUIRE_SERVICES"))
ALLOWED_SKIPS = ("the shared data folder is absent", "runs on SQLite only")
"""With REQUIRE_SERVICES a skipped test is a failure, unless its reason contains one of these."""


@cache
def missing(service: str) -> str:
    """Return why `service` cannot be used, "" if it can; checked once per process."""
    match service:
        case "postgres":
            engine = settings.DATABASES["default"]["ENGINE"]
            return "" if engine.endswith("postgresql") else "DATABASE_URL does not name PostgreSQL"
        case "sqlite":
            engine = settings.DATABASES["default"]["ENGINE"]
            return "" if engine.endswith("sqlite3") else "runs on SQLite only"
        case "elasticsearch":
            return _missing_elasticsearch(settings.TEST_ELASTICSEARCH_URL)
        case "redis":
            return _missing_redis(settings.TEST_REDIS_URL)
        case "clamav":
            return _missing_clamav(settings.TEST_CLAMAV_ADDRESS)
        case "browser":
            return "" if CHROMIUM.exists() else f"no browser at {CHROMIUM} (scripts/chromium installs it)"
    raise LookupError(service)


def _missing_elasticsearch(url: str) -> str:
    if not url:
        return "ELASTICSEARCH_URL is not set"
    try:
        with urllib.request.urlopen(f"{url}/_cluster/health", timeout=5):
            return ""
    except OSError as error:
        return f"Elasticsearch does not answer at {url}: {error}"


def _missing_redis(url: str) -> str:
    if not url:
        return "REDIS_URL is not set"
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 6379), timeout=2) as link:
            link.sendall(b"PING\r\n")
            return "" if link.recv(16).startswith(b"+PONG") else f"no Redis at {url}"
    except OSError as error:
        return f"Redis does not answer at {url}: {error}"


def _missing_clamav(address: str) -> str:
    if not address:
        return "CLAMAV_ADDRESS is not set"
    host, _colon, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=2) as link:
            link.sendall(b"zPING\0")
            return "" if link.recv(16).startswith(b"PONG") else f"no ClamAV at {address}"
    except OSError as error:
        return f"ClamAV does not answer at {address}: {error}"


def sweep_indices(url: str, prefix: str) -> None:
    """Delete the indices of a run one by one, since wildcards are refused by default."""
    with urllib.request.urlopen(f"{url}/_cat/indices/{prefix}*?h=index", timeout=10) as reply:
        names = reply.read().decode().split()
    for name in names:
        urllib.request.urlopen(urllib.request.Request(f"{url}/{name}", method="DELETE"), timeout=10).close()


def empty_redis(url: str) -> None:
    """Empty the database named in `url`."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 6379), timeout=2) as link:
        link.sendall(f"SELECT {parts.path.lstrip('/')}\r\nFLUSHDB\r\n".encode())
        link.recv(64)


def skip_or_fail(item: pytest.Item) -> None:
    """Skip a test that needs a missing service, or fail it if services are required."""
    for service in ("sqlite", "postgres", "elasticsearch", "redis", "clamav", "browser"):
        if item.get_closest_marker(service) is None:
            continue
        reason = missing(service)
        if reason and REQUIRED and reason not in ALLOWED_SKIPS:
            pytest.fail(f"REQUIRE_SERVICES is set, but {reason}", pytrace=False)
        if reason:
            pytest.skip(reason)


def fail_on_skip(report: pytest.TestReport) -> None:
    """Turn any other skip into a failure if services are required."""
    if not (REQUIRED and report.skipped) or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not any(allowed in reason for allowed in ALLOWED_SKIPS):
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_SERVICES is set, but the test was skipped: {reason}"
