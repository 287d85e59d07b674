"""Apply or undo an import in the background: start, continue, cancel, and report its progress.

Each portion is one message of the outbox: its rows, their results and the message for the next portion are one
transaction. A killed worker leaves only complete portions; the message is delivered again, and no row is applied twice
(ADR 210).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict
from core.outbox import enqueue
from core.transactions import retry_on_deadlock
from procedures.imports.existing import try_lock_imports
from procedures.imports.rows import apply_portion, choices_of, mark_applied, queue_rows
from procedures.imports.undo import begin_undo, end_undo, is_undoing, undo_portion
from procedures.imports.uploads import check_may_import, open_upload
from procedures.models import ImportRow, ImportUpload

IMPORT_PORTION: Final = "procedures.import_portion"
UNDO_PORTION: Final = "procedures.undo_import_portion"
#: After this long without progress, the page offers to continue.
STALLED_AFTER: Final = timedelta(minutes=2)
PAUSE_SECONDS: Final = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import, or undoing it, has come: rows processed, and rows in all.

    ``stalled``: nothing happened for ``STALLED_AFTER``.
    """

    done: int
    total: int
    running: bool
    stalled: bool


@retry_on_deadlock
@transaction.atomic
def start_import(*, upload_id: int, by: User) -> None:
    """Start applying the selected rows of a file, exactly as its preview shows.

    ``Conflict`` if it has already been applied, if it is running, or if another import is.
    """
    check_may_import(by, upload_id)
    upload = open_upload(upload_id)
    if not try_lock_imports():
        raise Conflict(_("Another import is running. Wait until it has ended."), code="import_running")
    queue_rows(upload, by=by)
    _enqueue(upload, portion=1)


@retry_on_deadlock
@transaction.atomic
def start_undo(*, upload_id: int, by: User) -> None:
    """Start undoing the applied rows of a file on which nothing has come to depend.

    ``Conflict`` if it was not applied, if no row is left to undo, or if it or another import is running.
    """
    check_may_import(by, upload_id)
    upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    if not try_lock_imports():
        raise Conflict(_("Another import is running. Wait until it has ended."), code="import_running")
    begin_undo(upload, by=by)
    _enqueue_undo(upload, after=-1)


@retry_on_deadlock
@transaction.atomic
def continue_import(*, upload_id: int, by: User) -> None:
    """Restart the rest of a running import or of its undoing, without waiting for the message of a dead worker."""
    check_may_import(by, upload_id)
    upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    if upload.state != ImportUpload.State.RUNNING:
        raise Conflict(_("This import is not running."))
    upload.run, upload.progressed_at = upload.run + 1, timezone.now()
    upload.save(update_fields=["run", "progressed_at"])
    if is_undoing(upload):
        _enqueue_undo(upload, after=-1)
    else:
        _enqueue(upload, portion=1)


@retry_on_deadlock
@transaction.atomic
def cancel_import(*, upload_id: int, by: User) -> None:
    """Stop a running import after the current portion. Applied rows stay and can be undone; the others can be applied.

    If it is being undone, the remaining rows stay applied. ``Conflict`` if it is not running.
    """
    check_may_import(by, upload_id)
    upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    if upload.state != ImportUpload.State.RUNNING:
        raise Conflict(_("This import is not running."))
    if is_undoing(upload):
        end_undo(upload)
        return
    upload.rows.filter(state=ImportRow.State.QUEUED).update(state=ImportRow.State.PLANNED)
    upload.state = ImportUpload.State.CANCELLED
    upload.cancelled_at, upload.cancelled_by = timezone.now(), by
    upload.save(update_fields=["state", "cancelled_at", "cancelled_by"])


def apply_next_portion(*, upload_id: int, run: int, portion: int) -> None:
    """Apply one portion in the transaction of the message, and enqueue the next one; nothing for an earlier run."""
    upload = (
        ImportUpload.objects.select_for_update(of=("self",))
        .select_related("section", "decision", "applied_by")
        .filter(pk=upload_id, state=ImportUpload.State.RUNNING, run=run)
        .first()
    )
    if upload is None:
        return
    apply_portion(upload, choices_of(upload, upload.applied_by), by=upload.applied_by)
    if upload.rows.filter(state=ImportRow.State.QUEUED).exists():
        upload.progressed_at = timezone.now()
        upload.save(update_fields=["progressed_at"])
        _enqueue(upload, portion=portion + 1)
        transaction.on_commit(_let_others_write)
    else:
        mark_applied(upload)


def undo_next_portion(*, upload_id: int, run: int, after: int) -> None:
    """Undo the rows after position ``after`` in the transaction of the message; nothing for an earlier run."""
    upload = (
        ImportUpload.objects.select_for_update(of=("self",))
        .select_related("undone_by")
        .filter(pk=upload_id, state=ImportUpload.State.RUNNING, run=run)
        .first()
    )
    if upload is None or not is_undoing(upload):
        return
    last = undo_portion(upload, after=after)
    if last is None:
        end_undo(upload)
        return
    upload.progressed_at = timezone.now()
    upload.save(update_fields=["progressed_at"])
    _enqueue_undo(upload, after=last)
    transaction.on_commit(_let_others_write)


def _let_others_write() -> None:
    """On SQLite, wait a moment between two portions.

    Other writers ask for its only write lock again every 100 ms; the next portion would always be faster.
    """
    if connection.vendor == "sqlite":
        time.sleep(PAUSE_SECONDS)


def _enqueue_undo(upload: ImportUpload, *, after: int) -> None:
    payload: dict[str, Any] = {"upload": upload.pk, "run": upload.run, "after": after}
    key = ":".join((UNDO_PORTION, *map(str, payload.values())))
    enqueue(kind=UNDO_PORTION, key=key, payload=payload)


def _enqueue(upload: ImportUpload, *, portion: int) -> None:
    payload: dict[str, Any] = {"upload": upload.pk, "run": upload.run, "portion": portion}
    key = ":".join((IMPORT_PORTION, *map(str, payload.values())))
    enqueue(kind=IMPORT_PORTION, key=key, payload=payload)


def progress_of(upload: ImportUpload, *, now: datetime | None = None) -> Progress:
    """Return how far ``upload`` has come, in one query."""
    if is_undoing(upload):
        queued = Q(state=ImportRow.State.APPLIED, remark="")
        settled = Q(state=ImportRow.State.UNDONE) | Q(state=ImportRow.State.APPLIED) & ~Q(remark="")
    else:
        queued = Q(state=ImportRow.State.QUEUED)
        settled = Q(state__in=[ImportRow.State.APPLIED, ImportRow.State.FAILED]) | ~Q(remark="")
    numbers = upload.rows.aggregate(
        queued=Count("pk", filter=queued), done=Count("pk", filter=settled & ~queued)
    )
    running = upload.state == ImportUpload.State.RUNNING
    last = upload.progressed_at or upload.uploaded_at
    return Progress(
        done=numbers["done"],
        total=numbers["done"] + numbers["queued"],
        running=running,
        stalled=running and (now or timezone.now()) - last > STALLED_AFTER,
    )
