"""How a procedure can be filed online. An app above registers the link that the procedure page shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from procedures.models import Procedure


@dataclass(frozen=True, slots=True)
class FilingLink:
    """A button on the procedure page with its address and a note below it."""

    label: str
    url: str
    note: str = ""
    # Address of the form as a PDF to print and fill in by hand; empty if there is none.
    blank_form: str = ""


#: Cổng Dịch vụ công quốc gia: the single place for online filing in all provinces (docs/domain.md#submission-channels).
NATIONAL_PORTAL: Final = "https://dichvucong.gov.vn"
Provider = Callable[[Procedure], FilingLink | None]
_providers: Final[list[Provider]] = []


# Letters, digits, dots and hyphens only: browsers read "a\\b" or "a@b" as another host than Python does.
_ADDRESS: Final = re.compile(r"https://[a-z0-9.-]+(:443)?(/[^\\\s]*)?([?#][^\\\s]*)?", re.IGNORECASE)


def is_on_national_portal(address: str) -> bool:
    """Return True for an https address of the national portal (``NATIONAL_PORTAL_HOSTS``) or one of its subdomains."""
    if not _ADDRESS.fullmatch(address):
        return False
    host = (urlsplit(address).hostname or "").removesuffix(".")
    return any(host == own or host.endswith(f".{own}") for own in settings.NATIONAL_PORTAL_HOSTS)


def register(provider: Provider) -> Provider:
    """Register the decorated function as a provider of filing links."""
    _providers.append(provider)
    return provider


def filing_link_for(procedure: Procedure) -> FilingLink | None:
    """Return the first link for `procedure`, None if it cannot be filed online."""
    return next((offer for provider in _providers if (offer := provider(procedure)) is not None), None)
