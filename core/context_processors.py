"""What every template may say of the portal itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return the names of the portal, whom to ask for help, and whether it is a demo."""
    return {
        "portal_name": settings.PORTAL_NAME,
        "portal_province": settings.PORTAL_PROVINCE,
        "portal_owner": settings.PORTAL_OWNER,
        "portal_phone": settings.PORTAL_PHONE,
        "portal_email": settings.PORTAL_EMAIL,
        "portal_demo": settings.DEMO,
    }
