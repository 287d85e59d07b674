"""Plans of the demo dossiers: who files what and when, and by which actions it reaches its status.

The same seed and day give the same plans. No database is used here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count, cycle
from random import Random
from typing import Any, Final

from core.worktime import TIME_ZONE, WORKING_DAY_MINUTES, TimeUnit, WorkCalendar, add_working_minutes
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action
from forms_app.dossiers.transitions import Action as A
from forms_app.dossiers.transitions import Status as S

Source = Dossier.Source
# Range of working minutes until the action; a tuple of floats is a share of the processing time instead.
AT_COUNTER: Final = (4, 25)  # while the person waits at the counter
QUICK: Final = (20, 200)
SAME_DAY: Final = (60, 420)
DAYS: Final = (480, 1400)
ON_TIME: Final = (0.2, 0.9)
LATE: Final = (1.3, 1.8)

Gap = tuple[int, int] | tuple[float, float]
ACCEPTED_AND_PROCESSED: Final = ((A.ACCEPT, SAME_DAY), (A.PROCESS, QUICK))
FINISHED_AND_RETURNED: Final = ((A.FINISH, ON_TIME), (A.RETURN_RESULT, DAYS))
SUPPLEMENTED: Final = ((A.REQUEST_SUPPLEMENT, QUICK), (A.SUPPLY, DAYS))


@dataclass(frozen=True, slots=True)
class StatusPath:
    """``number`` dossiers, filed ``age`` days ago (from, to), whose ``actions`` led to ``status``.

    ``slow_only``: only procedures with a processing time of several days, so that none is overdue by accident;
    ``overdue``: filed so long ago that the due date has passed; ``paid``: only procedures with a fee.
    """

    status: S
    number: int
    age: tuple[int, int]
    actions: tuple[tuple[A, Gap], ...] = ()
    slow_only: bool = False
    overdue: bool = False
    paid: bool = False


STATUS_PATHS: Final = (
    StatusPath(S.REGISTERED, 14, (0, 1)),
    StatusPath(S.ACCEPTED, 8, (1, 2), ((A.ACCEPT, SAME_DAY),), slow_only=True),
    StatusPath(S.DECLINED, 10, (4, 350), ((A.DECLINE, SAME_DAY),)),
    StatusPath(S.PROCESSING, 16, (1, 2), ACCEPTED_AND_PROCESSED, slow_only=True),
    StatusPath(S.PROCESSING, 8, (4, 12), ACCEPTED_AND_PROCESSED, overdue=True),
    StatusPath(S.SUPPLEMENT, 10, (3, 8), (*ACCEPTED_AND_PROCESSED, (A.REQUEST_SUPPLEMENT, QUICK))),
    StatusPath(
        S.PAYMENT, 4, (3, 8), (*ACCEPTED_AND_PROCESSED, (A.REQUIRE_PAYMENT, QUICK)), slow_only=True, paid=True
    ),
    StatusPath(S.WITHDRAWN, 8, (5, 350), (ACCEPTED_AND_PROCESSED[0], (A.WITHDRAW, SAME_DAY))),
    StatusPath(S.SUSPENDED, 5, (5, 20), (*ACCEPTED_AND_PROCESSED, (A.SUSPEND, QUICK))),
    StatusPath(S.FINISHED, 12, (3, 10), (*ACCEPTED_AND_PROCESSED, (A.FINISH, ON_TIME))),
    StatusPath(S.RETURNED, 78, (8, 360), (*ACCEPTED_AND_PROCESSED, *FINISHED_AND_RETURNED)),
    StatusPath(S.RETURNED, 17, (10, 360), (*ACCEPTED_AND_PROCESSED, *SUPPLEMENTED, *FINISHED_AND_RETURNED)),
    StatusPath(
        S.RETURNED, 10, (15, 360), (*ACCEPTED_AND_PROCESSED, (A.FINISH, LATE), FINISHED_AND_RETURNED[1])
    ),
)


SEED: Final = 1655
# Working minutes per unit of the processing time: five of seven calendar days are working days.
UNIT_MINUTES: Final = {
    TimeUnit.HOUR: 60,
    TimeUnit.WORKING_DAY: WORKING_DAY_MINUTES,
    TimeUnit.DAY: WORKING_DAY_MINUTES * 5 // 7,
    TimeUnit.MONTH: WORKING_DAY_MINUTES * 21,
}
SLOW_FROM_MINUTES: Final = 3 * WORKING_DAY_MINUTES
# Number of dossiers out of ten by source.
SOURCES: Final[dict[str, int]] = {Source.PORTAL: 7, Source.COUNTER: 2, Source.POST: 1}
# When people file online (from, to, out of ten): before work, at noon, in between, in the evening.
ONLINE_HOURS: Final = (
    (time(6, 15), time(7, 15), 1),
    (time(11, 30), time(13, 30), 2),
    (time(8, 0), time(17, 0), 2),
    (time(18, 30), time(22, 0), 5),
)
CITIZEN_ACTIONS: Final = frozenset({Action.SUPPLY, Action.WITHDRAW})
# The processing time starts at these actions; a share of it is counted from the last of them.
CLOCK_STARTING_ACTIONS: Final = frozenset({Action.ACCEPT, Action.SUPPLY})
# Minutes within which same-day procedures are finished, unless they are late.
SAME_DAY_LIMIT: Final = 120


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """An action and its time."""

    action: Action
    at: datetime


@dataclass(frozen=True, slots=True)
class DossierPlan:
    """A dossier from filing to its current status. ``key`` is stable and seeds its answers."""

    key: str
    procedure: str
    agency: str
    filed_at: datetime
    applicant: Mapping[str, Any]
    source: str
    actions: tuple[PlannedAction, ...]


def legal_minutes(record: Mapping[str, Any]) -> int:
    """Return the processing time of a procedure in working minutes; one working day if none is given."""
    stated = [channel for channel in record["channels"] if channel["time_value"]]
    return stated[0]["time_value"] * UNIT_MINUTES[stated[0]["time_unit"]] if stated else WORKING_DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Planner:
    """Plan dossiers for ``procedures`` (records), filed at ``agencies`` (slugs with weights) by ``people``."""

    procedures: Sequence[Mapping[str, Any]]
    agencies: Mapping[str, int]
    people: Sequence[Mapping[str, Any]]
    calendar: WorkCalendar
    now: datetime

    def plans(self) -> list[DossierPlan]:
        """Return all plans, oldest first."""
        return sorted(self._plans(Random(SEED)), key=lambda plan: plan.filed_at)  # noqa: S311 - invented data

    def _plans(self, rng: Random) -> Iterator[DossierPlan]:
        # Each person files once before any files again, so that equal names rarely meet in a list.
        applicants = cycle(rng.sample(self.people, len(self.people)))
        for row, path in enumerate(STATUS_PATHS):
            fitting = [record for record in self.procedures if _fits(record, path)]
            for number in range(path.number):
                key = f"demo-{row:02d}-{number:03d}"
                yield self._plan(key, path, rng.choice(fitting), next(applicants), rng)

    def _plan(
        self, key: str, path: StatusPath, record: Mapping[str, Any], applicant: Mapping[str, Any], rng: Random
    ) -> DossierPlan:
        limit = legal_minutes(record)
        age = _age(path.age, rng) + (2 * limit // WORKING_DAY_MINUTES if path.overdue else 0)
        # Dossiers from the counter are accepted there: only those filed online wait for acceptance.
        source = _weighed(SOURCES, rng) if path.actions else Source.PORTAL
        gaps = [
            (action, _minutes(_gap(action, gap, source), record, rng), isinstance(gap[0], float))
            for action, gap in path.actions
        ]
        evening = rng.uniform(0, 1)
        filed_at = self._filed(age, source, rng)
        actions = self._actions(filed_at, gaps, evening)
        while actions and actions[-1].at >= self.now:  # because of a holiday, file earlier
            filed_at = self._shift(filed_at, source)
            actions = self._actions(filed_at, gaps, evening)
        agency = _weighed(self.agencies, rng)
        return DossierPlan(key, record["core_code"], agency, filed_at, applicant, source, actions)

    def _filed(self, age: int, source: str, rng: Random) -> datetime:
        if age == 0:
            return self.now - timedelta(minutes=rng.randint(5, 180))
        day = (self.calendar.local(self.now) - timedelta(days=age)).date()
        if source == Source.PORTAL:
            opens, closes, _weight = rng.choices(ONLINE_HOURS, weights=[row[2] for row in ONLINE_HOURS])[0]
            return _between(_at(day, opens), _at(day, closes), rng.uniform(0, 1))
        opened = self._working_day_until(day)
        return _between(*rng.choice(self.calendar.periods(opened)), rng.uniform(0, 1))

    def _shift(self, filed_at: datetime, source: str) -> datetime:
        """Return the same hour three days earlier, or on an earlier working day if filed at the counter."""
        earlier = self.calendar.local(filed_at) - timedelta(days=3)
        if source == Source.PORTAL:
            return earlier
        return datetime.combine(self._working_day_until(earlier.date()), earlier.timetz())

    def _working_day_until(self, day: date) -> date:
        return next(d for d in (day - timedelta(days=n) for n in count()) if self.calendar.is_working_day(d))

    def _actions(
        self, filed_at: datetime, gaps: Sequence[tuple[Action, int, bool]], evening: float
    ) -> tuple[PlannedAction, ...]:
        """Return the actions, those of officers in office hours and those of citizens in the evening."""
        actions: list[PlannedAction] = []
        moment = clock = filed_at
        for action, minutes, of_legal_time in gaps:
            since = clock if of_legal_time else moment
            moment = max(add_working_minutes(since, max(minutes, 1), self.calendar), self._soon(moment))
            if action in CITIZEN_ACTIONS:
                opens, closes, _weight = ONLINE_HOURS[-1]
                day = self.calendar.local(moment).date()
                moment = _between(_at(day, opens), _at(day, closes), evening)
            clock = moment if action in CLOCK_STARTING_ACTIONS else clock
            actions.append(PlannedAction(action, moment))
        return tuple(actions)

    def _soon(self, moment: datetime) -> datetime:
        return add_working_minutes(moment, AT_COUNTER[0], self.calendar)


def _age(days: tuple[int, int], rng: Random) -> int:
    """Return an age in days: every month gets some dossiers, recent months get more."""
    low, high = days
    share = rng.random()
    return low + int((high + 1 - low) * share ** rng.choice((1, 2)))


def _minutes(gap: Gap, record: Mapping[str, Any], rng: Random) -> int:
    low, high = gap
    if not isinstance(low, float):
        return rng.randint(int(low), int(high))
    in_time = high < 1 and record["same_day"]
    return int((SAME_DAY_LIMIT if in_time else legal_minutes(record)) * rng.uniform(low, high))


def _fits(record: Mapping[str, Any], path: StatusPath) -> bool:
    slow = not path.slow_only or legal_minutes(record) >= SLOW_FROM_MINUTES
    return slow and (not path.paid or has_fee(record))


def has_fee(record: Mapping[str, Any]) -> bool:
    """Return True if a procedure has a fee; an amount of None is set by the province."""
    return any(fee["amount"] != 0 for channel in record["channels"] for fee in channel["fees"])


def _gap(action: Action, gap: Gap, source: str) -> Gap:
    return AT_COUNTER if action == Action.ACCEPT and source == Source.COUNTER else gap


def _weighed(weights: Mapping[str, int], rng: Random) -> str:
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=TIME_ZONE)


def _between(start: datetime, end: datetime, share: float) -> datetime:
    return start + (end - start) * share
