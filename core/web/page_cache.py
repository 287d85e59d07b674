"""Cache of whole pages for anonymous visitors, answered by the first middleware (docs/features/page-cache.md).

The generation of the public content, a counter in the database, is raised by every change of it (`purge`); pages of an
older generation are not served. Cached responses are split at the nonce, so that each delivery gets a fresh one.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from threading import Lock
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError, transaction
from django.db.models import F, Model, Value
from django.db.models.functions import Greatest
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale, Page, PageViewRestriction, Site
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from core.models import CacheGeneration
from core.web import outages
from core.worktime import start_of_day

logger = logging.getLogger(__name__)

Key = tuple[bool, str, str, str]  # scheme is https, host, path, query
OnHit = Callable[[HttpRequest], None]

ATTRIBUTE: Final = "page_cache_seconds"
PARAMETERS: Final = "page_cache_parameters"
ON_HIT: Final = "page_cache_on_hit"
#: Paths of which the parameters are known; a path takes about 300 bytes.
MAX_PATHS: Final = 10_000
DEFAULT_SECONDS: Final = 300
POLICY: Final = "Content-Security-Policy"
OVERHEAD_BYTES: Final = 1500
# What a 304 may repeat (RFC 9110, 15.4.5). Never the policy: its nonce must stay the one of the stored body.
NOT_MODIFIED_HEADERS: Final = frozenset({"ETag", "Cache-Control", "Vary", "Content-Location"})
# Set for each response, or belonging to one connection.
DROPPED_HEADERS: Final = frozenset({POLICY.lower(), "content-length", "date", "connection", "server-timing"})
MAX_QUERY: Final = 200
MESSAGES_COOKIE: Final = "messages"
# Parameters that campaigns and social networks append to a link; no page depends on them.
TRACKING: Final = ("utm_", "fbclid", "gclid", "zarsrc", "zalo")
SITE = "site"
# A change is seen by every process within this time; the documented limit is one second.
POLL_SECONDS = 0.5
RETRY_SECONDS = 2.0
SETTINGS_MODELS = (Site, PageViewRestriction, Redirect, Locale)


def allow(
    response: HttpResponse,
    *,
    seconds: int = DEFAULT_SECONDS,
    parameters: Iterable[str],
    on_hit: OnHit | None = None,
) -> HttpResponse:
    """Mark `response` as the same for every anonymous visitor for at most `seconds`.

    `parameters` are the query parameters that the view reads; addresses that differ in others share an entry.
    `on_hit` is called with each request that is answered from the cache; it must be quick and raise nothing.
    """
    setattr(response, ATTRIBUTE, seconds)
    setattr(response, ON_HIT, on_hit)
    setattr(response, PARAMETERS, frozenset(parameters))
    return response


def until_midnight(*, at_most: int = DEFAULT_SECONDS) -> int:
    """Return the seconds to the next local midnight, 1 to `at_most`: for pages that show what is in force today."""
    now = timezone.localtime()
    tomorrow = start_of_day(now.date() + timedelta(days=1))
    return max(1, min(at_most, int((tomorrow - now).total_seconds())))


class GenerationWatch:
    """The generation as this process knows it, read from the database at most every half second.

    While the database is down, the last known generation stays current. One thread polls and the others use the known
    value, so that a database that hangs blocks a single request.
    """

    def __init__(self) -> None:
        self._number = 0
        self._next_poll = 0.0
        self._lock = Lock()

    def current(self) -> int:
        """Return the current generation; 0 before the first purge."""
        now = time.monotonic()
        if now >= self._next_poll and self._lock.acquire(blocking=not self._next_poll):
            try:
                if now >= self._next_poll:
                    self._poll()
            finally:
                self._lock.release()
        return self._number

    def expire(self) -> None:
        """Read the database again at the next call of `current`."""
        self._next_poll = 0.0

    def _poll(self) -> None:
        wait = POLL_SECONDS
        try:
            row = CacheGeneration.objects.filter(scope=SITE).values_list("number", flat=True).first()
            self._number = row or 0
        except DatabaseError as error:
            wait = RETRY_SECONDS
            if outages.is_database_away(error):
                outages.breaker.trip()
            logger.warning("page cache: the database does not answer; cached pages stay valid", exc_info=True)
        self._next_poll = time.monotonic() + wait


watch = GenerationWatch()


def purge() -> None:
    """Invalidate every cached page when the surrounding transaction commits, in this process at once.

    The generation is the time of the purge in microseconds: a number that was rolled back never recurs, so
    nothing cached under it can be mistaken for current.
    """
    now = time.time_ns() // 1000
    rows = CacheGeneration.objects.filter(scope=SITE)
    if not rows.update(number=Greatest(F("number") + 1, Value(now))):
        CacheGeneration.objects.get_or_create(scope=SITE, defaults={"number": now})
    watch.expire()
    transaction.on_commit(watch.expire)


def _purge(sender: type[Model], **kwargs: Any) -> None:
    if not kwargs.get("raw"):
        purge()


def _purge_after_delete(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    if instance.live if isinstance(instance, Page) else isinstance(instance, SETTINGS_MODELS):
        purge()


def connect_receivers() -> None:
    """Connect the receivers; called once when the apps are ready. Apps call `purge` for their own models."""
    for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
        signal.connect(_purge, dispatch_uid=f"page-cache-{id(signal)}")
    for model in SETTINGS_MODELS:
        post_save.connect(_purge, sender=model, dispatch_uid=f"page-cache-{model.__name__}")
    post_delete.connect(_purge_after_delete, dispatch_uid="page-cache-delete")


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """One page at one address. `expires` is a value of `time.monotonic`."""

    body: tuple[bytes, ...]
    policy: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    etag: str
    generation: int
    expires: float
    on_hit: OnHit | None = None

    @classmethod
    def of(cls, response: HttpResponse, *, nonce: str | None, generation: int, seconds: int) -> Self:
        """Split `response` at the nonce and give it the ETag for later conditional requests."""
        policy = response.headers.get(POLICY, "")
        content = response.content
        parts = tuple(content.split(nonce.encode())) if nonce else (content,)
        etag = f'W/"{hashlib.blake2b(b"|".join(parts), digest_size=12).hexdigest()}"'
        response.headers["ETag"] = etag
        response.headers.setdefault("Cache-Control", "no-cache")
        return cls(
            body=parts,
            policy=tuple(policy.split(nonce)) if nonce else (policy,),
            headers=tuple((k, v) for k, v in response.items() if k.lower() not in DROPPED_HEADERS),
            etag=etag,
            generation=generation,
            expires=time.monotonic() + seconds,
            on_hit=getattr(response, ON_HIT, None),
        )

    @property
    def size(self) -> int:
        """Approximate memory in bytes."""
        return sum(map(len, self.body)) + OVERHEAD_BYTES

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Return the page, or a 304 if the browser has it."""
        if self.etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            kept = {name: value for name, value in self.headers if name in NOT_MODIFIED_HEADERS}
            return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=kept)
        nonce = base64.b64encode(os.urandom(16)).decode("ascii")
        content = nonce.encode().join(self.body) if len(self.body) > 1 else self.body[0]
        response = HttpResponse(content, headers=dict(self.headers))
        response.headers["Content-Length"] = str(len(content))
        if self.policy[0]:
            response.headers[POLICY] = nonce.join(self.policy)
        return response


