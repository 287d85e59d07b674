"""Decide what an import would do, without changing anything, and report it: the basis of preview and dry run."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.display import date_text
from procedures.choices import Level, Status
from procedures.imports.existing import (
    ExistingProcedure,
    existing_procedures,
    lock_imports,
    reserved_procedures,
)
from procedures.imports.formats.base import ParsedRow
from procedures.imports.manual_edits import describe, reconcile
from procedures.imports.merge_rules import merge
from procedures.imports.record import ProcedureRecord, field_labels, normalise
from procedures.imports.reference_rows import (
    FormFileStore,
    ReferenceRows,
    SectionFinder,
    existing_form_sizes,
    with_existing_forms,
)
from procedures.imports.report import ImportReport, Outcome, ReportRow, field_changes, sorted_rows
from procedures.imports.scope import ImportScope
from procedures.models import ProcedureVersion
from procedures.value_objects import Decision

MAX_LISTED_DUPLICATES: Final = 5
NOT_STORED: Final = frozenset({"publisher", "section_agency"})
# Stored with the local assignments, so nowhere for a procedure without any.
ASSIGNMENT_FIELDS: Final = frozenset({"level_2011", "level_2022"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportChoices:
    """What the person importing decides for the whole file.

    ``section``: slug of the section (or its agency) for new procedures; empty: derived from each record.
    ``valid_from``: first day in force; None: the decision's date or, without one, the day of the import. ``decision``:
    for rows that name none. ``public``: False keeps new procedures unpublished. ``scope``: what may be changed.
    """

    section: str = ""
    valid_from: date | None = None
    decision: Decision | None = None
    public: bool = True
    scope: ImportScope = field(default_factory=ImportScope)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """A procedure to write; ``existing`` None: a new one. ``by_hand``: fields that stay as an editor wrote them.

    ``latest``: the version that the new one follows; ``number``: that of the new one; ``begins``: its first day in
    force (None: as chosen for the whole file).
    """

    row: int
    record: ProcedureRecord
    existing: ExistingProcedure | None = None
    by_hand: frozenset[str] = frozenset()
    latest: ProcedureVersion | None = None
    number: int = 1
    begins: date | None = None


@dataclass(slots=True)
class Plan:
    """The changes to write, and the report on every row."""

    changes: list[PlannedChange] = field(default_factory=list)
    report: ImportReport = field(default_factory=ImportReport)


def plan_import(
    rows: Iterable[ParsedRow],
    *,
    choices: ImportChoices | None = None,
    writing: bool = False,
) -> Plan:
    """Read all ``rows`` and compare them with the catalogue. Rows with the same code are merged.

    ``writing``: the plan is applied in this transaction. Other imports, and editors who publish or save one of
    these pages, wait until it ends.
    """
    if writing:
        lock_imports()
    file = merge_rows(rows)
    existing = existing_procedures(file.records, locked=writing)
    planner = _Planner(choices or ImportChoices(), existing_form_sizes(file.records.values()))
    report_rows = [_report_row(Outcome.REFUSED, row, row.reason) for row in file.refused]
    reserved = reserved_procedures(file.records)
    for code, record in file.records.items():
        if code in reserved:
            report_row = _report_row(Outcome.REFUSED, file.rows[code], reserved[code])
        else:
            report_row = planner.decide(file.rows[code], record, existing.get(code))
        report_rows.append(_with_duplicates(report_row, list(file.row_of(code).further_rows)))
    planner.plan.report.rows = sorted_rows(report_rows)
    return planner.plan


@dataclass(slots=True)
class MergedRows:
    """The rows of a file: one record per code, the first row of each, its further rows, and the unreadable rows."""

    records: dict[str, ProcedureRecord] = field(default_factory=dict)
    rows: dict[str, ParsedRow] = field(default_factory=dict)
    duplicates: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    refused: list[ParsedRow] = field(default_factory=list)

    def row_of(self, code: str) -> ParsedRow:
        """Return the first row with ``code``, with the merged record and the numbers of the further rows."""
        first = self.rows[code]
        further = (*first.further_rows, *self.duplicates[code])
        return dataclasses.replace(first, record=self.records[code], further_rows=further)


def merge_rows(rows: Iterable[ParsedRow], form_files: FormFileStore | None = None) -> MergedRows:
    """Return ``rows`` with one normalised record per code, and with our own copies of the blank forms."""
    file = MergedRows()
    for row in rows:
        if row.record is None:
            file.refused.append(row)
            continue
        record = normalise(form_files.attach(row.record) if form_files else row.record)
        if row.code in file.rows:
            file.duplicates[row.code].append(row.row)
            record = normalise(merge(file.records[row.code], record))
        file.rows.setdefault(row.code, dataclasses.replace(row, record=None))
        file.records[row.code] = record
    return file


def _report_row(outcome: Outcome, row: ParsedRow, detail: str = "", **facts: Any) -> ReportRow:
    known = {"row": row.row, "code": row.code, "title": row.title, "warnings": row.warnings}
    return ReportRow(outcome=outcome, detail=detail, **{**known, **facts})


def _with_duplicates(report_row: ReportRow, duplicates: list[int]) -> ReportRow:
    """Add to the detail which further rows have the same code; they were merged into the first."""
    if not duplicates:
        return report_row
    others = _("the same code is also in row %(rows)s") % {
        "rows": ", ".join(map(str, duplicates[:MAX_LISTED_DUPLICATES]))
    }
    detail = "; ".join(part for part in (report_row.detail, others) if part)
    return dataclasses.replace(report_row, detail=detail)


class _Planner:
    """Decides row by row, with the choices for the whole file."""

    def __init__(self, choices: ImportChoices, form_sizes: dict[int, int]) -> None:
        self.plan = Plan()
        self._choices = choices
        self._form_sizes = form_sizes
        self._reference_rows = ReferenceRows()
        self._sections = SectionFinder(self._reference_rows, choices.section)

    def decide(
        self, row: ParsedRow, record: ProcedureRecord, existing: ExistingProcedure | None
    ) -> ReportRow:
        """Add the change that ``record`` needs to the plan, if any, and return the report row."""
        if not self._sections.knows_agency(record.section_agency):
            message = _("There is no agency “%(slug)s”.") % {"slug": record.section_agency[:60]}
            return _report_row(Outcome.REFUSED, row, message)
        read = with_existing_forms(record, self._form_sizes)
        if read.decision is None and self._choices.decision:
            read = dataclasses.replace(read, decision=self._choices.decision)
        if existing is None or existing.withdrawn:
            reason = self._choices.scope.why_not_created(self._sections.place(read))
            return self._foreign(row, reason) if reason else self._create(row, read, existing)
        reason = self._choices.scope.why_not_changed(existing.version.procedure_id)
        return self._foreign(row, reason) if reason else self._update(row, read, existing)

    @staticmethod
    def _foreign(row: ParsedRow, reason: str | Promise) -> ReportRow:
        return _report_row(Outcome.REFUSED, row, str(reason), foreign=True)

    def _create(self, row: ParsedRow, read: ProcedureRecord, existing: ExistingProcedure | None) -> ReportRow:
        if not self._choices.public:
            read = dataclasses.replace(read, status=Status.HIDDEN.value)
        latest, number = (existing.version, existing.number + 1) if existing else (None, 1)
        self.plan.changes.append(PlannedChange(row=row.row, record=read, latest=latest, number=number))
        place = self._sections.place_of(read)
        digest = _digest("", read, place)
        return _report_row(Outcome.CREATED, row, concerns=self._concerns(read), place=place, digest=digest)

    def _update(self, row: ParsedRow, read: ProcedureRecord, existing: ExistingProcedure) -> ReportRow:
        found = reconcile(existing.record, read, existing.imported)
        if found.conflicting_decision:
            message = _conflict_message(existing.record, found.conflicting_decision)
            return _report_row(Outcome.REFUSED, row, message)
        record, note = normalise(found.record), describe(found, existing.record)
        ignored = NOT_STORED if existing.assigned else NOT_STORED | ASSIGNMENT_FIELDS
        changed = _changed_fields(existing.record, record, ignored)
        if not changed and existing.page_id:
            return _report_row(Outcome.UNCHANGED, row, note=note)
        if existing.blocked_reason:
            return _report_row(Outcome.REFUSED, row, existing.blocked_reason)
        self.plan.changes.append(
            PlannedChange(
                row=row.row,
                record=record,
                existing=existing,
                by_hand=found.by_hand,
                latest=existing.version,
                number=existing.number + 1,
            )
        )
        return _report_row(
            Outcome.UPDATED,
            row,
            field_labels(changed),
            note=note,
            concerns=(*self._concerns(record), *_waiting(existing.version)),
            changes=field_changes(existing.record, record, changed),
            digest=_digest(existing.record.fingerprint, record),
        )

    def _concerns(self, record: ProcedureRecord) -> tuple[str, ...]:
        """Return what a person should check before ``record`` is applied."""
        found = []
        missing = missing_facts(record)
        found += [_("missing: %(facts)s") % {"facts": field_labels([name])} for name in missing]
        if record.levels == (Level.MINISTRY.value,):
            found.append(_("carried out by ministries only, not in the province"))
        signed, wanted = self._signed_on(record), self._choices.valid_from
        if record.decision and not (wanted or signed):
            found.append(_("the date of the decision is not known: in force from the day of the import"))
        if wanted and signed and wanted < signed:
            text = _(
                "the decision was signed on %(day)s, after the day chosen for the file: in force from that day"
            )
            found.append(text % {"day": date_text(signed)})
        return tuple(found)

    def _signed_on(self, record: ProcedureRecord) -> date | None:
        return self._reference_rows.signed_on(record.decision) if record.decision else None


def _waiting(version: ProcedureVersion) -> tuple[str, ...]:
    """Return the concern about a ``version`` that has not begun: the change replaces it on its day (ADR 52)."""
    if not version.is_waiting():
        return ()
    message = _("version %(number)d waits for %(day)s: the change applies from that day")
    return (message % {"number": version.number, "day": date_text(version.valid_from)},)


def _digest(before: str, after: ProcedureRecord, place: str = "") -> str:
    """Return the SHA-256 of a change: of the content before and after and, for a new procedure, of its section."""
    return hashlib.sha256("\n".join((before, after.fingerprint, place)).encode()).hexdigest()


def missing_facts(record: ProcedureRecord) -> list[str]:
    """Return the names of the fields without which ``record`` is hard to find and to file."""
    agencies = record.implementing_agencies or record.competent_authority or record.publisher
    present = {
        "field": record.field,
        "implementing_agencies": agencies or record.section_agency,
        "levels": record.levels,
        "decision": record.decision,
    }
    return [name for name, value in present.items() if not value]


def _conflict_message(page: ProcedureRecord, number: str) -> str:
    message = _(
        "an editor published decision %(page)s, the file names %(file)s: compare them and publish by hand"
    )
    return message % {"page": page.decision.number if page.decision else "", "file": number}


def _changed_fields(old: ProcedureRecord, new: ProcedureRecord, ignored: frozenset[str]) -> list[str]:
    """Return the names of the stored fields that differ."""
    names = (one.name for one in dataclasses.fields(ProcedureRecord))
    return [name for name in names if name not in ignored and getattr(old, name) != getattr(new, name)]
