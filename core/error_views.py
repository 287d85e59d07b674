"""Error pages in the look of the portal. Django names the arguments."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseServerError
from django.shortcuts import render
from django.template import loader
from django.utils.translation import get_language


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Missing, or not for this person: the same page and the same status for both."""
    return HttpResponseNotFound(loader.render_to_string("404.html", request=request))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Too many fields, a malformed host or address."""
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say so without the menu, the session or the database: one of them may be what broke."""
    context = {
        "language": get_language(),
        "portal_name": settings.PORTAL_NAME,
        "portal_province": settings.PORTAL_PROVINCE,
    }
    return HttpResponseServerError(loader.render_to_string("500.html", context))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long or cookies are off: say so, in the language of the person."""
    return render(request, "errors/csrf.html", status=403)
