"""`/healthz`: whether the portal is up, and which of its parts are degraded."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from core.outbox import backlog

PROBE = "core.health.probe"
Check = Callable[[], str | None]
_checks: Final[dict[str, Check]] = {}


def register(part: str) -> Callable[[Check], Check]:
    """Register the decorated function as the check of `part`: `ok`, what is wrong, or None if it is not used."""

    def add(check: Check) -> Check:
        _checks[part] = check
        return check

    return add


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the database answers, also if an optional part is down; then `status` is `degraded`.

    The response contains no personal data and no error texts: the address is public.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts = {"database": "ok", "cache": _cache(), "outbox": _outbox()}
        parts |= {part: state for part, check in _checks.items() if (state := check()) is not None}
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "down"}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    state = "ok" if all(part == "ok" for part in parts.values()) else "degraded"
    body: dict[str, Any] = {"status": state, **parts}
    return JsonResponse(body)


def _cache() -> str:
    cache.set(PROBE, 1, 10)
    return "ok" if cache.get(PROBE) == 1 else "down"


def _outbox() -> str:
    rows = backlog()
    late, failed = sum(row.late for row in rows), sum(row.failed for row in rows)
    return f"late={late} failed={failed}" if late or failed else "ok"
