"""Step-up: before something sensitive a person proves again that it is them, by password or factor."""

from __future__ import annotations

import time
from typing import Final

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpRequest

from accounts.session import SIGNED_IN_AT

FRESH_SECONDS: Final = 5 * 60


def is_fresh(request: HttpRequest) -> bool:
    """Return True if the person signed in or proved themselves again within the last five minutes."""
    if not request.user.is_authenticated:
        return False
    signed_in_at: int = request.session.get(SIGNED_IN_AT, 0)
    return time.time() - signed_in_at < FRESH_SECONDS or did_recently_reauthenticate(request)
