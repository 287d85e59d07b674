"""Undo the rows of an applied import if nothing depends on them yet (in portions: ``procedures.imports.jobs``).

Versions are kept (docs/architecture.md#rule-2): the one that the import created is closed as never in force, and the
one before it is open again. A procedure that the import created loses its page and is no longer public.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page, ReferenceIndex

from accounts.models import User
from core.errors import Conflict
from procedures.choices import Status
from procedures.imports import bulk_pages
from procedures.imports.apply import ImportContext, write_changes
from procedures.imports.existing import ExistingProcedure, existing_procedures, lock_imports
from procedures.imports.plan import PlannedChange
from procedures.imports.record import ProcedureRecord
from procedures.imports.rows import mark_running
from procedures.imports.scope import ImportScope
from procedures.models import (
    ImportedFacts,
    ImportRow,
    ImportUpload,
    LocalAssignment,
    Procedure,
    ProcedurePage,
    ProcedureVersion,
)
from procedures.services.versions import invalidate_pages, take_back

BATCH: Final = 500
#: SQLite has one write lock, which a portion holds: nobody else writes meanwhile.
PORTION: Final = 25


def is_undoing(upload: ImportUpload) -> bool:
    """Return True while ``upload`` is being undone: it counts as running meanwhile, so that nothing else can."""
    running = upload.state == ImportUpload.State.RUNNING
    return running and upload.undone_by_id is not None and upload.undone_at is None


def begin_undo(upload: ImportUpload, *, by: User) -> None:
    """Mark ``upload`` as being undone. ``Conflict`` if it is running, or has no row to undo."""
    if upload.state == ImportUpload.State.RUNNING:
        raise Conflict(_("This file is being applied or undone."), code="import_running")
    applied = upload.rows.filter(state=ImportRow.State.APPLIED)
    if not applied.update(remark=""):
        raise Conflict(_("There is nothing to undo in this file."))
    upload.undone_at, upload.undone_by = None, by
    mark_running(upload)


def undo_portion(upload: ImportUpload, *, after: int) -> int | None:
    """Undo the next applied rows after position ``after``, in the transaction of the caller.

    Rows on which something depends stay, with the reason as their remark. Return the last position; None if no row
    is left.
    """
    lock_imports()
    waiting = upload.rows.filter(state=ImportRow.State.APPLIED, position__gt=after)
    rows = list(waiting.order_by("position")[:PORTION])
    if not rows:
        return None
    existing = existing_procedures([row.code for row in rows], locked=True)
    reasons, scope = _Reasons(rows, existing), ImportScope.of(upload.undone_by)
    for row in rows:
        foreign = scope.why_not_changed(row.undo["procedure"])
        row.remark = _("It is not in a section of your agency.") if foreign else reasons.for_row(row)
    free = [row for row in rows if not row.remark]
    by = upload.undone_by
    _restore([row for row in free if row.undo["record"]], existing, upload, by)
    _withdraw([row for row in free if not row.undo["record"]], existing, by)
    for row in free:
        row.state, row.undo = ImportRow.State.UNDONE, {}
    ImportRow.objects.bulk_update(rows, ["state", "undo", "remark"], batch_size=BATCH)
    return rows[-1].position


def end_undo(upload: ImportUpload) -> None:
    """Mark ``upload`` as no longer being undone, whether it was completed or cancelled."""
    upload.state = ImportUpload.State.APPLIED if upload.applied_at else ImportUpload.State.CANCELLED
    upload.undone_at = upload.progressed_at = timezone.now()
    if not upload.rows.filter(state=ImportRow.State.UNDONE).exists():
        upload.undone_at = upload.undone_by = None
    upload.save(update_fields=["state", "undone_at", "undone_by", "progressed_at"])


def _restore(
    rows: Sequence[ImportRow],
    existing: dict[str, ExistingProcedure],
    upload: ImportUpload,
    by: User | None,
) -> None:
    """Write back the content, facts and assignments before the import."""
    made = [
        existing[row.code].version for row in rows if existing[row.code].version.pk != row.undo["version"]
    ]
    latest = {one.version.procedure_id: one.version for one in existing.values()} | take_back(made)
    changes = [
        PlannedChange(
            row=row.number,
            record=ProcedureRecord.from_json(row.undo["record"]),
            existing=existing[row.code],
            latest=latest[row.undo["procedure"]],
            number=existing[row.code].number + 1,
            begins=existing[row.code].version.valid_from,
        )
        for row in rows
    ]
    write_changes(changes, ImportContext(user=by, source=upload.name))
    _restore_assignments(rows)
    ImportedFacts.objects.filter(procedure__in=[row.undo["procedure"] for row in rows]).delete()
    ImportedFacts.objects.bulk_create(
        ImportedFacts(procedure_id=row.undo["procedure"], facts=row.undo["imported"])
        for row in rows
        if row.undo["imported"]
    )
    bulk_pages.delete_pages([row.undo["procedure"] for row in rows if not row.undo["had_page"]], user=by)


def _restore_assignments(rows: Iterable[ImportRow]) -> None:
    added = [key for row in rows for key in row.undo["assignments"]]
    before = {int(key): facts for row in rows for key, facts in row.undo["assignments_before"].items()}
    changed = list(LocalAssignment.objects.filter(pk__in=before))
    for assignment in changed:
        for name, value in before[assignment.pk].items():
            setattr(assignment, name, value)
    names = sorted({name for facts in before.values() for name in facts})
    if changed:
        LocalAssignment.objects.bulk_update(changed, names, batch_size=BATCH)
    LocalAssignment.objects.filter(pk__in=added).delete()


def _withdraw(rows: Sequence[ImportRow], existing: dict[str, ExistingProcedure], by: User | None) -> None:
    """Remove the pages of new procedures, close their versions, hide them in the register."""
    procedures = [row.undo["procedure"] for row in rows]
    versions = [existing[row.code].version for row in rows]
    for version in versions:
        version.close_before(version.valid_from)
    ProcedureVersion.objects.bulk_update(versions, ["valid_to"], batch_size=BATCH)
    LocalAssignment.objects.filter(pk__in=[key for row in rows for key in row.undo["assignments"]]).delete()
    ImportedFacts.objects.filter(procedure__in=procedures).delete()
    bulk_pages.delete_pages(procedures, user=by)
    Procedure.objects.filter(pk__in=procedures).update(status=Status.HIDDEN)
    invalidate_pages(procedures=procedures)


class _Reasons:
    """Why rows cannot be undone: what exists today that did not exist, or was different, when the import ended."""

    def __init__(self, rows: Sequence[ImportRow], existing: dict[str, ExistingProcedure]) -> None:
        self._existing = existing
        created = [row.undo["procedure"] for row in rows if not row.undo["record"]]
        self._used_procedures = _used(Procedure, created)
        self._used_versions = _used(ProcedureVersion, [one.version.pk for one in existing.values()])
        own = {key for row in rows for key in row.undo["assignments"]}
        assigned = LocalAssignment.objects.filter(procedure__in=created).exclude(pk__in=own)
        self._assigned = set(assigned.values_list("procedure", flat=True))
        self._named = set(
            Procedure.objects.filter(replaced_by__in=created).values_list("replaced_by", flat=True)
        )
        self._linked = _linked_procedures(created)

    def for_row(self, row: ImportRow) -> str:
        """Return the reason as a sentence; empty if ``row`` can be undone."""
        now, procedure = self._existing.get(row.code), row.undo["procedure"]
        if now is None or now.record.fingerprint != row.undo["after"]:
            return _("It was changed after the import.")
        if now.blocked_reason:
            return _("An editor is working on its page.")
        if row.undo["version"] == now.version.pk and row.undo["record"]:
            return ""  # no version was made, so nothing refers to one
        if procedure in self._used_procedures or now.version.pk in self._used_versions:
            return _("Dossiers, drafts, forms or rules refer to it.")
        if procedure in self._assigned or procedure in self._named:
            return _("It has since been assigned or named as a successor.")
        return _("Other pages link to it.") if procedure in self._linked else ""


def _used(model: type[models.Model], keys: Collection[int]) -> set[int]:
    """Return those of ``keys`` that rows of other apps refer to."""
    found: set[int] = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignObjectRel) and _is_of_another_app(relation):
            name = relation.field.name
            rows = relation.related_model._default_manager.filter(**{f"{name}__in": keys})
            found.update(rows.values_list(name, flat=True))
    return found


def _is_of_another_app(relation: models.ForeignObjectRel) -> bool:
    return bool(relation.related_model._meta.app_label != relation.model._meta.app_label)


def _linked_procedures(procedures: Collection[int]) -> set[int]:
    """Return those whose page is linked from something else."""
    pages = dict(ProcedurePage.objects.filter(procedure__in=procedures).values_list("pk", "procedure"))
    links = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(Page), to_object_id__in=[str(pk) for pk in pages]
    )
    return {pages[int(link.to_object_id)] for link in links if link.object_id != link.to_object_id}
