"""Retry of transactions that the database refused because another one ran at the same time (rule 13)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from core.errors import Conflict

P = ParamSpec("P")
R = TypeVar("R")
ATTEMPTS: Final = 3
#: SQLSTATE of a serialisation failure and of a deadlock.
_RETRIED: Final = frozenset({"40001", "40P01"})
_BUSY: Final = "database is locked"


def is_serialisation_failure(error: OperationalError) -> bool:
    """Return True if the transaction failed only because of another one, so that it may succeed when repeated."""
    cause = error.__cause__
    return getattr(cause, "sqlstate", "") in _RETRIED or _BUSY in str(error)


def retry_on_deadlock(function: Callable[P, R]) -> Callable[P, R]:
    """Call a service that opens its own transaction up to three times; then raise ``Conflict``.

    Within a transaction of the caller nothing is retried: the database has rolled that one back as a whole, so the
    error goes up to the outermost service, which has this decorator itself. Put it above ``transaction.atomic``.
    """

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not is_serialisation_failure(error):
                    raise
                if attempt == ATTEMPTS:
                    message = _("Someone else is changing this right now. Nothing was saved; send it again.")
                    raise Conflict(message, code="busy") from error
        raise AssertionError("the loop returns or raises")  # pragma: no cover

    return wrapped
