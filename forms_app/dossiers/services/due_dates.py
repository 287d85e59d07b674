"""Due dates, and last days of citizens, that fall on a day off after a change of the calendar."""

from __future__ import annotations

from datetime import datetime

from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.errors import Conflict
from core.worktime import TIME_ZONE
from forms_app.dossiers.models import Dossier, SupplementRequest
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


def move_answers_from_days_off(*, now: datetime | None = None) -> int:
    """Move the last days of citizens for open supplement requests that fall on a day off; return their number.

    As for due dates; the day on form 02 stays (ADR 441), the page of the dossier has the new one.
    """
    moment, calendar = now or timezone.now(), current_rules().calendar
    due = Coalesce("extended_until", "supplement_due_at")
    waiting = SupplementRequest.objects.filter(closed_at=None).alias(due=due).filter(due__gt=moment)
    moved = 0
    for pk, until in waiting.values_list("pk", due).order_by("pk"):
        day = until.astimezone(TIME_ZONE).date()
        if calendar.is_working_day(day):
            continue
        # Only if it is still open with this day.
        same = SupplementRequest.objects.filter(pk=pk, closed_at=None).alias(due=due).filter(due=until)
        moved += same.update(extended_until=calendar.end_of(day))
    return moved
