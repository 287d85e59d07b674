"""``/healthz``: is the portal up, and what of it limps."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from core import hooks
from core.outbox.selectors import backlog

PROBE = "core.health.probe"


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the database answers, also when an optional part is down; then ``status`` is ``degraded``.

    Apps above add parts through the hook ``health`` (a pair of name and state; ``ok`` or what is wrong). No figure of
    a person and no error text is shown: the address is open to everybody.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts = {"database": "ok", "cache": _cache(), "outbox": _outbox(), **dict(hooks.call("health"))}
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "down"}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    state = "ok" if all(part == "ok" for part in parts.values()) else "degraded"
    answer: dict[str, Any] = {"status": state, **parts}
    return JsonResponse(answer)


def _cache() -> str:
    cache.set(PROBE, 1, 10)
    return "ok" if cache.get(PROBE) == 1 else "down"


def _outbox() -> str:
    rows = backlog()
    late, failed = sum(row.late for row in rows), sum(row.failed for row in rows)
    return f"late={late} failed={failed}" if late or failed else "ok"
