"""What the catalogue has the outbox deliver."""

from __future__ import annotations

from typing import Any

from core.outbox import handler
from procedures.services.versions import VERSION_BEGINS, refresh


@handler(VERSION_BEGINS)
def version_begins(payload: dict[str, Any]) -> None:
    """The first day of a version has come."""
    refresh(procedures=[payload["procedure"]])
