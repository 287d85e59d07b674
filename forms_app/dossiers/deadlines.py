"""The processing time of a dossier: its rule and the effect of each transition (docs/domain.md#deadlines)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final, Self

from core.worktime import (
    MINUTES_PER_HOUR,
    TIME_ZONE,
    TimeUnit,
    WorkCalendar,
    add_working_minutes,
    deadline,
    postponed,
)
from forms_app.dossiers.models import DeadlineSetting, Dossier
from forms_app.dossiers.models.rules import DEFAULT_INTAKE_HOURS, DEFAULT_REQUEST_DAYS
from forms_app.dossiers.rules import RuleSet, current_rules
from forms_app.dossiers.transitions import Action, Clock, Status
from procedures.snapshot import Snapshot

_State = Dossier.ClockState
_Mode = DeadlineSetting.Mode
DEFAULT_CUTOFF: Final = time(15, 0)
#: Working days in which a wrong result is corrected (art. 23 NĐ 118/2025).
CORRECTION_DAYS: Final = 3


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """How long the agency has; stored with the dossier, so that later changes of the rules do not affect it.

    ``value`` None: no due date. ``request_days``: working days after acceptance in which a supplement may be requested;
    None: no limit.
    """

    value: int | None
    unit: str = TimeUnit.WORKING_DAY.value
    mode: str = _Mode.RESTART.value
    same_day_cutoff: str = ""
    request_days: int | None = DEFAULT_REQUEST_DAYS

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> Self:
        """Read the result of ``to_json``; None or empty means no due date."""
        return cls(**data) if data else cls(value=None)

    def to_json(self) -> dict[str, Any]:
        """Return JSON types."""
        return asdict(self)

    def due(self, start: datetime, calendar: WorkCalendar) -> datetime | None:
        """Return the due date of a processing time that starts at ``start``."""
        if self.value is None:
            return None
        cutoff = time.fromisoformat(self.same_day_cutoff) if self.same_day_cutoff else None
        return deadline(start, value=self.value, unit=self.unit, calendar=calendar, same_day_cutoff=cutoff)

    def shifted(self, due: datetime, stopped: datetime, now: datetime, calendar: WorkCalendar) -> datetime:
        """Return ``due`` moved by the time for which processing was paused."""
        return postponed(due, stopped=stopped, resumed=now, unit=self.unit, calendar=calendar)

    def request_due(self, accepted: datetime, calendar: WorkCalendar) -> datetime | None:
        """Return until when a supplement can be requested in time (art. 19.5 NĐ 118/2025); None: no limit."""
        if self.request_days is None:
            return None
        return deadline(accepted, value=self.request_days, unit=TimeUnit.WORKING_DAY, calendar=calendar)


def rule_in_force(dossier: Dossier) -> DeadlineRule:
    """Return the rule of an accepted dossier; while a wrong result is corrected, that of article 23.

    Its three working days are paused but never restarted.
    """
    rule = DeadlineRule.from_json(dossier.deadline_rule)
    if not dossier.is_correction:
        return rule
    return replace(
        rule,
        value=CORRECTION_DAYS,
        unit=TimeUnit.WORKING_DAY.value,
        mode=_Mode.PAUSE.value,
        same_day_cutoff="",
    )


def intake_due(procedure_id: int, start: datetime, rules: RuleSet | None = None) -> datetime:
    """Return the intake deadline of a dossier that arrived at ``start`` (docs/domain.md#intake-deadline)."""
    rules = rules or current_rules()
    setting = rules.deadline_setting(procedure_id, start.astimezone(TIME_ZONE).date())
    hours = setting.intake_hours if setting else DEFAULT_INTAKE_HOURS
    # With the minute of the arrival, as it is printed (``core.worktime.deadline``).
    minute = start.replace(second=0, microsecond=0)
    return add_working_minutes(minute, hours * MINUTES_PER_HOUR, rules.calendar)


def restart_intake_deadline(dossier: Dossier, action: Action, previous_status: int, now: datetime) -> None:
    """Restart the intake deadline if ``dossier`` (not saved) has returned to the first status from another.

    A desk that requested the supplement only after the deadline stays late: the former deadline is kept. This also
    applies when a decline without a supplement request, a withdrawal or a request made by mistake is undone: the desk
    gains no time by its mistake.
    """
    if action == Action.LIFT_SUPPLEMENT or dossier.status != Status.REGISTERED:
        return
    if previous_status in {Status.REGISTERED, Status.WITHDRAWN}:
        return
    if previous_status == Status.DECLINED and _was_declined_at_once(dossier):
        return
    requested = dossier.events.filter(action=Action.REQUEST_SUPPLEMENT).order_by("-sequence").first()
    due = dossier.intake_due_at
    if requested is None or due is None or requested.at <= due:
        dossier.intake_due_at = intake_due(dossier.procedure_version.procedure_id, now)


def _was_declined_at_once(dossier: Dossier) -> bool:
    declined = dossier.events.filter(action=Action.DECLINE).order_by("-sequence").first()
    return declined is not None and declined.from_status == Status.REGISTERED


def rule_for(dossier: Dossier, now: datetime, rules: RuleSet | None = None) -> DeadlineRule:
    """Return the rule for a dossier accepted at ``now``, from its pinned procedure version and today's setting."""
    version = dossier.procedure_version
    snapshot = Snapshot.from_json(version.snapshot)
    rules = rules or current_rules()
    setting = rules.deadline_setting(version.procedure_id, now.astimezone(TIME_ZONE).date())
    mode = setting.supplement_mode if setting else _Mode.RESTART.value
    days = setting.request_days if setting else DEFAULT_REQUEST_DAYS
    if snapshot.same_day:
        cutoff = setting.same_day_cutoff if setting else DEFAULT_CUTOFF
        return DeadlineRule(
            value=0, mode=mode, same_day_cutoff=cutoff.isoformat("minutes"), request_days=days
        )
    value, unit = _time_limit(snapshot, dossier.channel)
    return DeadlineRule(value=value, unit=unit or TimeUnit.WORKING_DAY.value, mode=mode, request_days=days)


def _time_limit(snapshot: Snapshot, channel: str) -> tuple[int | None, str]:
    """Return value and unit of the time limit of ``channel``, or of the first channel that has one."""
    ordered = sorted(snapshot.channels, key=lambda part: part.channel != channel)
    stated = [part for part in ordered if part.time_value is not None]
    return (stated[0].time_value, stated[0].time_unit) if stated else (None, "")


def _start(dossier: Dossier, now: datetime) -> None:
    rules = current_rules()
    rule = rule_for(dossier, now, rules)
    dossier.accepted_at, dossier.deadline_rule = now, rule.to_json()
    dossier.due_at = dossier.original_due_at = rule.due(now, rules.calendar)
    dossier.clock_state = _State.RUNNING


def is_late(dossier: Dossier, now: datetime) -> bool:
    """Return True if the due date of ``dossier`` had passed at ``now``."""
    return dossier.due_at is not None and dossier.due_at < now


def is_late_request(dossier: Dossier, now: datetime) -> bool:
    """Return True if a supplement requested at ``now`` comes after the days that the law allows."""
    if dossier.accepted_at is None:
        return False
    rule = DeadlineRule.from_json(dossier.deadline_rule)
    until = rule.request_due(dossier.accepted_at, current_rules().calendar)
    return until is not None and until < now


def has_restarted(dossier: Dossier) -> bool:
    """Return True if the full time has started again after a supplement, so that a further one only pauses it."""
    return dossier.clock_restarts > 0


class Uncounted(StrEnum):
    """Why a pause does not extend the on-time limit, from its beginning; recorded in the event that begins it."""

    LATE = "late"
    LATE_REQUEST = "late_request"


def why_uncounted(dossier: Dossier, action_clock: Clock, now: datetime) -> Uncounted | None:
    """Return why a pause that begins at ``now`` does not extend the on-time limit; None if it does."""
    limit = dossier.on_time_until or dossier.due_at
    if limit is not None and limit < now:
        return Uncounted.LATE
    if action_clock == Clock.REQUEST and is_late_request(dossier, now):
        return Uncounted.LATE_REQUEST
    return None


def _begin_pause(clock: Clock) -> Callable[[Dossier, datetime], None]:
    def begin(dossier: Dossier, now: datetime) -> None:
        if dossier.clock_state == _State.RUNNING:
            dossier.clock_state, dossier.paused_at = _State.STOPPED, now
            dossier.pause_extends_on_time = why_uncounted(dossier, clock, now) is None

    return begin


def _resume(dossier: Dossier, now: datetime) -> None:
    """Move the due date by the length of the pause, and the on-time limit with it if the pause extends that.

    A dossier whose due date had passed when the pause began keeps it (docs/domain.md#pausing).
    A suspension extends the time at most until the moment set when it began, a request for payment until the
    payment was made.
    """
    if dossier.clock_state != _State.STOPPED or dossier.paused_at is None:
        return
    if dossier.pause_ends_at is not None:
        now = min(now, dossier.pause_ends_at)
    if dossier.due_at is not None and not is_late(dossier, dossier.paused_at):
        rule, calendar, paused = rule_in_force(dossier), current_rules().calendar, dossier.paused_at
        limit = dossier.on_time_until or dossier.due_at
        if _extends_on_time(dossier, paused):
            limit = rule.shifted(limit, paused, now, calendar)
        _set_due_date(dossier, rule.shifted(dossier.due_at, paused, now, calendar), limit)
    _run(dossier)


def _run(dossier: Dossier, state: str = _State.RUNNING) -> None:
    dossier.clock_state, dossier.paused_at, dossier.pause_ends_at = state, None, None


def _restart(dossier: Dossier, now: datetime) -> None:
    """Count the full time again from ``now``, unless the dossier was late when the supplement was requested.

    It starts again once (ADR 440): a further supplement pauses it. A delay is never cancelled
    (docs/domain.md#pausing): a late dossier keeps its due date, and after a request that came too late the on-time
    limit stays what it was.
    """
    rule = rule_in_force(dossier)
    if rule.mode == _Mode.PAUSE or has_restarted(dossier):
        _resume(dossier, now)
        return
    paused, due = dossier.paused_at, dossier.due_at
    if due is not None and paused is not None and not is_late(dossier, paused):
        restarted = rule.due(now, current_rules().calendar)
        new_due = max(due, restarted) if restarted else due
        limit = new_due if _extends_on_time(dossier, paused) else dossier.on_time_until or due
        _set_due_date(dossier, new_due, limit)
        dossier.clock_restarts += 1
    _run(dossier)


def _extends_on_time(dossier: Dossier, paused: datetime) -> bool:
    """Return True if the pause that began at ``paused`` extends the on-time limit."""
    limit = dossier.on_time_until or dossier.due_at
    return dossier.pause_extends_on_time and limit is not None and paused <= limit


def _set_due_date(dossier: Dossier, due: datetime, limit: datetime) -> None:
    """Set the due date, and ``limit`` as the on-time limit if that is earlier."""
    dossier.due_at, dossier.on_time_until = due, limit if limit < due else None


def _end(dossier: Dossier, now: datetime) -> None:
    _resume(dossier, now)  # an action during a pause is measured without the pause
    _run(dossier, _State.ENDED)


def _reopen(dossier: Dossier, now: datetime) -> None:
    dossier.clock_state, dossier.finished_at = _State.RUNNING, None


def _end_unpaid(dossier: Dossier, now: datetime) -> None:
    """End the processing time of a dossier that was never paid: nothing shows that the agency had to wait (ADR 250)."""
    _run(dossier, _State.ENDED)


def _correct(dossier: Dossier, now: datetime) -> None:
    """Set the time in which a wrong result is corrected, and keep whether the first one was on time (ADR 350).

    A dossier that was late stays late. A dossier with nothing on record that could be wrong keeps its due date: what
    is missing is not corrected.
    """
    limit, finished = dossier.on_time_until or dossier.due_at, dossier.finished_at
    was_late = limit is not None and finished is not None and _day(limit) < _day(finished)
    if dossier.due_at is None or dossier.has_result_on_record():
        due = deadline(
            now, value=CORRECTION_DAYS, unit=TimeUnit.WORKING_DAY, calendar=current_rules().calendar
        )
        _set_due_date(dossier, due, limit if was_late and limit else due)
    if not dossier.is_correction:
        dossier.first_finished_at, dossier.first_was_on_time = finished, not was_late
    dossier.corrections += 1
    dossier.finished_at = dossier.returned_at = None
    _run(dossier)


def _day(moment: datetime) -> date:
    return moment.astimezone(TIME_ZONE).date()


def _reset(dossier: Dossier, now: datetime) -> None:
    _run(dossier, _State.NOT_STARTED)


_MOMENTS: Final = ("paused_at", "pause_ends_at", "due_at", "on_time_until")


def clock_to_json(dossier: Dossier) -> dict[str, Any]:
    """Return the processing time state of ``dossier`` for the event of its end, which may be undone."""
    moments = {name: _iso(getattr(dossier, name)) for name in _MOMENTS}
    return {
        "clock_state": dossier.clock_state, "pause_extends_on_time": dossier.pause_extends_on_time, **moments
    }  # fmt: skip


def _restore(dossier: Dossier, now: datetime) -> None:
    """Restore the processing time from before the end, or from before the last payment, as if it had not been."""
    event = dossier.payments()[-1] if dossier.status == Status.PROCESSING else dossier.ending()
    before = event.data["before"] if event else {}
    for name, value in before.items():
        setattr(dossier, name, datetime.fromisoformat(value) if value and name in _MOMENTS else value)


def _move_from_day_off(dossier: Dossier, now: datetime) -> None:
    """Move a due date that lies on a day off to the end of the next working day (Bộ luật Dân sự 2015, art. 148)."""
    calendar = current_rules().calendar

    def moved(moment: datetime) -> datetime:
        day = moment.astimezone(TIME_ZONE).date()
        return moment if calendar.is_working_day(day) else calendar.end_of(day)

    if dossier.due_at is not None:
        _set_due_date(dossier, moved(dossier.due_at), moved(dossier.on_time_until or dossier.due_at))


EFFECTS: Final[dict[Clock, Callable[[Dossier, datetime], None]]] = {
    Clock.NONE: lambda dossier, now: None,
    Clock.START: _start,
    Clock.STOP: _begin_pause(Clock.STOP),
    Clock.REQUEST: _begin_pause(Clock.REQUEST),
    Clock.RESUME: _resume,
    Clock.CONTINUE: lambda dossier, now: _run(dossier),
    Clock.RESTART: _restart,
    Clock.END: _end,
    Clock.END_UNPAID: _end_unpaid,
    Clock.REOPEN: _reopen,
    Clock.CORRECT: _correct,
    Clock.RESET: _reset,
    Clock.RESTORE: _restore,
    Clock.CALENDAR: _move_from_day_off,
}


def apply_clock_effect(dossier: Dossier, effect: Clock, now: datetime) -> dict[str, Any]:
    """Change the clock fields of ``dossier`` (not saved); return for the event how the due date changed.

    The event of a pause that does not extend the on-time limit says why (``Uncounted``); that of a correction has its
    number, and says if nothing was on record that could be wrong.
    """
    before, runs = dossier.due_at, dossier.clock_state == _State.RUNNING
    change: dict[str, Any] = {}
    if effect == Clock.CORRECT:
        change = {"correction": dossier.corrections + 1, "on_record": dossier.has_result_on_record()}
    restarts = dossier.clock_restarts
    EFFECTS[effect](dossier, now)
    if dossier.clock_restarts > restarts:
        change["restarts"] = dossier.clock_restarts
    if dossier.due_at == before:
        begins = runs and effect in {Clock.STOP, Clock.REQUEST}
        reason = why_uncounted(dossier, effect, now) if begins else None
        return change | ({"uncounted": reason.value} if reason else {})
    change |= {"due_before": _iso(before), "due_after": _iso(dossier.due_at), "clock": effect.value}
    if dossier.on_time_until is not None:
        change["on_time_until"] = _iso(dossier.on_time_until)
    return change


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
