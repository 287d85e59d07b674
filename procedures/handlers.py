"""Outbox handlers of the catalogue."""

from __future__ import annotations

from typing import Any

from core.outbox import handler
from procedures.imports.jobs import IMPORT_PORTION, UNDO_PORTION, apply_next_portion, undo_next_portion
from procedures.services.lifecycle import PROCEDURE_ENDS, apply_ending
from procedures.services.versions import VERSION_BEGINS, invalidate_pages


@handler(VERSION_BEGINS)
def version_begins(payload: dict[str, Any]) -> None:
    """Refresh caches and the search index on the first day of a version."""
    invalidate_pages(procedures=[payload["procedure"]])


@handler(PROCEDURE_ENDS)
def procedure_ends(payload: dict[str, Any]) -> None:
    """Close the version and set the status of a procedure on the day of its end."""
    apply_ending(procedure_id=payload["procedure"])


@handler(IMPORT_PORTION, in_background=True)
def import_portion(payload: dict[str, Any]) -> None:
    """Apply the next rows of an import."""
    apply_next_portion(upload_id=payload["upload"], run=payload["run"], portion=payload["portion"])


@handler(UNDO_PORTION, in_background=True)
def undo_import_portion(payload: dict[str, Any]) -> None:
    """Undo the next rows of an import."""
    undo_next_portion(upload_id=payload["upload"], run=payload["run"], after=payload["after"])
