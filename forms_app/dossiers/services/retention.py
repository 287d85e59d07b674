"""Delete what is no longer needed: expired drafts and view log entries, seeds of secrets."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from core.errors import NotAllowed
from core.models import OutboxMessage
from forms_app.dossiers.models import Dossier, Draft, ListLogEntry, ViewLogEntry
from forms_app.dossiers.services.actions import CITIZEN_MAIL
from forms_app.dossiers.services.drafts import lock_draft
from forms_app.dossiers.services.secrets import RECEIPT_WINDOW
from forms_app.dossiers.services.uploads import remove
from forms_app.dossiers.transitions import Action

# A mail that was given up for longer than this is delivered without the secrets.
SEED_LIFETIME: Final = timedelta(days=30)
BATCH: Final = 500


def delete_expired_drafts(*, now: datetime | None = None) -> int:
    """Delete up to 500 expired drafts with their files; return their number."""
    moment = now or timezone.now()
    expired = Draft.objects.filter(expires_at__lte=moment).order_by("expires_at")
    return sum(_expire(pk, moment) for pk in list(expired.values_list("pk", flat=True)[:BATCH]))


@transaction.atomic
def _expire(pk: int, moment: datetime) -> bool:
    """Delete a draft unless its citizen saved or erased it since the list was read; return True if it was deleted."""
    draft = Draft.objects.select_for_update(of=("self",)).filter(pk=pk, expires_at__lte=moment).first()
    if draft is not None:
        _erase(draft)
    return draft is not None


@transaction.atomic
def erase_draft(*, token: str, now: datetime | None = None) -> None:
    """Delete the draft for ``token`` with its answers and files, at the citizen's request.

    ``NotAllowed`` if there is none, or if it was submitted: a dossier is withdrawn, not erased.
    """
    draft = lock_draft(token=token, now=now or timezone.now())
    if draft.dossier_id:
        raise NotAllowed
    _erase(draft)


@transaction.atomic
def _erase(draft: Draft) -> None:
    """Delete a draft with its files; a dossier filed from it stays."""
    for attachment in draft.attachments.all():
        remove(attachment=attachment)
    draft.delete()


def wipe_secret_seeds(*, now: datetime | None = None) -> int:
    """Wipe the seed of dossiers whose receipt window has passed and whose mail has been delivered; return their number.

    From then on the portal itself cannot show the lookup key or the private link again. A mail that is waiting or was
    given up keeps the seed for 30 days: delivered later, it still contains both. A refused one is never delivered.
    """
    moment = now or timezone.now()
    past = Dossier.objects.exclude(secret_seed="").filter(secrets_issued_at__lt=moment - RECEIPT_WINDOW)
    undelivered = OutboxMessage.objects.filter(kind=CITIZEN_MAIL, delivered_at=None, refused_at=None)
    events = [message.payload.get("event") for message in undelivered]
    waiting = Q(events__pk__in=events, events__action=Action.SUBMIT)
    mailed = Dossier.objects.filter(waiting, secrets_issued_at=F("submitted_at"))
    kept = mailed.filter(secrets_issued_at__gte=moment - SEED_LIFETIME).values_list("pk", flat=True)
    return past.exclude(pk__in=list(kept)).update(secret_seed="")


def delete_expired_view_log(*, now: datetime | None = None) -> int:
    """Delete up to 500 expired entries each of the view log and the list log; return their number.

    The database refuses earlier deletion.
    """
    day = timezone.localdate(now or timezone.now())
    deleted = 0
    for model in (ViewLogEntry, ListLogEntry):
        expired = model._default_manager.filter(retained_until__lt=day).values_list("pk", flat=True)
        deleted += model._default_manager.filter(pk__in=list(expired[:BATCH])).delete()[0]
    return deleted
