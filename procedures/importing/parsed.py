"""What a parser yields for each row."""

from __future__ import annotations

from dataclasses import dataclass

from procedures.records import ProcedureRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A record, or the reason why the row has none. ``row`` counts as the person's own program does."""

    row: int
    code: str = ""
    title: str = ""
    record: ProcedureRecord | None = None
    reason: str = ""
