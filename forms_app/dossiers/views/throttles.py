"""Limits on what one connection may send; helping a whole commune at a service counter stays far below these limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.display import lifetime_text
from core.errors import InvalidInput
from core.web.throttle import Throttle, client_network

DRAFTS: Final = Throttle("dossiers.begun", limit=120, seconds=3600)
UPLOADS: Final = Throttle("dossiers.uploaded", limit=600, seconds=3600)
# A lookup key has 40 bits: ten thousand addresses that use up their attempts for a year open one dossier with a
# probability of 1.4 %. A limit on the code alone would be weaker, and would let others lock the citizen out,
# because codes are consecutive.
LOOKUPS_BY_ADDRESS: Final = Throttle("dossiers.lookup.address", limit=30, seconds=600)
LOOKUPS_BY_CODE: Final = Throttle("dossiers.lookup.code", limit=12, seconds=3600)


LOST_KEYS: Final = Throttle("dossiers.lost_key", limit=10, seconds=3600)


def check_lost_key(request: HttpRequest, form: Form) -> bool:
    """Count one request for a new key; return False, with the message on ``form``, if it exceeds the limit."""
    if LOST_KEYS.hit(client_network(request)):
        return True
    form.add_error(None, wait_message(LOST_KEYS))
    return False


def wait_message(throttle: Throttle) -> str:
    """Return the message with the minutes after which ``throttle`` starts counting again."""
    minutes = -(-throttle.seconds_left() // 60)
    text = ngettext(
        "Too many attempts. Try again in %(minutes)d minute.",
        "Too many attempts. Try again in %(minutes)d minutes.",
        minutes,
    )
    return text % {"minutes": minutes}


def too_many_message(throttle: Throttle) -> str:
    """Return the message for a citizen whose connection has exceeded a limit."""
    text = _("Too much data was sent over this connection. Try again in %(time)s. Your answers are saved.")
    return text % {"time": lifetime_text(timedelta(seconds=throttle.seconds))}


def may_start(request: HttpRequest) -> bool:
    """Count one new draft; return False if it exceeds the limit."""
    return DRAFTS.hit(client_network(request))


def exceeded_lookup_limit(request: HttpRequest, code: str) -> Throttle | None:
    """Count one lookup of ``code``; return the limit that it exceeds; of two, the one that lasts longer."""
    network = client_network(request)
    within = {
        LOOKUPS_BY_CODE: LOOKUPS_BY_CODE.hit(code, network),
        LOOKUPS_BY_ADDRESS: LOOKUPS_BY_ADDRESS.hit(network),
    }
    exceeded = [limit for limit, kept in within.items() if not kept]
    return max(exceeded, key=Throttle.seconds_left, default=None)


def check_upload(request: HttpRequest) -> None:
    """Count one file; ``InvalidInput`` if it exceeds the limit."""
    if not UPLOADS.hit(client_network(request)):
        raise InvalidInput(too_many_message(UPLOADS))
