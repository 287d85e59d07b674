"""Write the history: every change of a dossier leaves one event, announced inside the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.outbox import enqueue
from forms_app.dossiers.actors import Actor
from forms_app.dossiers.models import Dossier, DossierEvent, ViewLog
from forms_app.dossiers.signals import dossier_changed
from forms_app.dossiers.transitions import Action


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


MAILED = frozenset(
    {
        Action.SUBMIT, Action.ACCEPT, Action.REFUSE, Action.REQUEST_SUPPLEMENT, Action.REQUIRE_PAYMENT, Action.SUSPEND,
        Action.FINISH, Action.RETURN_RESULT, Action.WITHDRAW,
    }
)  # fmt: skip


def log_view(*, dossier: Dossier, actor: Any, what: str, now: datetime) -> None:
    """Note that ``actor`` (None: the citizen) looked at ``what`` of a dossier."""
    ViewLog.objects.create(dossier=dossier, actor=actor, what=what, at=now)
