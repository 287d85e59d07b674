"""Who delivers which kind of message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Handler = Callable[[dict[str, Any]], None]
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the decorated function as the one that delivers messages of ``kind``; it must be idempotent."""

    def register(function: Handler) -> Handler:
        if _handlers.get(kind, function) is not function:
            raise ValueError(f"outbox kind {kind!r} has a handler already")
        _handlers[kind] = function
        return function

    return register


def find(kind: str) -> Handler:
    """Return the handler of ``kind``; ``LookupError`` names an unknown one."""
    try:
        return _handlers[kind]
    except KeyError:
        raise LookupError(f"no outbox handler for kind {kind!r}") from None


def registered_kinds() -> list[str]:
    """Return the kinds that can be delivered, sorted."""
    return sorted(_handlers)
