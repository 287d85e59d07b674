"""Due dates after a change of the calendar: one that now falls on a day off moves to the next working day."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.errors import Conflict
from core.worktime import TIME_ZONE
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.rules import current_rules
from forms_app.dossiers.services.actions import apply_action, system
from forms_app.dossiers.transitions import RUNNING_STATUSES, Action


def move_from_days_off(*, now: datetime | None = None) -> int:
    """Move the future due dates of running dossiers that fall on a day off; return their number.

    Bộ luật Dân sự 2015, art. 148: a time limit whose last day is a day off ends with the next working day. The citizen
    gets a mail. Other due dates keep the moment on the receipt, even if the calendar has changed.
    """
    moment, calendar = now or timezone.now(), current_rules().calendar
    with override("vi"):
        actor, reason = system(_("Working calendar")), _("The due date fell on a day off.")
    running = Dossier.objects.filed().filter(status__in=RUNNING_STATUSES, due_at__gt=moment)
    moved = 0
    for pk, version, due_at in running.values_list("pk", "version", "due_at").order_by("pk"):
        if due_at is None or calendar.is_working_day(due_at.astimezone(TIME_ZONE).date()):
            continue
        try:
            apply_action(
                dossier_id=pk, expected_version=version, action=Action.MOVE_DUE_DATE, actor=actor, reason=reason,
                now=moment,
            )  # fmt: skip
        except Conflict:  # changed in the meantime; the next run tries again
            continue
        moved += 1
    return moved
