"""What is not kept: expired drafts, files that belong to nothing, the seeds of secrets that were handed over."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.core.files.storage import FileSystemStorage, storages
from django.db import transaction
from django.utils import timezone

from core.errors import NotAllowed
from core.models import OutboxMessage
from forms_app.dossiers.models import Attachment, Dossier, Draft, ViewLog
from forms_app.dossiers.services.drafts import lock_draft
from forms_app.dossiers.services.uploads import remove

# The receipt shows the second secret this long, so that a reload or a printer jam does no harm.
RECEIPT_OPEN: Final = timedelta(hours=1)
# A file without a row may belong to a transaction in progress; after a day it cannot.
ORPHAN_AGE: Final = timedelta(days=1)
BATCH: Final = 500


def expire_drafts(*, now: datetime | None = None) -> int:
    """Delete drafts past their day with their files; returns how many."""
    expired = list(Draft.objects.filter(expires_at__lte=now or timezone.now())[:BATCH])
    for draft in expired:
        _erase(draft)
    return len(expired)


@transaction.atomic
def erase_draft(*, token: str, now: datetime | None = None) -> None:
    """Delete the draft behind ``token`` at its citizen's wish, with answers and files.

    ``NotAllowed`` when there is none, or when it was filed: a dossier is withdrawn, not erased.
    """
    draft = lock_draft(token=token, now=now or timezone.now())
    if draft.dossier_id:
        raise NotAllowed
    _erase(draft)


@transaction.atomic
def _erase(draft: Draft) -> None:
    """Delete a draft with what it holds; a dossier filed from it stays."""
    for attachment in draft.attachments.all():
        remove(attachment=attachment)
    draft.delete()


def seal(*, now: datetime | None = None) -> int:
    """Wipe the seed of dossiers whose receipt window is over and whose mail is delivered; returns how many.

    From then on nobody, the portal included, can say the second secret or the private link again.
    """
    before = (now or timezone.now()) - RECEIPT_OPEN
    open_dossiers = Dossier.objects.exclude(secret_seed="").filter(submitted_at__lt=before)
    waiting = OutboxMessage.objects.filter(kind="dossier.mail", delivered_at=None, failed_at=None)
    events = [message.payload.get("event") for message in waiting]
    return open_dossiers.exclude(events__pk__in=events).update(secret_seed="")


def forget_views(*, now: datetime | None = None) -> int:
    """Delete the entries of the who-viewed log past their day; returns how many. The database refuses any sooner."""
    over = ViewLog.objects.filter(keep_until__lt=timezone.localdate(now or timezone.now()))
    deleted, _by_model = ViewLog.objects.filter(
        pk__in=list(over.values_list("pk", flat=True)[:BATCH])
    ).delete()
    return deleted


def remove_orphans(*, now: datetime | None = None) -> int:
    """Delete files of the private store that no row knows; returns how many. Only for a store on disk."""
    store = storages["private"]
    if not isinstance(store, FileSystemStorage):
        return 0
    root, before = Path(store.location), ((now or timezone.now()) - ORPHAN_AGE).timestamp()
    known = set(Attachment.objects.values_list("path", flat=True))
    orphans = [
        path
        for path in (root / "dossiers").rglob("*")
        if path.is_file() and path.stat().st_mtime < before and path.relative_to(root).as_posix() not in known
    ]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
