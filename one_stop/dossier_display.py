"""How the desk shows a dossier: its deadline in words, its history, and answers with identity numbers masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import display
from core.worktime import TimeUnit, WorkCalendar
from forms_app.builder import identity_numbers
from forms_app.builder.identity_numbers import identity_questions
from forms_app.builder.schema import FormSchema
from forms_app.dossiers.deadlines import DeadlineRule
from forms_app.dossiers.models import Dossier, DossierEvent
from forms_app.dossiers.status_texts import correction_name, is_correction, payment_text, undone_payments
from forms_app.dossiers.transitions import (
    PAUSED_STATUSES,
    RUNNING_STATUSES,
    Action,
    Status,
    WithdrawalChannel,
)


class Urgency(StrEnum):
    """The colour of a deadline; the text alone conveys the same information (docs/design.md#composition-8)."""

    LATE = "bad"
    SOON = "wait"
    FINE = "done"
    NEW = "info"
    QUIET = "plain"


@dataclass(frozen=True, slots=True)
class DueStatus:
    """The content of the column "Hạn"."""

    urgency: Urgency
    text: str


class HasDeadlines(Protocol):
    """The fields of a dossier from which its due status is derived. Datetimes are aware."""

    @property
    def status(self) -> int: ...
    @property
    def is_closed(self) -> bool: ...
    @property
    def submitted_at(self) -> datetime: ...
    @property
    def accepted_at(self) -> datetime | None: ...
    @property
    def intake_due_at(self) -> datetime | None: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def on_time_until(self) -> datetime | None: ...
    @property
    def pause_ends_at(self) -> datetime | None: ...
    @property
    def deadline_rule(self) -> dict[str, Any] | None: ...
    @property
    def is_correction(self) -> bool: ...
    def is_late_while_paused(self, now: datetime) -> bool: ...


def due_status(
    dossier: HasDeadlines,
    now: datetime,
    *,
    calendar: WorkCalendar,
    supplement_due_at: datetime | None = None,
) -> DueStatus:
    """Return the due status of ``dossier`` at ``now``; ``supplement_due_at`` is the citizen's deadline in status 5.

    Days are counted in the unit of the processing time: working days of ``calendar``, or calendar days.
    """
    status = Status(dossier.status)
    if dossier.is_closed:
        return DueStatus(Urgency.QUIET, _("Closed"))
    if status == Status.REGISTERED:
        return _intake_status(dossier, now, calendar)
    if status in PAUSED_STATUSES:
        paused = _paused_status(dossier, status, supplement_due_at, now)
        since = dossier.on_time_until or dossier.due_at
        if since is None or not dossier.is_late_while_paused(now):
            return paused
        text = _("%(paused)s; overdue since %(day)s")
        return DueStatus(Urgency.LATE, text % {"paused": paused.text, "day": display.date_text(since)})
    if status in RUNNING_STATUSES:
        return _processing_status(dossier, now, calendar)
    return DueStatus(Urgency.FINE, _("Result ready"))


def _paused_status(
    dossier: HasDeadlines, status: Status, supplement_due_at: datetime | None, now: datetime
) -> DueStatus:
    """Return until when the dossier is waiting; before acceptance nothing is paused, as no time is running yet."""
    if status == Status.SUSPENDED and (until := dossier.pause_ends_at):
        return DueStatus(Urgency.QUIET, _("Suspended until %(day)s") % {"day": display.date_text(until)})
    is_accepted = dossier.accepted_at is not None
    if status != Status.SUPPLEMENT or supplement_due_at is None:
        return DueStatus(Urgency.QUIET, _("Paused") if is_accepted else _("Not accepted yet"))
    day = {"day": display.date_text(supplement_due_at)}
    if supplement_due_at < now:
        return DueStatus(Urgency.SOON, _("Supplement overdue since %(day)s") % day)
    text = _("Paused, supplement by %(day)s") if is_accepted else _("Not accepted yet, supplement by %(day)s")
    return DueStatus(Urgency.QUIET, text % day)


def _intake_status(dossier: HasDeadlines, now: datetime, calendar: WorkCalendar) -> DueStatus:
    """Return the intake deadline of a new dossier; before its last day it is coloured as new, not as urgent."""
    due = dossier.intake_due_at
    if due is None:
        return DueStatus(
            Urgency.NEW, _("Submitted %(when)s") % {"when": display.date_text(dossier.submitted_at)}
        )
    tone, words = Urgency(display.due_tone(due, now)), _working_days_text(due, now, calendar)
    return DueStatus(
        Urgency.NEW if tone is Urgency.FINE else tone,
        _("Intake: %(due)s") % {"due": words[:1].lower() + words[1:]},
    )


def _working_days_text(due: datetime, now: datetime, calendar: WorkCalendar) -> str:
    """Return the time left in working days: ``Còn 9 ngày làm việc``; on the last day, the time of day."""
    today, last = calendar.local(now).date(), calendar.local(due).date()
    left = calendar.working_days_between(today, last)
    if today == last or (
        today < last and not left
    ):  # the latter until the due date is moved from a day that became a day off
        return display.due_text(due, now)
    if today < last:
        return ngettext("%(days)d working day left", "%(days)d working days left", left) % {"days": left}
    late = calendar.working_days_between(last, today)
    if not late:
        return _("Overdue since %(day)s") % {"day": display.date_text(due)}
    text = ngettext("Overdue by %(days)d working day", "Overdue by %(days)d working days", late)
    return text % {"days": late}


def _processing_status(dossier: HasDeadlines, now: datetime, calendar: WorkCalendar) -> DueStatus:
    due_at = dossier.due_at
    if due_at is None:
        return DueStatus(Urgency.QUIET, _("No deadline"))
    limit = dossier.on_time_until or due_at
    if due_at < now:
        # The delay began when the dossier became late, even if the due date was moved afterwards.
        due_at = limit
    unit = DeadlineRule.from_json(dossier.deadline_rule).unit
    # The days of a correction are working days, whatever the rule of the procedure.
    in_calendar_days = unit in {TimeUnit.DAY, TimeUnit.MONTH} and not dossier.is_correction
    words = display.due_text(due_at, now) if in_calendar_days else _working_days_text(due_at, now, calendar)
    if limit < now <= due_at:
        return DueStatus(Urgency.LATE, _("%(due)s, counted as overdue") % {"due": words})
    return DueStatus(Urgency(display.due_tone(due_at, now)), words)


def has_masked_ids(dossier: Dossier) -> bool:
    """Return True if the dossier contains an identity number, which the page shows masked."""
    if dossier.form_version is None:
        return False
    schema = FormSchema.from_json(dossier.form_version.schema)
    return any(dossier.answers.get(spec.id) for spec in identity_questions(schema))


def mask_identity_numbers(schema: FormSchema, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``answers`` with every identity number masked, completely unless it is a citizen ID number.

    Viewing one in full is logged.
    """
    masked = {
        spec.id: identity_numbers.masked(spec, answers[spec.id])
        for spec in identity_questions(schema)
        if answers.get(spec.id)
    }
    return {**answers, **masked}


def _event_name(event: DossierEvent) -> str:
    """Return the action in words; an assignment names the officer who received the dossier."""
    if is_correction(event):
        return correction_name(event)
    if event.action == Action.ASSIGN and (assignee := event.data.get("assignee")):
        return _("Assigned to %(name)s") % {"name": assignee}
    if event.action == Action.RETURN_RESULT and (way := event.data.get("delivery")):
        return f"{event.get_action_display()} ({Dossier.Delivery(way).label})"
    if event.action == Action.WITHDRAW and (how := event.data.get("how")):
        return f"{event.get_action_display()} ({WithdrawalChannel(how).label})"
    return event.get_action_display()


def _postal_change(event: DossierEvent) -> str:
    """Return tracking number and postage before and after: ``EA1 · 22.000 đ → EA2 · 25.000 đ``."""
    if event.action != Action.CORRECT_POST:
        return ""

    def text(facts: Mapping[str, Any]) -> str:
        postage = facts.get("postage")
        money = display.money_text(postage) if postage is not None else ""
        return " · ".join(filter(None, (facts.get("tracking_number"), money))) or "—"

    return f"{text(event.data.get('before', {}))} → {text(event.data)}"


def corrections_of(events: list[DossierEvent]) -> list[dict[str, Any]]:
    """Return when wrong results were taken back after the handover, by whom, and if nothing was on record by then."""
    return [
        {
            "name": correction_name(event),
            "at": event.at,
            "officer": event.actor_name,
            "reason": event.note,
            "on_record": event.data.get("on_record", True),
        }
        for event in events
        if is_correction(event)
    ]


def timeline_items(events: list[DossierEvent]) -> list[dict[str, Any]]:
    """Return the events for ``components/timeline.html``, newest last."""
    undone = undone_payments(events)
    return [
        {
            "name": _event_name(event),
            "when": display.datetime_text(event.at),
            "detail": " · ".join(
                filter(None, (event.actor_name, _postal_change(event), payment_text(event), event.note))
            ),
            "struck": event.sequence in undone,
            "state": "done",
        }
        for event in events
    ]
