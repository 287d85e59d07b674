"""The rows of an import in the database: read from a file, planned for the preview, applied in portions.

Files of any length are read, planned and applied with the memory of one batch.
"""

from __future__ import annotations

import dataclasses
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, PortalError
from procedures.imports.apply import AppliedChange, ImportContext, write_changes
from procedures.imports.existing import existing_procedures
from procedures.imports.formats.base import ParsedRow
from procedures.imports.plan import (
    ImportChoices,
    PlannedChange,
    merge_rows,
    plan_import,
)
from procedures.imports.record import ProcedureRecord
from procedures.imports.reference_rows import FormFileStore
from procedures.imports.report import Outcome, ReportRow
from procedures.imports.scope import ImportScope
from procedures.models import ImportRow, ImportUpload
from procedures.page_content import read_decision

logger = logging.getLogger(__name__)

BATCH: Final = 500
#: SQLite has a single write lock, which a portion holds: nobody else can write in the meantime.
PORTION: Final = 25
MAX_CODE: Final = 40
#: Outcomes of rows that change the catalogue.
CHANGING: Final = (Outcome.CREATED.value, Outcome.UPDATED.value)
_PLANNED_FIELDS: Final = (
    "outcome",
    "place",
    "message",
    "concerns",
    "needs_attention",
    "changes",
    "digest",
    "foreign",
)
#: Faults in a row's content. Faults of the database or the machine are no reason to leave a row out.
_ROW_FAULTS: Final = (
    PortalError, ValidationError, DataError, IntegrityError, ValueError,
)  # fmt: skip


def read_rows(
    upload: ImportUpload,
    rows: Iterable[ParsedRow],
    choices: ImportChoices,
    form_files: FormFileStore | None = None,
) -> None:
    """Store ``rows`` as rows of ``upload``, merged into one per procedure, with what each would change."""
    position, waiting = 0, iter(rows)
    while batch := list(islice(waiting, BATCH)):
        position += _read_batch(upload, batch, choices, form_files, position)
    _settle_concerns(upload)


def _read_batch(
    upload: ImportUpload,
    batch: Sequence[ParsedRow],
    choices: ImportChoices,
    form_files: FormFileStore | None,
    position: int,
) -> int:
    """Return the number of new rows."""
    codes = {row.code for row in batch if row.record is not None}
    stored = {row.code: row for row in upload.rows.filter(code__in=codes, record__isnull=False)}
    merged = merge_rows(chain(map(_parsed, stored.values()), batch), form_files)
    parsed = [merged.row_of(code) for code in merged.records]
    kept = [_kept(stored.get(row.code) or ImportRow(), row) for row in parsed]
    report = plan_import(parsed, choices=choices).report
    _record_plan(kept, {row.code: row for row in report.rows})
    new = [*map(_unreadable, merged.refused), *(row for row in kept if row.pk is None)]
    for place, row in enumerate(sorted(new, key=lambda row: row.number), start=position):
        row.upload, row.position = upload, place
    ImportRow.objects.bulk_create(new)
    _save([row for row in kept if row.code in stored], [*_PLANNED_FIELDS, "record", "further_rows"])
    return len(new)


def _kept(row: ImportRow, parsed: ParsedRow) -> ImportRow:
    row.number, row.code, row.title = parsed.row, parsed.code[:MAX_CODE], parsed.title
    row.warnings, row.further_rows = list(parsed.warnings), list(parsed.further_rows)
    row.record = parsed.record.to_json() if parsed.record else None
    return row


def _unreadable(row: ParsedRow) -> ImportRow:
    message = "; ".join((row.reason, *row.warnings))
    return ImportRow(
        number=row.row,
        code=row.code[:MAX_CODE],
        title=row.title,
        outcome=Outcome.REFUSED.value,
        message=message,
        needs_attention=bool(row.warnings),
    )


def _parsed(row: ImportRow) -> ParsedRow:
    return ParsedRow(
        row=row.number,
        code=row.code,
        title=row.title,
        record=ProcedureRecord.from_json(row.record or {}),
        warnings=tuple(row.warnings),
        further_rows=tuple(row.further_rows),
    )


def plan_rows(upload: ImportUpload, choices: ImportChoices) -> None:
    """Record for each row that is still to be applied what it would change now, and count the outcomes."""
    for batch in _batches(upload.rows.filter(record__isnull=False)):
        report = plan_import(map(_parsed, batch), choices=choices).report
        _record_plan(batch, {row.code: row for row in report.rows})
        _save(batch, _PLANNED_FIELDS)
    _settle_concerns(upload)


