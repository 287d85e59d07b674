"""The first middleware: answers anonymous people from memory, before anything else runs.

See docs/features/page-cache.md.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from core.pagecache.entries import Entry
from core.pagecache.epochs import watch
from core.pagecache.services import ATTRIBUTE
from core.pagecache.store import Key, Store

MAX_QUERY: Final = 200
MESSAGES_COOKIE: Final = "messages"
# What campaigns and networks append to a link; no page depends on it.
TRACKING: Final = ("utm_", "fbclid", "gclid", "zarsrc", "zalo")


class PageCacheMiddleware:
    """Keeps responses that ``pagecache.allow`` marked, and nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.PAGE_CACHE_ENABLED:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.store = Store(settings.PAGE_CACHE_BYTES)
        self.personal = tuple(f"{name}=" for name in (settings.SESSION_COOKIE_NAME, MESSAGES_COOKIE))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = self._key(request)
        if key is None:
            return self.get_response(request)
        epoch = watch.current()
        entry = self.store.get(key, epoch)
        if entry is not None:
            return entry.respond(request)
        return self._fill(request, key, epoch)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """With the database down an old page is better than none."""
        key = self._key(request) if isinstance(exception, DatabaseError) else None
        entry = self.store.get_stale(key) if key else None
        return entry.respond(request) if entry else None

    def _key(self, request: HttpRequest) -> Key | None:
        """Name the answer that everybody gets here, or None for a request of somebody in particular."""
        meta = request.META
        if request.method not in {"GET", "HEAD"} or "HTTP_AUTHORIZATION" in meta or "HTTP_RANGE" in meta:
            return None
        cookies = meta.get("HTTP_COOKIE")
        if cookies and any(name in cookies for name in self.personal):
            return None
        query = meta.get("QUERY_STRING", "")
        if len(query) > MAX_QUERY:
            return None
        # The host was checked against ALLOWED_HOSTS when the page was made: an unknown one never gets an entry.
        host = meta.get("HTTP_HOST", "")
        if settings.USE_X_FORWARDED_HOST:
            host = f"{meta.get('HTTP_X_FORWARDED_HOST', '')} {host}"
        return request.is_secure(), host, request.path_info, _relevant(query) if query else ""

    def _fill(self, request: HttpRequest, key: Key, epoch: int) -> HttpResponse:
        # The page is made from what its key names: a link on it must not carry one person's campaign to all others.
        request.META["QUERY_STRING"] = key[-1]
        response = self.get_response(request)
        seconds = _seconds(response)
        if seconds and request.method == "GET" and isinstance(response, HttpResponse):
            nonce = getattr(request, "_csp_nonce", None)
            self.store.put(key, Entry.of(response, nonce=nonce, epoch=epoch, seconds=seconds))
        return response


def _relevant(query: str) -> str:
    """Return the query without what campaigns append; the order of the rest is kept."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, value) for name, value in pairs if not name.startswith(TRACKING)])


def _seconds(response: HttpResponseBase) -> int:
    """Return how long the response may be kept: 0 unless a view said so and nothing personal is in it."""
    seconds: int = getattr(response, ATTRIBUTE, 0)
    private = {"private", "no-store"} & {
        part.strip() for part in response.get("Cache-Control", "").split(",")
    }
    if response.status_code != HTTPStatus.OK or response.streaming or response.cookies or private:
        return 0
    return seconds