class PageStore:
    """Cached pages by key. A page larger than a sixteenth of the limit is not stored: it would evict too many."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._pages: OrderedDict[Key, CachedResponse] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Key, generation: int) -> CachedResponse | None:
        """Return the page if it is of this generation and has not expired."""
        page = self._pages.get(key)
        if page is None or page.generation != generation or page.expires < time.monotonic():
            return None
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
        return page

    def get_stale(self, key: Key) -> CachedResponse | None:
        """Return the page whatever its age, for the time that the database is down."""
        return self._pages.get(key)

    def put(self, key: Key, page: CachedResponse) -> None:
        """Store the page and evict others until the limit is kept."""
        if page.size > self._max_bytes // 16:
            return
        with self._lock:
            self._drop(key)
            self._pages[key] = page
            self._bytes += page.size
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._pages)))

    def clear(self) -> None:
        """Remove all pages."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0

    def _drop(self, key: Key) -> None:
        old = self._pages.pop(key, None)
        if old is not None:
            self._bytes -= old.size

    def __len__(self) -> int:
        return len(self._pages)

    @property
    def bytes(self) -> int:
        """Bytes stored."""
        return self._bytes


class PageCacheMiddleware:
    """Cache the responses that `page_cache.allow` marked, and no others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.PAGE_CACHE_ENABLED:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.store = PageStore(settings.PAGE_CACHE_BYTES)
        self._parameters: dict[str, frozenset[str]] = {}
        self.personal_cookies = tuple(f"{name}=" for name in (settings.SESSION_COOKIE_NAME, MESSAGES_COOKIE))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = self._key(request)
        if key is None:
            return self.get_response(request)
        generation = watch.current()
        page = self.store.get(key, generation)
        if page is not None:
            if page.on_hit is not None:
                page.on_hit(request)
            return page.respond(request)
        return self._fill(request, key, generation)

    def _key(self, request: HttpRequest) -> Key | None:
        """Return the key of the page, or None if the response depends on the person."""
        meta = request.META
        if request.method not in {"GET", "HEAD"} or "HTTP_AUTHORIZATION" in meta or "HTTP_RANGE" in meta:
            return None
        cookies = meta.get("HTTP_COOKIE")
        if cookies and any(name in cookies for name in self.personal_cookies):
            return None
        query = meta.get("QUERY_STRING", "")
        known = self._parameters.get(request.path_info)
        if query:
            query = _relevant(query, known)
        if len(query) > MAX_QUERY:
            return None
        # The host was checked against ALLOWED_HOSTS when the page was rendered: an unknown one is never stored.
        host = meta.get("HTTP_HOST", "")
        if settings.USE_X_FORWARDED_HOST:
            host = f"{meta.get('HTTP_X_FORWARDED_HOST', '')} {host}"
        return request.is_secure(), host, request.path_info, query

    def _fill(self, request: HttpRequest, key: Key, generation: int) -> HttpResponse:
        # Render the page from what its key contains: its links must not pass one visitor's campaign on to all others.
        request.META["QUERY_STRING"] = key[-1]
        response = self.get_response(request)
        if outages.is_outage(response):
            stale = self.store.get_stale(key)
            return stale.respond(request) if stale else response
        seconds = _cacheable_seconds(response)
        if seconds and self._note_parameters(key, getattr(response, PARAMETERS)):
            # Links of this page may contain a parameter that the view does not read.
            return response
        if seconds and request.method == "GET" and isinstance(response, HttpResponse):
            nonce = getattr(request, "_csp_nonce", None)
            self.store.put(
                key, CachedResponse.of(response, nonce=nonce, generation=generation, seconds=seconds)
            )
        return response

    def _note_parameters(self, key: Key, parameters: frozenset[str]) -> bool:
        """Store which parameters the path reads; return True if the page was rendered with any others."""
        path, query = key[2:]
        if path not in self._parameters and len(self._parameters) < MAX_PATHS:
            self._parameters[path] = parameters
        return bool(query) and _relevant(query, parameters) != query


def _relevant(query: str, known: frozenset[str] | None) -> str:
    """Return the query without tracking parameters and, if the relevant ones are known, without all others."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode(
        [
            (name, value)
            for name, value in pairs
            if not name.startswith(TRACKING) and (known is None or name in known)
        ]
    )


def _cacheable_seconds(response: HttpResponseBase) -> int:
    """Return how long the response may be cached: 0 unless a view allowed it and it contains nothing personal."""
    seconds: int = getattr(response, ATTRIBUTE, 0)
    private = {"private", "no-store"} & {
        part.strip() for part in response.get("Cache-Control", "").split(",")
    }
    if response.status_code != HTTPStatus.OK or response.streaming or response.cookies or private:
        return 0
    return seconds