def _settle_concerns(upload: ImportUpload) -> None:
    """Count the concerns in the report of the file; mark the rows that have one which most rows do not have.

    A concern shared by all rows is kept in the report only.
    """
    changing = upload.rows.filter(outcome__in=CHANGING).order_by("position")
    numbers: Counter[str] = Counter()
    for concerns in changing.values_list("concerns", flat=True).iterator(chunk_size=BATCH):
        numbers.update(set(concerns))
    total = changing.count()
    common = sorted(concern for concern, number in numbers.items() if number == total > 1)
    frequent = {concern for concern, number in numbers.items() if total > number > total / 2}
    for batch in _batches(upload.rows.filter(record__isnull=False).exclude(concerns=[])):
        for row in batch:
            row.concerns = [concern for concern in row.concerns if concern not in common]
            row.needs_attention = row.needs_attention or bool(set(row.concerns) - frequent)
        _save(batch, ("concerns", "needs_attention"))
    upload.report["concerns"] = [
        [concern, number] for concern, number in numbers.most_common() if concern not in common
    ]
    count_outcomes(upload, common)


def _batches(rows: QuerySet[ImportRow]) -> Iterator[list[ImportRow]]:
    """Yield ``rows`` by position; those that are saved in between are not read twice."""
    last = -1
    while batch := list(rows.filter(position__gt=last).order_by("position")[:BATCH]):
        yield batch
        last = batch[-1].position


def _record_plan(rows: Iterable[ImportRow], planned: Mapping[str, ReportRow]) -> None:
    for row in rows:
        found = planned[row.code]
        row.outcome, row.place, row.message = found.outcome.value, found.place, found.message
        row.concerns, row.digest, row.foreign = list(found.concerns), found.digest, found.foreign
        row.needs_attention = bool(found.note or found.warnings or row.further_rows)
        row.changes = [dataclasses.asdict(change) for change in found.changes]


def _save(rows: Iterable[ImportRow], names: Iterable[str]) -> None:
    """Save the fields ``names``: one insert of all rows that updates them is much faster than ``bulk_update``."""
    ImportRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=list(names), batch_size=BATCH
    )


def count_outcomes(upload: ImportUpload, common: Sequence[str] | None = None) -> None:
    """Save in ``upload`` how many rows have which outcome, and the concerns ``common`` to all (None: as before)."""
    numbers = dict(upload.rows.order_by().values_list("outcome").annotate(Count("pk")))
    kept = upload.report.get("common", []) if common is None else list(common)
    counts = {outcome.value: numbers.get(outcome.value, 0) for outcome in Outcome}
    upload.report = {**upload.report, "counts": counts, "common": kept}
    upload.save(update_fields=["report"])


def choices_of(upload: ImportUpload, by: User | None) -> ImportChoices:
    """Return what was decided for the whole file, with what ``by`` may change (None: everything)."""
    return ImportChoices(
        section=upload.section.slug if upload.section else "",
        valid_from=upload.valid_from,
        decision=read_decision(upload.decision) if upload.decision else None,
        public=upload.public,
        scope=ImportScope.of(by),
    )


def queue_rows(upload: ImportUpload, *, by: User | None) -> int:
    """Queue the selected rows and mark ``upload`` as running; return their number.

    ``Conflict`` if another import is running: the database allows one at a time.
    """
    upload.applied_by, upload.cancelled_at, upload.cancelled_by = by, None, None
    mark_running(upload)
    waiting = applicable(upload).filter(selected=True)
    return waiting.update(state=ImportRow.State.QUEUED, remark="")


def mark_running(upload: ImportUpload) -> None:
    """Save ``upload`` as running, in a new run; ``Conflict`` if another one is."""
    other = ImportUpload.objects.filter(state=ImportUpload.State.RUNNING).exclude(pk=upload.pk).first()
    upload.state, upload.run, upload.progressed_at = (
        ImportUpload.State.RUNNING,
        upload.run + 1,
        timezone.now(),
    )
    try:
        with transaction.atomic():
            upload.save()
    except IntegrityError as error:
        message = _("Another import is running (%(name)s). Wait until it has ended, or cancel it.")
        raise Conflict(message % {"name": other.name if other else "…"}, code="import_running") from error


def applicable(upload: ImportUpload) -> QuerySet[ImportRow]:
    """Return the rows that would change the catalogue and are not applied yet."""
    open_states = (ImportRow.State.PLANNED, ImportRow.State.FAILED)
    rows: QuerySet[ImportRow] = upload.rows.filter(
        state__in=open_states, outcome__in=CHANGING, record__isnull=False
    )
    return rows


def new_without_decision(upload: ImportUpload) -> int:
    """Return how many selected new procedures would become public without a publication decision."""
    if not upload.public or upload.decision_id:
        return 0
    new = applicable(upload).filter(selected=True, outcome=Outcome.CREATED.value)
    return new.filter(record__decision__isnull=True).count()


