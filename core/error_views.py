"""Error pages in the look of the portal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long or cookies are off: say so, in the language of the person."""
    return render(request, "errors/csrf.html", {"reason": reason}, status=403)
