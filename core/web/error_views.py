"""Error pages with the layout of the portal; the signatures are given by Django."""

from __future__ import annotations

import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseServerError
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template import loader
from django.utils.translation import get_language

from core.web import outages
from core.web.origins import is_same_origin
from core.web.submitted_fields import kept_fields


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Render the same page with the same status for missing and for forbidden objects.

    It does not exist in another language either, so there is no link to it.
    """
    context: dict[str, dict[str, str]] = {"translation_urls": {}}
    return HttpResponseNotFound(loader.render_to_string("404.html", context, request))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Render the page for too many fields or a malformed host or address."""
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Render the page without the menu, the session or the database: one of them may have failed.

    Django calls this while it handles the exception. A temporary one (no database, a full disk) is a 503.
    """
    if outages.is_temporary(error := sys.exc_info()[1]):
        return outages.unavailable(request, error)
    return HttpResponseServerError(loader.render_to_string("500.html", _standalone()))


def _standalone() -> dict[str, str | None]:
    return {
        "language": get_language(),
        "portal_name": settings.PORTAL_NAME,
        "portal_province": settings.PORTAL_PROVINCE,
    }


def too_large(request: HttpRequest) -> HttpResponse:
    """Render the page for a request that is larger than any form with its files."""
    return HttpResponse(loader.render_to_string("413.html", _standalone()), status=413)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Render the page for a form that was open too long or a browser without cookies.

    It contains what was typed, to be sent again with a new token, but only if the request came from a page of this
    site; otherwise another site could have written it.
    """
    kept = kept_fields(request.POST) if is_same_origin(request) else []
    context = {
        "kept": kept,
        "lost_files": bool(kept and request.FILES),
        "action": request.get_full_path(),
        "no_cookie": reason == REASON_NO_CSRF_COOKIE,
    }
    return render(request, "errors/csrf.html", context, status=403)
