"""Reports of browsers about violations of the Content-Security-Policy, counted by day and kind.

Stored are the directive, the origin of what was blocked and the route of the page: no address of a visitor, no path
with a key, no query. Nothing that a browser sends is trusted: sizes, rates and the number of rows are limited.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.models import CspViolation
from core.web.browser_reports import refusal
from core.web.csp import STRICT
from core.web.throttle import Throttle

MAX_BYTES: Final = 16 * 1024
MAX_REPORTS: Final = 20
#: Kinds stored per day; further ones are counted under `OTHER`.
MAX_ROWS_PER_DAY: Final = 200
KEEP: Final = timedelta(days=90)
OTHER: Final = "other"
TYPES: Final = ("application/csp-report", "application/reports+json", "application/json")
PER_NETWORK: Final = Throttle("csp-report", limit=60, seconds=3600)
IN_TOTAL: Final = Throttle("csp-report-total", limit=3000, seconds=3600)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]{0,20}")
#: No control characters: PostgreSQL stores no NUL.
_HOST: Final = re.compile(r"[a-z0-9._:\-\[\]]*", re.IGNORECASE)
_KEYWORDS: Final = frozenset({"inline", "eval", "wasm-eval", "self", "data", "blob", "trusted-types-sink"})


@csrf_exempt
@require_POST
def collect(request: HttpRequest) -> HttpResponse:
    """Count the violations that a browser reports; respond with 204 even to reports that are not understood."""
    refused = refusal(request, types=TYPES, max_bytes=MAX_BYTES, per_network=PER_NETWORK, in_total=IN_TOTAL)
    if refused is not None:
        return refused
    for directive, blocked, page in set(_violations(request.body)):
        count_violation(directive=directive, blocked=blocked, page=page)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@transaction.atomic
def count_violation(*, directive: str, blocked: str, page: str, now: datetime | None = None) -> None:
    """Add one to the row of the day and kind; beyond `MAX_ROWS_PER_DAY` kinds to the row of all others."""
    day = timezone.localdate(now or timezone.now())
    kind: dict[str, Any] = {"directive": directive, "blocked": blocked, "page": page}
    rows = CspViolation.objects.filter(day=day)
    if not rows.filter(**kind).exists() and rows.count() >= MAX_ROWS_PER_DAY:
        kind = {"directive": OTHER, "blocked": OTHER, "page": ""}
    CspViolation.objects.get_or_create(day=day, **kind)
    rows.filter(**kind).update(count=F("count") + 1)


def summary(days: int, *, now: datetime | None = None) -> list[Mapping[str, Any]]:
    """Return the kinds of the last `days` with their sums, the most frequent first."""
    since = timezone.localdate(now or timezone.now()) - timedelta(days=days)
    rows = CspViolation.objects.filter(day__gt=since).values("directive", "blocked", "page")
    return [*rows.annotate(total=Sum("count")).order_by("-total", "directive", "blocked", "page")]


def delete_expired_reports(*, now: datetime | None = None) -> int:
    """Delete the counts of more than 90 days ago; return the number of rows."""
    before = timezone.localdate(now or timezone.now()) - KEEP
    return CspViolation.objects.filter(day__lt=before).delete()[0]


def _violations(body: bytes) -> Iterator[tuple[str, str, str]]:
    """Yield directive, blocked origin and route; both report formats contain the same facts under different names."""
    try:
        sent = json.loads(body[:MAX_BYTES])
    except (ValueError, RecursionError):
        return
    for report in (sent if isinstance(sent, list) else [sent])[:MAX_REPORTS]:
        facts = report.get("csp-report", report.get("body")) if isinstance(report, dict) else None
        if not isinstance(facts, dict):
            continue
        directive = _text(facts, "effective-directive", "effectiveDirective", "violated-directive").split(
            " "
        )[0]
        if directive in STRICT or directive.removesuffix("-elem").removesuffix("-attr") in STRICT:
            blocked = _origin(_text(facts, "blocked-uri", "blockedURL"))
            yield directive, blocked, _route(_text(facts, "document-uri", "documentURL"))


def _text(facts: Mapping[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := facts.get(name), str)), "")


def _origin(blocked: str) -> str:
    """Return `https://host` or a keyword of the standard; never a path."""
    if blocked in _KEYWORDS:
        return blocked
    try:
        parts = urlsplit(blocked)
        host = (parts.hostname or "")[:80]
    except ValueError:
        return OTHER
    if not _SCHEME.fullmatch(parts.scheme) or not _HOST.fullmatch(host):
        return OTHER
    return f"{parts.scheme}://{host}" if host else f"{parts.scheme}:"


def _route(address: str) -> str:
    """Return the pattern of the page, `ho-so/<str:token>/`, which holds no key."""
    try:
        return resolve(urlsplit(address).path).route[:120]
    except (Resolver404, ValueError):
        return ""
