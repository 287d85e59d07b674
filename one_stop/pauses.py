"""The pauses of a dossier's processing time, with officer and length: shown to the desk and to inspectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.worktime import WorkCalendar, working_minutes_between, working_time_text
from forms_app.dossiers.deadlines import Uncounted
from forms_app.dossiers.models import DossierEvent
from forms_app.dossiers.selectors.dossiers import without_undone_acts
from forms_app.dossiers.transitions import SAME_STATUS_ACTIONS, Action, Status

_KINDS: Final[dict[str, str | Promise]] = {
    Action.REQUEST_SUPPLEMENT: gettext_lazy("Supplement requested"),
    Action.REQUIRE_PAYMENT: gettext_lazy("Payment requested"),
    Action.SUSPEND: gettext_lazy("Suspended"),
}


@dataclass(frozen=True, slots=True)
class Pause:
    """One pause; ``ends`` is None while it lasts.

    ``until`` is the end set for a suspension, ``length`` the office time.
    ``uncounted`` says why the time counts as processing time after all, if it does.
    """

    kind: str | Promise
    officer: str
    reason: str
    begins: datetime
    ends: datetime | None
    until: datetime | None
    length: str
    uncounted: str


@dataclass(frozen=True, slots=True)
class Pauses:
    """The pauses of a dossier, oldest first, and the office time of those that count."""

    items: list[Pause]
    total: str


def pauses_of(events: Sequence[DossierEvent], now: datetime, calendar: WorkCalendar) -> Pauses:
    """Return when the processing time was stopped, from the history in order.

    A supplement request before acceptance stops nothing, as the time has not begun.
    """
    items, total = [], 0
    events = without_undone_acts(events)
    for number, event in enumerate(events):
        if event.action not in _KINDS or event.from_status == Status.REGISTERED:
            continue
        end = next((later for later in events[number + 1 :] if _ends(later, event.to_status)), None)
        named = event.data.get("pause_ends_at")
        until = datetime.fromisoformat(named) if named else None
        last = _moment_of(end) if end else now
        minutes = working_minutes_between(event.at, min(last, until) if until else last, calendar)
        uncounted = _why_uncounted(event, end)
        total += 0 if uncounted else minutes
        items.append(
            Pause(
                _KINDS[Action(event.action)], event.actor_name, event.note, event.at, last if end else None, until,
                working_time_text(minutes), uncounted,
            )
        )  # fmt: skip
    return Pauses(items, working_time_text(total))


def _moment_of(end: DossierEvent) -> datetime:
    """Return when ``end`` ended the pause; for a payment this is its day, even if it was recorded later."""
    paid = end.data.get("pause_ended_at")
    return datetime.fromisoformat(paid) if paid else end.at


def _why_uncounted(begin: DossierEvent, end: DossierEvent | None) -> str:
    """Return why a pause does not count: it began too late (``deadlines.Uncounted``) or was not needed."""
    match begin.data.get("uncounted"):
        case Uncounted.LATE:
            return _("Begun when the dossier was overdue: counts as processing time")
        case Uncounted.LATE_REQUEST:
            return _("Requested after the time allowed for it: counts as processing time")
    if end is None:
        return ""
    if end.action in {Action.LIFT_PAYMENT, Action.LIFT_SUPPLEMENT}:
        return _("Request withdrawn: counts as processing time")
    if end.action == Action.FINISH and end.from_status == Status.PAYMENT:
        return _("Never paid: counts as processing time")
    return ""


def _ends(event: DossierEvent, status: int) -> bool:
    return event.from_status == status and event.action not in SAME_STATUS_ACTIONS
