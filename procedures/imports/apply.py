"""Write the changes of an import plan in batches, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.models import Agency, User
from core.text import order_key
from procedures.choices import Level, Status
from procedures.imports import bulk_pages
from procedures.imports.formats.base import ParsedRow
from procedures.imports.plan import ImportChoices, PlannedChange, plan_import
from procedures.imports.record import ProcedureRecord
from procedures.imports.reference_rows import ReferenceRows, SectionFinder
from procedures.imports.report import ImportReport
from procedures.models import (
    ImportedFacts,
    LocalAssignment,
    Procedure,
    ProcedurePage,
    ProcedureSectionPage,
    ProcedureVersion,
)
from procedures.page_content import page_slug, read_content, write_content
from procedures.services.versions import (
    first_free_day,
    invalidate_pages,
    is_amended,
    next_version,
    publish_versions,
)
from procedures.snapshot import RecordError, Snapshot, check_storable

T = TypeVar("T")
BATCH: Final = 100
Progress = Callable[[int], object]
_ASSIGNMENT_FIELDS: Final = (
    "local_code",
    "level_2011",
    "level_2022",
    "at_one_stop",
    "post_in",
    "post_out",
)


@dataclass(slots=True, kw_only=True)
class ImportContext:
    """The circumstances of an import: the user (None: the system), the section for new procedures (slug; empty:
    derived from the record), the name of the source, the first day in force (None: the decision's date)."""

    user: User | None = None
    section: str = ""
    source: str = ""
    valid_from: date | None = None
    now: datetime = field(default_factory=timezone.now)


def import_records(
    records: Iterable[ProcedureRecord | dict[str, Any]],
    *,
    context: ImportContext | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import normalised records (objects or their JSON) in one transaction; ``dry_run`` changes nothing."""
    rows = (_parsed_row(number, record) for number, record in enumerate(records, start=1))
    context = context or ImportContext(source="records")
    choices = ImportChoices(section=context.section, valid_from=context.valid_from)
    with transaction.atomic():
        plan = plan_import(rows, choices=choices, writing=not dry_run)
        if not dry_run:
            write_changes(plan.changes, context, progress)
    return plan.report


def _parsed_row(number: int, record: ProcedureRecord | dict[str, Any]) -> ParsedRow:
    try:
        if isinstance(record, dict):
            check_storable(record)
        read = record if isinstance(record, ProcedureRecord) else ProcedureRecord.from_json(record)
    except RecordError as error:
        return ParsedRow(row=number, reason=str(error))
    return ParsedRow(row=number, code=read.core_code, title=read.title, record=read)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedChange:
    """What was written for one procedure: the facts needed to undo it.

    ``assignments``: keys of the local assignments that were added; ``assignments_before``: the former values of those
    that were changed, by key.
    """

    change: PlannedChange
    procedure_id: int
    assignments: tuple[int, ...] = ()
    assignments_before: dict[int, dict[str, Any]] = field(default_factory=dict)


def write_changes(
    changes: Sequence[PlannedChange], context: ImportContext, progress: Progress | None = None
) -> list[AppliedChange]:
    """Write ``changes`` in the transaction of the caller and return what was written.

    ``progress`` is called with the number of procedures in each batch written.
    """
    if not changes:
        return []
    writer = BatchWriter(context)
    for batch in _batches(changes):
        writer.write(batch)
        if progress:
            progress(len(batch))
    publish_versions(writer.versions)
    if writer.without_version:  # a status or an agency changed: visible at once without a version
        invalidate_pages(procedures=writer.without_version)
    return writer.applied


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


class BatchWriter:
    """Writes batches of procedures with their pages, children, revisions, versions, assignments."""

    def __init__(self, context: ImportContext) -> None:
        self._context = context
        self._reference_rows = ReferenceRows()
        self._sections = SectionFinder(self._reference_rows, context.section)
        self.versions: list[ProcedureVersion] = []
        self.without_version: list[int] = []
        self.applied: list[AppliedChange] = []

    def write(self, batch: Sequence[PlannedChange]) -> None:
        """Write one batch."""
        procedures = self._write_procedures(batch)
        page_ids = [
            change.existing.page_id for change in batch if change.existing and change.existing.page_id
        ]
        existing = ProcedurePage.objects.in_bulk(page_ids)
        new: list[tuple[ProcedureSectionPage, ProcedurePage]] = []
        pages: list[ProcedurePage] = []
        for change in batch:
            page = existing.get(change.existing.page_id or 0) if change.existing else None
            if page is None:
                page = ProcedurePage(slug=page_slug(change.record))
                new.append((self._sections.section_for(change.record), page))
            page.procedure = procedures[change.record.core_code]
            write_content(
                page,
                change.record,
                field=self._reference_rows.field(change.record),
                decision=self._reference_rows.decision(change.record.decision),
                audiences=self._reference_rows.audiences(change.record.audiences),
            )
            page.procedure.field = page.field
            pages.append(page)
        bulk_pages.place_in_tree(new)
        bulk_pages.insert([page for _section, page in new])
        bulk_pages.update(list(existing.values()))
        Procedure.objects.bulk_update(
            procedures.values(), ["title", "order_key", "code", "national_url", "status", "field"]
        )
        bulk_pages.replace_children(pages, list(existing))
        bulk_pages.publish_pages(
            pages, now=self._context.now, user=self._context.user, source=self._context.source
        )
        contents = [read_content(page) for page in pages]
        self._write_versions(batch, pages, contents)
        _store_fingerprints(batch, pages, contents)
        self.applied += write_assignments(batch, procedures, self._sections)

    def _write_procedures(self, batch: Sequence[PlannedChange]) -> dict[str, Procedure]:
        core_codes = [change.record.core_code for change in batch]
        found = {row.core_code: row for row in Procedure.objects.filter(core_code__in=core_codes)}
        missing = [Procedure(core_code=core, title="") for core in core_codes if core not in found]
        found.update({row.core_code: row for row in Procedure.objects.bulk_create(missing)})
        for change in batch:
            row, record = found[change.record.core_code], change.record
            row.title, row.order_key, row.code = record.title, order_key(record.title), record.local_code
            row.national_url = record.national_url or row.national_url
            if row.replaced_by_id is None:
                row.status = record.status or Status.PUBLIC.value
        return found

    def _write_versions(
        self, batch: Sequence[PlannedChange], pages: Sequence[ProcedurePage], contents: Sequence[Snapshot]
    ) -> None:
        versions, closed = [], []
        for change, page, content in zip(batch, pages, contents, strict=True):
            latest = change.latest
            # A withdrawn version does not count: the page needs a new one.
            if latest and change.existing and not is_amended(latest, content, page.decision):
                self.without_version.append(page.procedure_id)
                continue
            signed = page.decision.date if page.decision else None
            wanted = change.begins or _first_day(self._context, signed)
            begins = first_free_day(latest, wanted)
            if latest:
                latest.close_before(begins)
                closed.append(latest)
            versions.append(
                next_version(
                    procedure=page.procedure,
                    content=content,
                    decision=page.decision,
                    number=change.number,
                    valid_from=begins,
                    by=self._context.user,
                )
            )
        ProcedureVersion.objects.bulk_update(closed, ["valid_to"])
        self.versions += ProcedureVersion.objects.bulk_create(versions)


def _first_day(context: ImportContext, signed: date | None) -> date:
    """Return the day chosen for the file, or that of the signature if it is later or none was chosen, or today."""
    days = [day for day in (context.valid_from, signed) if day]
    return max(days) if days else timezone.localdate(context.now)


def _store_fingerprints(
    batch: Sequence[PlannedChange], pages: Sequence[ProcedurePage], contents: Sequence[Snapshot]
) -> None:
    """Store the fingerprints of what this import wrote; fields that an editor wrote keep theirs."""
    rows = []
    for change, page, content in zip(batch, pages, contents, strict=True):
        before = change.existing.imported if change.existing else {}
        kept = {name: before[name] for name in change.by_hand if name in before}
        written = ProcedureRecord.of(content, status=page.procedure.status)
        facts = {**written.fingerprints(excluded=change.by_hand), **kept}
        rows.append(ImportedFacts(procedure_id=page.procedure_id, facts=facts))
    ImportedFacts.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["procedure"], update_fields=["facts"]
    )


def write_assignments(
    batch: Sequence[PlannedChange], procedures: Mapping[str, Procedure], sections: SectionFinder
) -> list[AppliedChange]:
    """Assign commune procedures to every commune in force today, the others to the agency of their section.

    Only what the province carries out is assigned: a record with a local code, a local decision or its own section.
    Return for each change which assignments were added and changed.
    """
    today = timezone.localdate()
    communes = list(Agency.objects.valid_on(today).filter(kind=Agency.Kind.COMMUNE))
    open_now = LocalAssignment.objects.filter(procedure__in=procedures.values(), valid_to__isnull=True)
    existing = {(row.procedure_id, row.agency_id): row for row in open_now}
    new: dict[int, list[LocalAssignment]] = {}
    before: dict[int, dict[int, dict[str, Any]]] = {}
    for change in batch:
        key = procedures[change.record.core_code].pk
        new[key], before[key] = [], {}
        for agency in _receiving_agencies(change.record, communes, sections):
            row = existing.get((key, agency.pk))
            if row is None:
                row = LocalAssignment(procedure_id=key, agency=agency, valid_from=today)
                new[key].append(row)
                _fill_assignment(row, change.record)
            elif replaced := _fill_assignment(row, change.record):
                before[key][row.pk] = replaced
    LocalAssignment.objects.bulk_create(row for rows in new.values() for row in rows)
    changed = [row for row in existing.values() if row.pk in before[row.procedure_id]]
    LocalAssignment.objects.bulk_update(changed, _ASSIGNMENT_FIELDS)
    return [
        AppliedChange(
            change=change,
            procedure_id=key,
            assignments=tuple(row.pk for row in new[key]),
            assignments_before=before[key],
        )
        for change, key in ((change, procedures[change.record.core_code].pk) for change in batch)
    ]


def _receiving_agencies(
    record: ProcedureRecord, communes: Sequence[Agency], sections: SectionFinder
) -> list[Agency]:
    if not record.is_local and not record.section_agency:
        return []
    found = list(communes) if Level.COMMUNE in record.levels else []
    agency = sections.section_for(record).agency
    # The agency of the communes' common section is only a collective name and receives nothing itself.
    collective = found and agency.kind == Agency.Kind.OTHER
    if not found or (Level.PROVINCE in record.levels and not collective):
        found.append(agency)
    return list({one.pk: one for one in found}.values())


def _fill_assignment(row: LocalAssignment, record: ProcedureRecord) -> dict[str, Any]:
    """Write the facts of ``record`` to ``row``, unsaved. Return the former values of those that changed."""
    facts = {
        "local_code": record.local_code,
        "level_2011": record.level_2011,
        "level_2022": record.level_2022 or record.service_level,
        "at_one_stop": record.flags.at_one_stop,
        "post_in": record.flags.post_in,
        "post_out": record.flags.post_out,
    }
    replaced = {name: getattr(row, name) for name, value in facts.items() if getattr(row, name) != value}
    for name in replaced:
        setattr(row, name, facts[name])
    return replaced
