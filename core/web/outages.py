"""What visitors see while the database or the disk is unavailable: cached pages, otherwise a 503 that says so.

After a failed connection the database is not contacted for two seconds, so that requests do not wait for it in
turn; then one request tries. Nothing here needs the database, the session or the cache.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import loader
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language_from_path, override

from core.circuit_breaker import CircuitBreaker
from core.web.origins import is_same_origin
from core.web.submitted_fields import kept_fields

logger = logging.getLogger(__name__)

BREAKER_SECONDS: Final = 2.0
#: `Retry-After` in seconds; the portal answers again within a few seconds after the database does.
RETRY_AFTER: Final = 10
OUTAGE: Final = "database_outage"
breaker = CircuitBreaker(BREAKER_SECONDS)
# SQLSTATE of a server that is stopping, starting or full of connections, and of broken connections (class 08).
_AWAY: Final = ("08", "57P", "53300")
_SQLITE_AWAY: Final = "unable to open database file"


def is_temporary(error: BaseException | None) -> bool:
    """Return True if the same request may succeed later: no database, a lock that was not obtained, a full disk."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}


def is_database_away(error: BaseException | None) -> bool:
    """Return True if the database cannot be reached, so that the next request would fail as well."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    if isinstance(error.__cause__, sqlite3.Error):
        return _SQLITE_AWAY in str(error)
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(_AWAY)


def unavailable(request: HttpRequest, error: BaseException | None = None) -> HttpResponse:
    """Return the page for a request that failed with `error`.

    It contains what a page of this site sent, to be sent again.
    """
    if is_database_away(error):
        breaker.trip()
    sent = request.method == "POST" and is_same_origin(request)
    kept = _typed(request) if sent else []
    language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
    with override(language):
        context = {
            "language": language,
            "home": "/" if language == settings.LANGUAGE_CODE else f"/{language}/",
            "portal_name": settings.PORTAL_NAME,
            "portal_province": settings.PORTAL_PROVINCE,
            "kept": kept,
            "csrf_token": get_token(request) if kept else "",
            "lost_files": bool(kept and request.FILES),
            "action": request.get_full_path(),
        }
        page = loader.render_to_string("503.html", context)
    response = HttpResponse(
        page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": str(RETRY_AFTER)}
    )
    add_never_cache_headers(response)
    setattr(response, OUTAGE, True)
    return response


def is_outage(response: object) -> bool:
    """Return True for a response of `unavailable`."""
    return getattr(response, OUTAGE, False)


class DatabaseOutageMiddleware:
    """Answer at once while the database is known to be unavailable; the first request after two seconds tries it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass `/healthz` through in any case: it reports the state and has its own connection timeout."""
        if request.path_info == "/healthz":
            return self.get_response(request)
        if breaker.is_open:
            return unavailable(request)
        response = self.get_response(request)
        if not is_outage(response):
            breaker.reset()
        return response


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    try:
        return kept_fields(request.POST)
    except OSError:  # the connection of the browser, or the disk for its files
        return []
