"""How a procedure can be filed online. An app above registers the link that the procedure page shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

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


def register(provider: Provider) -> Provider:
    """Register the decorated function as a provider of filing links."""
    _providers.append(provider)
    return provider


def filing_link_for(procedure: Procedure) -> FilingLink | None:
    """Return the first link for `procedure`, None if it cannot be filed online."""
    return next((offer for provider in _providers if (offer := provider(procedure)) is not None), None)
