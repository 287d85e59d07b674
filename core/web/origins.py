"""Decide whether a page of this site sent a request."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest


def is_same_origin(request: HttpRequest) -> bool:
    """Return True if a page of this site sent the request, by headers that another site cannot set."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    sent = request.headers.get("Origin") or request.headers.get("Referer") or ""
    parts = urlsplit(sent)
    return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())
