"""Decide, without changing anything, what an import would do: this is the preview and the dry run."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import Agency
from procedures.hand_changes import reconcile, told
from procedures.importing import Parsed
from procedures.merging import merge
from procedures.normalising import normalise
from procedures.records import ProcedureRecord
from procedures.services.imports.known import Known, known_procedures
from procedures.services.imports.locking import lock_imports
from procedures.services.imports.report import FACTS, ImportReport, Line, Outcome, facts_text, sorted_lines
from procedures.services.imports.shelf import FormShelf, known_forms, with_known_forms

SHOWN_ROWS: Final = 5
NOT_KEPT: Final = frozenset({"publisher", "section_agency"})
# Kept with the agencies that receive a procedure: nowhere, where none does.
OF_ASSIGNMENTS: Final = frozenset({"level_2011", "level_2022"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One procedure to write; ``known`` None: a new one. ``by_hand``: facts in ``record`` that stay an editor's."""

    row: int
    record: ProcedureRecord
    known: Known | None = None
    by_hand: frozenset[str] = frozenset()


@dataclass(slots=True)
class Plan:
    """What to write, and the report on every row."""

    items: list[Item] = field(default_factory=list)
    report: ImportReport = field(default_factory=ImportReport)


def plan_import(rows: Iterable[Parsed], *, shelf: FormShelf | None = None, writing: bool = False) -> Plan:
    """Read all ``rows`` and compare them with the catalogue. Rows of one procedure become one.

    ``writing``: the plan is carried out in this transaction. Another import, and editors who publish or save one of
    these pages meanwhile, wait for its end.
    """
    if writing:
        lock_imports()
    plan, file = Plan(), _bring_together(rows, shelf)
    known = known_procedures(file.records, locked=writing)
    agencies = set(Agency.objects.values_list("slug", flat=True))
    forms = known_forms(file.records.values())
    lines = [_line(Outcome.REFUSED, row, row.reason) for row in file.refused]
    for code, record in file.records.items():
        line = _decide(plan, file.rows[code], with_known_forms(record, forms), known.get(code), agencies)
        lines.append(_with_rows(line, file.also[code]))
    plan.report.lines = sorted_lines(lines)
    return plan


@dataclass(slots=True)
class _File:
    """The rows of a file: one record a code, the first row of each, its further rows, and what could not be read."""

    records: dict[str, ProcedureRecord] = field(default_factory=dict)
    rows: dict[str, Parsed] = field(default_factory=dict)
    also: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    refused: list[Parsed] = field(default_factory=list)


def _bring_together(rows: Iterable[Parsed], shelf: FormShelf | None) -> _File:
    file = _File()
    for row in rows:
        if row.record is None:
            file.refused.append(row)
            continue
        record = normalise(shelf.attach(row.record) if shelf else row.record)
        if row.code in file.rows:
            file.also[row.code].append(row.row)
            record = normalise(merge(file.records[row.code], record))
        file.rows.setdefault(row.code, dataclasses.replace(row, record=None))
        file.records[row.code] = record
    return file


def _line(outcome: Outcome, row: Parsed, detail: str = "", note: str = "") -> Line:
    return Line(outcome=outcome, row=row.row, code=row.code, title=row.title, detail=detail, note=note)


def _with_rows(line: Line, also: list[int]) -> Line:
    """Say which further rows have the same code: they were brought together with the first."""
    if not also:
        return line
    others = _("the same code stands in row %(rows)s too") % {"rows": ", ".join(map(str, also[:SHOWN_ROWS]))}
    return dataclasses.replace(line, detail="; ".join(part for part in (line.detail, others) if part))


def _decide(plan: Plan, row: Parsed, read: ProcedureRecord, known: Known | None, agencies: set[str]) -> Line:
    if read.section_agency and read.section_agency not in agencies:
        message = _("There is no agency “%(slug)s”.") % {"slug": read.section_agency[:60]}
        return _line(Outcome.REFUSED, row, message)
    if known is None:
        plan.items.append(Item(row=row.row, record=read))
        return _line(Outcome.CREATED, row)
    found = reconcile(known.record, read, known.imported)
    if found.contested:
        return _line(Outcome.REFUSED, row, _contested(known.record, found.contested))
    record, note = normalise(found.record), told(found, FACTS, known.record)
    changed = _changed(known.record, record, NOT_KEPT if known.assigned else NOT_KEPT | OF_ASSIGNMENTS)
    if not changed and known.page_id:
        return _line(Outcome.UNCHANGED, row, note=note)
    if known.held:
        return _line(Outcome.REFUSED, row, known.held)
    plan.items.append(Item(row=row.row, record=record, known=known, by_hand=found.by_hand))
    return _line(Outcome.UPDATED, row, facts_text(changed), note)


def _contested(page: ProcedureRecord, number: str) -> str:
    message = _(
        "an editor published decision %(page)s, the file names %(file)s: compare them and publish by hand"
    )
    return message % {"page": page.decision.number if page.decision else "", "file": number}


def _changed(old: ProcedureRecord, new: ProcedureRecord, apart_from: frozenset[str]) -> list[str]:
    """Return the names of the facts that differ, of those that the catalogue keeps."""
    names = (item.name for item in dataclasses.fields(ProcedureRecord))
    return [name for name in names if name not in apart_from and getattr(old, name) != getattr(new, name)]
