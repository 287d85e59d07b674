"""Responses that concern one person: private pages and file downloads."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from forms_app.dossiers.models import Attachment

View = Callable[..., HttpResponseBase]


def private(view: View) -> View:
    """Keep responses of ``view`` out of caches, search engines and the referrers sent to other sites."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cache-Control"] = "private, no-store"
        return response

    return never_cache(inner)


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """Return a PDF as a download."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def attachment_response(
    request: HttpRequest, attachment: Attachment, *, back_url: str, base: str = "base.html"
) -> HttpResponseBase:
    """Return the bytes of ``attachment`` as a download that no cache keeps; the caller has checked the permission.

    A file that the scanner has not found clean is not sent (ADR 171): instead, a page based on ``base`` gives the
    reason and a link to ``back_url``, with 409 if it may be opened later, otherwise 403. ``Http404`` if the file is
    missing in the store.
    """
    if not attachment.is_served:
        context = {"file": attachment, "back_url": back_url, "base": base}
        status = HTTPStatus.FORBIDDEN if attachment.is_refused else HTTPStatus.CONFLICT
        response: HttpResponseBase = render(request, "dossiers/file_refused.html", context, status=status)
        response["Cache-Control"] = "private, no-store"
        return response
    try:
        opened = storages["private"].open(attachment.path)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        opened, as_attachment=True, filename=attachment.original_name, content_type=attachment.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
