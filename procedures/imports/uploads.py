"""Import in two steps: upload a file, review and decide, then apply it. Each row is recorded with its result."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import PurePath
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.selectors import agencies_where
from core.errors import Conflict, NotAllowed
from procedures.imports.apply import AppliedChange, ImportContext, apply_plan
from procedures.imports.formats.base import FileProblem
from procedures.imports.formats.reader import parse_file
from procedures.imports.plan import ImportChoices, Plan, existing_procedures, plan_import
from procedures.imports.report import ImportReport, ReportRow
from procedures.models import ImportRow, ImportUpload, ProcedureSectionPage, PublicationDecision
from procedures.page_content import read_decision

BATCH: Final = 500
MAX_CODE: Final = 40


class PreviewOutdated(Conflict):
    """The file would now make other changes than its preview shows."""

    code = "preview_outdated"


def may_import(user: User | AnonymousUser) -> bool:
    """Return True if ``user`` may change the whole catalogue: procedure controllers and superusers."""
    return user.is_superuser or agencies_where(user, Membership.Role.CONTROLLER).exists()


def check_may_import(by: User) -> None:
    """Raise ``NotAllowed`` unless ``by`` may import."""
    if not may_import(by):
        raise NotAllowed(_("You do not have permission to import procedures."))


@transaction.atomic
def preview_upload(*, file: File, name: str, by: User) -> ImportUpload:
    """Store ``file`` with a preview of its changes; ``FileProblem`` if it is broken, and nothing is stored."""
    check_may_import(by)
    plan = plan_import(parse_file(file))
    file.seek(0)
    upload = ImportUpload(name=PurePath(name).name[:200], uploaded_by=by)
    upload.file.save(upload.name, file, save=False)
    _record_plan(upload, plan)
    return upload


@transaction.atomic
def refresh_preview(*, upload_id: int, by: User) -> None:
    """Recompute the preview of a file that has not been applied; rows that were left out stay so."""
    check_may_import(by)
    upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    if upload.applied_at is None:
        _record_plan(upload, _plan(upload))


@transaction.atomic
def choose(
    *,
    upload_id: int,
    by: User,
    section: ProcedureSectionPage | None,
    valid_from: date | None,
    decision: PublicationDecision | None,
    public: bool,
) -> bool:
    """Store what ``by`` decides for the whole file and renew the preview; return False if nothing was changed."""
    check_may_import(by)
    upload = _open_upload(upload_id)
    wanted = {"section": section, "valid_from": valid_from, "decision": decision, "public": public}
    if all(getattr(upload, name) == value for name, value in wanted.items()):
        return False
    for name, value in wanted.items():
        setattr(upload, name, value)
    _record_plan(upload, _plan(upload))
    return True


@transaction.atomic
def select_rows(*, upload_id: int, by: User, selected: Mapping[int, bool]) -> None:
    """Choose which rows are applied, by key of the row."""
    check_may_import(by)
    rows = _open_upload(upload_id).rows
    for value in (True, False):
        rows.filter(pk__in=[key for key, chosen in selected.items() if chosen is value]).update(
            selected=value
        )


def _open_upload(upload_id: int) -> ImportUpload:
    upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    if upload.applied_at:
        raise Conflict(_("This file has already been applied."))
    return upload


@transaction.atomic
def apply_upload(*, upload_id: int, by: User) -> ImportReport:
    """Apply the selected changes shown in the preview, and record the result of each row.

    ``Conflict`` if the file was applied already, ``PreviewOutdated`` if it would now make other changes,
    ``FileProblem`` if the file is no longer stored.
    """
    check_may_import(by)
    upload = _open_upload(upload_id)
    plan = _plan(upload, writing=True)
    if plan.report.digest != upload.digest:
        raise PreviewOutdated(
            _("The catalogue has changed since then. Review the changes again, then apply them.")
        )
    choices = _choices(upload)
    applied = apply_plan(
        plan,
        ImportContext(user=by, section=choices.section, source=upload.name, valid_from=choices.valid_from),
    )
    _record_results(upload, applied)
    upload.applied_at, upload.applied_by = timezone.now(), by
    upload.save(update_fields=["applied_at", "applied_by"])
    return plan.report


def _plan(upload: ImportUpload, *, writing: bool = False) -> Plan:
    try:
        with upload.file.open("rb") as handle:
            return plan_import(parse_file(handle), choices=_choices(upload), writing=writing)
    except FileNotFoundError as error:
        raise FileProblem(_("The file is no longer stored. Upload it again.")) from error


def _choices(upload: ImportUpload) -> ImportChoices:
    excluded = upload.rows.filter(selected=False).values_list("code", flat=True) if upload.pk else ()
    return ImportChoices(
        section=upload.section.slug if upload.section else "",
        valid_from=upload.valid_from,
        decision=read_decision(upload.decision) if upload.decision else None,
        public=upload.public,
        excluded=frozenset(excluded),
    )


def _record_plan(upload: ImportUpload, plan: Plan) -> None:
    """Save ``upload`` with the rows of ``plan``."""
    excluded = _choices(upload).excluded
    upload.report, upload.digest = {"counts": plan.report.counts()}, plan.report.digest
    upload.save()
    upload.rows.all().delete()
    ImportRow.objects.bulk_create(
        (_row(upload, position, row, excluded) for position, row in enumerate(plan.report.rows)),
        batch_size=BATCH,
    )


def _row(upload: ImportUpload, position: int, row: ReportRow, excluded: frozenset[str]) -> ImportRow:
    return ImportRow(
        upload=upload,
        position=position,
        number=row.row,
        outcome=row.outcome.value,
        code=row.code[:MAX_CODE],
        title=row.title,
        place=row.place,
        message=row.message,
        concerns=list(row.concerns),
        needs_attention=bool(row.note or row.warnings or row.concerns),
        changes=[dataclasses.asdict(change) for change in row.changes],
        selected=not row.code or row.code not in excluded,
    )


def _record_results(upload: ImportUpload, applied: Iterable[AppliedChange]) -> None:
    """Store in each row what undoing it needs (``procedures.imports.undo``)."""
    written = {item.change.record.core_code: item for item in applied}
    now = existing_procedures(written)
    rows = list(upload.rows.filter(outcome__in=["created", "updated"]))
    for row in rows:
        item = written.get(row.code)
        row.state = ImportRow.State.APPLIED if item else ImportRow.State.LEFT_OUT
        if item:
            row.undo = undo_facts(item, after=now[row.code].record.fingerprint)
    ImportRow.objects.bulk_update(rows, ["state", "undo"], batch_size=BATCH)


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
