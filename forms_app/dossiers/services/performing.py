"""The only door through which a dossier's status changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, InvalidInput, NotAllowed
from core.text import clean
from forms_app.dossiers import deadlines
from forms_app.dossiers.actors import Actor, officer
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services.history import record
from forms_app.dossiers.transitions import TRANSITIONS, Action, Status, Transition


@transaction.atomic
def perform(
    *,
    dossier_id: int,
    expected_version: int,
    action: Action | str,
    actor: User | Actor,
    reason: str = "",
    data: dict[str, Any] | None = None,
    assigned_to: User | None = None,
    now: datetime | None = None,
) -> Dossier:
    """Do ``action`` on a dossier and return it changed, with its event and effects in the same transaction.

    ``data`` is kept with the event. ``NotAllowed``: no such dossier for this actor (shown as 404). ``Conflict``: the
    dossier is no longer at ``expected_version`` (code ``conflict``) or its status does not lead there (code
    ``not_possible``). ``InvalidInput``: a reason is missing.
    """
    moment = now or timezone.now()
    who = actor if isinstance(actor, Actor) else officer(actor)
    dossier = _lock(dossier_id)
    row = _choose(dossier, Action(action), who, moment, expected_version)
    note = clean(reason)
    if row.needs_reason and not note:
        raise InvalidInput(_("Give the reason."), fields={"reason": _("Give the reason.")})
    before = dossier.status
    adjustment = deadlines.apply(dossier, row.clock, moment)
    _move(dossier, row, moment)
    deadlines.renew_intake(dossier, before, moment)
    if row.action == Action.ASSIGN:
        dossier.assigned_to = assigned_to
        data = {**(data or {}), "assigned_to": assigned_to.pk if assigned_to else None}
    dossier.save()
    record(
        dossier=dossier, action=row.action, from_status=before, actor=who, now=moment, note=note,
        data={**(data or {}), **adjustment},
    )  # fmt: skip
    return dossier


def _lock(dossier_id: int) -> Dossier:
    found = Dossier.objects.select_for_update(of=("self",)).select_related("agency", "procedure_version")
    dossier = found.filed().filter(pk=dossier_id).first()
    if dossier is None:
        raise NotAllowed
    return dossier


def _choose(dossier: Dossier, action: Action, who: Actor, now: datetime, expected_version: int) -> Transition:
    roles = who.roles_at(dossier, now)
    rows = [row for row in TRANSITIONS if row.action == action and row.roles & roles]
    if not rows:
        raise NotAllowed
    if dossier.version != expected_version:
        message = _("Somebody else changed this dossier while you were reading it. It is now: %(status)s.")
        raise Conflict(message % {"status": dossier.get_status_display()})
    for row in rows:
        if row.fits(dossier, now):
            return row
    message = _("This cannot be done now. The dossier is: %(status)s.")
    raise Conflict(message % {"status": dossier.get_status_display()}, code="not_possible")


def _move(dossier: Dossier, row: Transition, now: datetime) -> None:
    if dossier.status == Status.SUPPLEMENT and row.target != Status.SUPPLEMENT:
        dossier.supplement_requests.filter(closed_at=None).update(closed_at=now)
    dossier.status = row.target
    dossier.version += 1
    if row.action == Action.FINISH:
        dossier.finished_at = now
    elif row.action == Action.RETURN_RESULT:
        dossier.returned_at = now