def apply_portion(
    upload: ImportUpload, choices: ImportChoices, *, by: User | None, keep_going: bool = True
) -> int:
    """Apply the next queued rows in the transaction of the caller, and record the result of each.

    Return how many were processed: 0 if none is left. A row that would now make a change other than the one in its
    preview is planned again and not applied. A row that cannot be written fails alone; without ``keep_going`` its
    error is raised.
    """
    rows = list(upload.rows.filter(state=ImportRow.State.QUEUED).order_by("position")[:PORTION])
    if not rows:
        return 0
    plan = plan_import(map(_parsed, rows), choices=choices, writing=True)
    planned = {row.code: row for row in plan.report.rows}
    seen = {row.code for row in rows if row.digest and row.digest == planned[row.code].digest}
    context = ImportContext(
        user=by, section=choices.section, source=upload.name, valid_from=choices.valid_from
    )
    changes = [change for change in plan.changes if change.record.core_code in seen]
    applied, faults = _write(changes, context, keep_going)
    _record_results(rows, applied, faults, planned, common=set(upload.report.get("common", ())))
    return len(rows)


def _write(
    changes: Sequence[PlannedChange], context: ImportContext, keep_going: bool
) -> tuple[list[AppliedChange], set[str]]:
    """Write ``changes``; return what was written and the codes of those that could not be written."""
    if not keep_going:
        return write_changes(changes, context), set()
    try:
        with transaction.atomic():
            return write_changes(changes, context), set()
    except _ROW_FAULTS:
        logger.warning("a portion of an import failed; its rows are written one by one", exc_info=True)
    applied: list[AppliedChange] = []
    faults = set()
    for change in changes:
        try:
            with transaction.atomic():
                applied += write_changes([change], context)
        except _ROW_FAULTS:
            logger.exception("procedure %s could not be imported", change.record.core_code)
            faults.add(change.record.core_code)
    return applied, faults


def _record_results(
    rows: Sequence[ImportRow],
    applied: Iterable[AppliedChange],
    faults: set[str],
    planned: Mapping[str, ReportRow],
    *,
    common: set[str],
) -> None:
    """Store in each row its result, and what undoing it needs (``procedures.imports.undo``)."""
    written = {item.change.record.core_code: item for item in applied}
    now = existing_procedures(written)
    for row in rows:
        if item := written.get(row.code):
            row.state, row.record = ImportRow.State.APPLIED, None
            row.undo = undo_facts(item, after=now[row.code].record.fingerprint)
        elif row.code in faults:
            row.state = ImportRow.State.FAILED
            row.remark = _(
                "It could not be written. Tell the operating team; the other rows are not affected."
            )
        else:
            _record_plan([row], planned)
            row.concerns = [concern for concern in row.concerns if concern not in common]
            row.state = ImportRow.State.PLANNED
            if row.outcome == Outcome.UNCHANGED and not planned[row.code].note:
                row.remark = _("The catalogue already has this content.")
            else:
                row.needs_attention = row.needs_attention or bool(row.concerns)
                row.remark = _("The catalogue has changed since the preview. Review this row again.")
    _save(rows, [*_PLANNED_FIELDS, "state", "record", "undo", "remark"])


def undo_facts(item: AppliedChange, *, after: str) -> dict[str, Any]:
    """Return the state before ``item`` as JSON; ``after`` is the fingerprint of the state that it left."""
    existing = item.change.existing
    return {
        "procedure": item.procedure_id,
        "after": after,
        "record": existing.record.to_json() if existing else None,
        "imported": existing.imported if existing else {},
        "had_page": bool(existing and existing.page_id),
        "version": item.change.latest.pk if item.change.latest else None,
        "assignments": list(item.assignments),
        "assignments_before": {str(key): facts for key, facts in item.assignments_before.items()},
    }


def mark_applied(upload: ImportUpload) -> None:
    """Mark ``upload`` as applied; the content of finished rows is no longer needed."""
    left = applicable(upload).filter(selected=False)
    left.update(state=ImportRow.State.LEFT_OUT)
    upload.rows.exclude(pk__in=applicable(upload).values("pk")).update(record=None)
    upload.state, upload.applied_at = ImportUpload.State.APPLIED, timezone.now()
    upload.progressed_at = upload.applied_at
    upload.save()
    count_outcomes(upload)


def apply_all(upload: ImportUpload, choices: ImportChoices, progress: Callable[[int], object]) -> None:
    """Apply every queued row in the transaction of the caller; all or nothing."""
    while handled := apply_portion(upload, choices, by=None, keep_going=False):
        progress(handled)
    mark_applied(upload)


def shown_rows(upload: ImportUpload) -> QuerySet[ImportRow]:
    """Return the rows to report: all but those that change nothing and have no remark."""
    rows: QuerySet[ImportRow] = upload.rows.filter(
        ~Q(outcome=Outcome.UNCHANGED.value) | Q(needs_attention=True)
    )
    return rows.order_by("position").defer("record", "undo", "changes")
