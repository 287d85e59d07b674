"""`/.well-known/security.txt`: the contact for reporting a weakness (RFC 9116)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

#: The standard asks for less than a year; the file is generated for each request.
VALID_FOR: Final = timedelta(days=90)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Name the contact of `SECURITY_CONTACT`, or of the portal; 404 if there is none."""
    contact = settings.SECURITY_CONTACT or settings.PORTAL_EMAIL
    if not contact:
        raise Http404
    expires = (timezone.now() + VALID_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    base = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    lines = [
        f"Contact: {contact if ':' in contact else f'mailto:{contact}'}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: vi, en",
        f"Canonical: {base}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
