"""Domain errors. Services raise them with a message for the user; views turn them into pages."""

from __future__ import annotations


class PortalError(Exception):
    """An expected failure. `message` is translated and safe to show; `code` is stable for programs."""

    code = "error"

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code


class NotAllowed(PortalError):
    """The actor may not do this. Shown as the same 404 as a missing object (docs/architecture.md#rule-12)."""

    code = "not_allowed"


class Conflict(PortalError):
    """The object was changed in the meantime (optimistic version)."""

    code = "conflict"


class InvalidInput(PortalError):
    """The input violates a rule; `fields` maps field ids to messages."""

    code = "invalid"

    def __init__(self, message: str = "", *, fields: dict[str, str] | None = None, code: str = "") -> None:
        super().__init__(message, code=code)
        self.fields = fields or {}


class Undeliverable(PortalError):
    """The receiving side permanently refuses an effect, through no fault of the portal; it is not tried again."""

    code = "undeliverable"
