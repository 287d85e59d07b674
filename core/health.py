"""`/healthz`: whether the portal is up, and which of its parts are degraded."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address
from threading import Lock
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from core.outbox import backlog
from core.web.throttle import Throttle, client_address, client_network

#: A monitor asks once a minute; ten monitors behind one address are served.
LIMIT: Final = Throttle("healthz", limit=120, seconds=600)
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
    """Answer 200 while the database answers, even if an optional part is down; `status` is then `degraded`.

    The address is public: an answer is reused for `HEALTH_SECONDS`, each network has a limit, and the state of the
    parts is only given to requests from this machine. There are no personal data and no error texts in it.
    """
    if not LIMIT.hit(client_network(request)):
        left = {"Retry-After": str(LIMIT.seconds_left())}
        return JsonResponse({"status": "busy"}, status=HTTPStatus.TOO_MANY_REQUESTS, headers=left)
    found = _state.get()
    status = HTTPStatus.SERVICE_UNAVAILABLE if found["status"] == "down" else HTTPStatus.OK
    is_local = ip_address(client_address(request)).is_loopback
    return JsonResponse(found if is_local else {"status": found["status"]}, status=status)


class _State:
    """The last answer of this process, renewed after `HEALTH_SECONDS`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken: tuple[float, dict[str, str]] | None = None

    def get(self) -> dict[str, str]:
        """Return the state of the parts; simultaneous requests share one check."""
        with self._lock:
            if self._taken is None or time.monotonic() - self._taken[0] >= settings.HEALTH_SECONDS:
                self._taken = time.monotonic(), _parts()
            return self._taken[1]


_state: Final = _State()


def _parts() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        parts = {"database": "ok", "cache": _cache(), "outbox": _outbox()}
        parts |= {part: state for part, check in _checks.items() if (state := check()) is not None}
    except DatabaseError:
        return {"status": "down", "database": "down"}
    state = "ok" if all(part == "ok" for part in parts.values()) else "degraded"
    return {"status": state, **parts}


def _cache() -> str:
    cache.set(PROBE, 1, 10)
    return "ok" if cache.get(PROBE) == 1 else "down"


def _outbox() -> str:
    rows = backlog()
    late, failed = sum(row.late for row in rows), sum(row.failed for row in rows)
    return f"late={late} failed={failed}" if late or failed else "ok"
