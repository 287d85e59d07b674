"""Absolute addresses of the citizen's pages on printed forms and in mails: the portal's public address, in Vietnamese.

They do not depend on the request: an officer may print over an internal host name or from the English pages.
"""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override


def public_url(name: str, *arguments: str) -> str:
    """Return the address of the page ``dossiers:<name>`` under ``WAGTAILADMIN_BASE_URL``."""
    with override("vi"):
        return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse(f"dossiers:{name}", args=arguments)


def lookup_url(code: str) -> str:
    """Return the address of the lookup page with the dossier code filled in."""
    return f"{public_url('lookup')}?ma={code}"
