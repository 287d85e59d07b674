"""Write the history: every change of a dossier leaves one event, announced inside the same transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from accounts.models import Agency, User
from core.outbox import enqueue
from forms_app.dossiers.actors import Actor
from forms_app.dossiers.models import Dossier, DossierEvent, ViewLog
from forms_app.dossiers.signals import dossier_changed
from forms_app.dossiers.transitions import INTERNAL, Action

SAME_LOOK: Final = timedelta(minutes=10)


def record(
    *,
    dossier: Dossier,
    action: Action,
    from_status: int | None,
    actor: Actor,
    now: datetime,
    note: str,
    data: dict[str, Any],
) -> DossierEvent:
    """Append the event of a change just made; its sequence is the dossier's version."""
    event = DossierEvent.objects.create(
        dossier=dossier, sequence=dossier.version, action=action, from_status=from_status, to_status=dossier.status,
        actor=actor.user, actor_name=actor.name, at=now, note=note, data=data,
    )  # fmt: skip
    if dossier.email and (action in MAILED or "due_after" in data):  # a promise that moved is told
        enqueue(kind="dossier.mail", key=f"dossier.mail:{event.pk}", payload={"event": event.pk})
    dossier_changed.send(sender=Dossier, dossier=dossier, event=event)
    return event


MAILED: Final = frozenset(Action) - INTERNAL


def log_view(
    *, dossier: Dossier, actor: User | None, what: str, now: datetime, agency: Agency | None = None
) -> None:
    """Note that ``actor`` (None: the citizen) looked at ``what`` of a dossier, an officer from ``agency``.

    A page that is read again within ten minutes is the same look.
    """
    looks = ViewLog.objects.filter(dossier=dossier, actor=actor, what=what)
    if looks.filter(at__gt=now - SAME_LOOK, at__lte=now).exists():
        return
    keep_until = timezone.localdate(now) + timedelta(days=settings.VIEW_LOG_KEEP_DAYS)
    ViewLog.objects.create(
        dossier=dossier, actor=actor, agency=agency, what=what, at=now, keep_until=keep_until
    )
