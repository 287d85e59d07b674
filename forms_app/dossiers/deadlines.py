"""The legal clock of a dossier: its rule and the effect of each transition (docs/domain.md#deadlines)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, time
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
from forms_app.dossiers.models.rules import DEFAULT_INTAKE_HOURS
from forms_app.dossiers.rules import RuleSet, current_rules
from forms_app.dossiers.transitions import Clock, Status
from procedures.choices import Channel
from procedures.snapshot import Snapshot

_State = Dossier.ClockState
_Mode = DeadlineSetting.Mode
DEFAULT_CUTOFF: Final = time(15, 0)
CHANNEL_OF_SOURCE: Final = {
    Dossier.Source.PORTAL: Channel.ONLINE,
    Dossier.Source.NATIONAL: Channel.ONLINE,
    Dossier.Source.COUNTER: Channel.COUNTER,
    Dossier.Source.POST: Channel.POST,
}


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """How long the agency has; stored with the dossier, so that later changes of the rules do not affect it.

    ``value`` None: no due date.
    """

    value: int | None
    unit: str = TimeUnit.WORKING_DAY.value
    mode: str = _Mode.RESTART.value
    same_day_cutoff: str = ""

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> Self:
        """Read the result of ``to_json``; None or empty means no due date."""
        return cls(**data) if data else cls(value=None)

    def to_json(self) -> dict[str, Any]:
        """Return JSON types."""
        return asdict(self)

    def due(self, start: datetime, calendar: WorkCalendar) -> datetime | None:
        """Return the due date of a clock that starts at ``start``."""
        if self.value is None:
            return None
        cutoff = time.fromisoformat(self.same_day_cutoff) if self.same_day_cutoff else None
        return deadline(start, value=self.value, unit=self.unit, calendar=calendar, same_day_cutoff=cutoff)

    def shifted(self, due: datetime, stopped: datetime, now: datetime, calendar: WorkCalendar) -> datetime:
        """Return ``due`` moved by the time that the clock was stopped."""
        return postponed(due, stopped=stopped, resumed=now, unit=self.unit, calendar=calendar)


def intake_due(procedure_id: int, start: datetime, rules: RuleSet | None = None) -> datetime:
    """Return the intake deadline of a dossier that arrived at ``start`` (docs/domain.md#intake-deadline)."""
    rules = rules or current_rules()
    setting = rules.deadline_setting(procedure_id, start.astimezone(TIME_ZONE).date())
    hours = setting.intake_hours if setting else DEFAULT_INTAKE_HOURS
    return add_working_minutes(start, hours * MINUTES_PER_HOUR, rules.calendar)


def restart_intake_deadline(dossier: Dossier, previous_status: int, now: datetime) -> None:
    """Start the intake deadline anew where ``dossier`` (not saved) has returned to the first status from another."""
    if previous_status != Status.REGISTERED and dossier.status == Status.REGISTERED:
        dossier.intake_due_at = intake_due(dossier.procedure_version.procedure_id, now)


def rule_for(dossier: Dossier, now: datetime, rules: RuleSet | None = None) -> DeadlineRule:
    """Return the rule for a dossier accepted at ``now``, from its pinned procedure version and today's setting."""
    version = dossier.procedure_version
    snapshot = Snapshot.from_json(version.snapshot)
    rules = rules or current_rules()
    setting = rules.deadline_setting(version.procedure_id, now.astimezone(TIME_ZONE).date())
    mode = setting.supplement_mode if setting else _Mode.RESTART.value
    if snapshot.same_day:
        cutoff = setting.same_day_cutoff if setting else DEFAULT_CUTOFF
        return DeadlineRule(value=0, mode=mode, same_day_cutoff=cutoff.isoformat("minutes"))
    value, unit = _time_limit(snapshot, CHANNEL_OF_SOURCE[Dossier.Source(dossier.source)])
    return DeadlineRule(value=value, unit=unit or TimeUnit.WORKING_DAY.value, mode=mode)


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


def _stop(dossier: Dossier, now: datetime) -> None:
    if dossier.clock_state == _State.RUNNING:
        dossier.clock_state, dossier.paused_at = _State.STOPPED, now


def _resume(dossier: Dossier, now: datetime) -> None:
    if dossier.clock_state != _State.STOPPED or dossier.paused_at is None:
        return
    if dossier.due_at is not None:
        rule = DeadlineRule.from_json(dossier.deadline_rule)
        dossier.due_at = rule.shifted(dossier.due_at, dossier.paused_at, now, current_rules().calendar)
    dossier.clock_state, dossier.paused_at = _State.RUNNING, None


def _restart(dossier: Dossier, now: datetime) -> None:
    rule = DeadlineRule.from_json(dossier.deadline_rule)
    if rule.mode == _Mode.PAUSE:
        _resume(dossier, now)
        return
    dossier.due_at = rule.due(now, current_rules().calendar)
    dossier.clock_state, dossier.paused_at = _State.RUNNING, None


def _end(dossier: Dossier, now: datetime) -> None:
    _resume(dossier, now)  # an action on a stopped clock is measured without the pause
    dossier.clock_state, dossier.paused_at = _State.ENDED, None


def _reopen(dossier: Dossier, now: datetime) -> None:
    dossier.clock_state, dossier.finished_at = _State.RUNNING, None


EFFECTS: Final[dict[Clock, Callable[[Dossier, datetime], None]]] = {
    Clock.NONE: lambda dossier, now: None,
    Clock.START: _start,
    Clock.STOP: _stop,
    Clock.RESUME: _resume,
    Clock.RESTART: _restart,
    Clock.END: _end,
    Clock.REOPEN: _reopen,
}


def apply_clock_effect(dossier: Dossier, effect: Clock, now: datetime) -> dict[str, Any]:
    """Change the clock fields of ``dossier`` (not saved); return how the due date changed, for the event."""
    before = dossier.due_at
    EFFECTS[effect](dossier, now)
    if dossier.due_at == before:
        return {}
    return {"due_before": _iso(before), "due_after": _iso(dossier.due_at), "clock": effect.value}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
