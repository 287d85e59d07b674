"""How much one connection may leave here in an hour; a desk that helps a whole commune stays far below."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.throttle import Throttle, client_network

BEGUN: Final = Throttle("dossiers.begun", limit=120, seconds=3600)
UPLOADED: Final = Throttle("dossiers.uploaded", limit=600, seconds=3600)


def too_many() -> str:
    """Return what to tell who is over a limit."""
    return _("Too much was sent from this connection. Try again in an hour; what you filled in is kept.")


def may_begin(request: HttpRequest) -> bool:
    """Count one draft; False when it is one too many."""
    return BEGUN.hit(client_network(request))


def check_upload(request: HttpRequest) -> None:
    """Count one file; ``InvalidInput`` when it is one too many."""
    if not UPLOADED.hit(client_network(request)):
        raise InvalidInput(too_many())
