"""What the addresses have in common to which browsers send reports: types, sizes and rates are limited."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from core.web.throttle import Throttle, client_network


def refusal(
    request: HttpRequest, *, types: Collection[str], max_bytes: int, per_network: Throttle, in_total: Throttle
) -> HttpResponse | None:
    """Return the response to a report that is not accepted (415, 413, 429), or None; an accepted report is counted."""
    if request.content_type not in types:
        return HttpResponse(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if not _is_short(request, max_bytes):
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    for limit, key in ((per_network, client_network(request)), (in_total, "")):
        if not limit.hit(key):
            left = {"Retry-After": str(limit.seconds_left())}
            return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS, headers=left)
    return None


def _is_short(request: HttpRequest, max_bytes: int) -> bool:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0) <= max_bytes
    except ValueError:
        return False
