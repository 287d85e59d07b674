"""Undo the end of a dossier; a supplement request that it closed is open again, with a new last day (ADR 441)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.display import date_text
from core.errors import InvalidInput
from core.transactions import retry_on_deadlock
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.rules import current_rules
from forms_app.dossiers.services import apply_action, lock_dossier
from forms_app.dossiers.services.actions import answer_days_left
from forms_app.dossiers.transitions import Action
from one_stop.supplements import last_supplement_day


@retry_on_deadlock
@transaction.atomic
def undo_end(
    *,
    dossier_id: int,
    expected_version: int,
    actor: User,
    action: Action,
    reason: str,
    answer_by: date | None,
    now: datetime | None = None,
) -> Dossier:
    """Undo a decline, closing or withdrawal; ``answer_by`` is the last day for a supplement request that is open again.

    They have until the office closes on that day, or on the next working day. ``InvalidInput`` if it has passed, is
    earlier than what was left, or is too far away; other errors as ``dossiers.services.apply_action``.
    """
    moment = now or timezone.now()
    dossier, deadline = lock_dossier(dossier_id), None
    if answer_by is not None:
        left = answer_days_left(dossier, moment)
        first = max(timezone.localdate(moment) + timedelta(days=1), timezone.localdate(left or moment))
        last = max(last_supplement_day(dossier, moment), first)
        if not first <= answer_by <= last:
            message = _("Choose a date from %(first)s to %(last)s.")
            message %= {"first": date_text(first), "last": date_text(last)}
            raise InvalidInput(message, fields={"answer_by": message})
        deadline = current_rules().calendar.end_of(answer_by)
    return apply_action(
        dossier_id=dossier_id, expected_version=expected_version, action=action, actor=actor, reason=reason,
        answer_by=deadline, now=moment,
    )  # fmt: skip
