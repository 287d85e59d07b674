"""Absolute addresses of the citizen's pages on printed forms and in mails, under the portal's public address.

They do not depend on the request: an officer may print over an internal host name or from the English pages. Printed
forms lead to the Vietnamese pages, mails to those in the language of the dossier.
"""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override


def public_url(name: str, *arguments: str, language: str = "vi") -> str:
    """Return the address of the page ``dossiers:<name>`` in ``language`` under ``WAGTAILADMIN_BASE_URL``."""
    with override(language):
        return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse(f"dossiers:{name}", args=arguments)


def lookup_url(code: str, *, language: str = "vi") -> str:
    """Return the address of the lookup page with the dossier code filled in."""
    return f"{public_url('lookup', language=language)}?ma={code}"
