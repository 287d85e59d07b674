"""Decide, without changing anything, what an import would do: this is the preview and the dry run."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from procedures.importing import Parsed
from procedures.merging import merge
from procedures.normalising import normalise
from procedures.records import ProcedureRecord
from procedures.services.imports.known import Known, known_procedures
from procedures.services.imports.report import ImportReport, Line, Outcome, sorted_lines
from procedures.services.imports.shelf import FormShelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One procedure to write; ``known`` None: a new one."""

    row: int
    record: ProcedureRecord
    known: Known | None = None


@dataclass(slots=True)
class Plan:
    """What to write, and the report on every row."""

    items: list[Item] = field(default_factory=list)
    report: ImportReport = field(default_factory=ImportReport)


def plan_import(rows: Iterable[Parsed], *, shelf: FormShelf | None = None) -> Plan:
    """Read all ``rows`` and compare them with the catalogue. Rows of one procedure become one."""
    plan, merged = Plan(), dict[str, Parsed]()
    lines: list[Line] = []
    for row in rows:
        if row.record is None:
            lines.append(_line(Outcome.REFUSED, row, row.reason))
            continue
        first = merged.get(row.code)
        record = normalise(shelf.attach(row.record) if shelf else row.record)
        if first and first.record:
            record = normalise(merge(first.record, record))
        merged[row.code] = dataclasses.replace(first or row, record=record)
    known = known_procedures(merged)
    for code, row in merged.items():
        if row.record is not None:
            lines.append(_decide(plan, row, row.record, known.get(code)))
    plan.report.lines = sorted_lines(lines)
    return plan


def _line(outcome: Outcome, row: Parsed, detail: str = "") -> Line:
    return Line(outcome=outcome, row=row.row, code=row.code, title=row.title, detail=detail)


def _decide(plan: Plan, row: Parsed, read: ProcedureRecord, known: Known | None) -> Line:
    if known is None:
        plan.items.append(Item(row=row.row, record=read))
        return _line(Outcome.CREATED, row)
    record = normalise(merge(known.record, read))
    changed = _changed(known.record, record)
    if not changed and known.page_id:
        return _line(Outcome.UNCHANGED, row)
    if known.has_draft:
        return _line(
            Outcome.REFUSED, row, _("an editor has unpublished changes on this page; publish or drop them")
        )
    plan.items.append(Item(row=row.row, record=record, known=known))
    return _line(Outcome.UPDATED, row, ", ".join(changed))


def _changed(old: ProcedureRecord, new: ProcedureRecord) -> list[str]:
    """Return the names of the facts that differ, of those that the catalogue keeps."""
    names = (item.name for item in dataclasses.fields(ProcedureRecord))
    kept = (name for name in names if name not in {"publisher", "section_agency"})
    return [name for name in kept if getattr(old, name) != getattr(new, name)]
