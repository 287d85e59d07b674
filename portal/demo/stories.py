"""The lives of the demo dossiers as plain plans: same seed and same day, same plans. No database here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count, cycle
from random import Random
from typing import Any, Final

from core.worktime import TIME_ZONE, WorkCalendar, add_working_minutes
from forms_app.dossiers.transitions import Action
from portal.demo.routes import AT_ONCE, ROUTES, Gap, Route

SEED: Final = 1655
DAY_OF_WORK: Final = 480
# A calendar day of legal time holds five sevenths of a working day.
MINUTES_OF: Final = {
    "gio": 60,
    "ngay_lam_viec": DAY_OF_WORK,
    "ngay": DAY_OF_WORK * 5 // 7,
    "thang": DAY_OF_WORK * 21,
}
UNHURRIED_FROM: Final = 3 * DAY_OF_WORK
# In ten dossiers.
PORTAL: Final = "portal"
SOURCES: Final = {PORTAL: 7, "counter": 2, "post": 1}
# When people sit down to file from home, with how many in ten: before work, at noon, in between, in the evening.
AT_HOME: Final = (
    (time(6, 15), time(7, 15), 1),
    (time(11, 30), time(13, 30), 2),
    (time(8, 0), time(17, 0), 2),
    (time(18, 30), time(22, 0), 5),
)
BY_CITIZENS: Final = frozenset({Action.SUPPLY, Action.WITHDRAW})
# The legal time runs from these; a share of it is counted from the last of them.
STARTS_THE_CLOCK: Final = frozenset({Action.ACCEPT, Action.SUPPLY})
# What is promised for the same day is ready within two hours, unless it is late.
SAME_DAY_LIMIT: Final = 120


@dataclass(frozen=True, slots=True)
class Act:
    """One act and when it happens."""

    action: Action
    at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """One dossier from filing to where it stands. ``key`` is stable and seeds its answers."""

    key: str
    procedure: str
    agency: str
    filed_at: datetime
    applicant: Mapping[str, Any]
    source: str
    acts: tuple[Act, ...]


def legal_minutes(record: Mapping[str, Any]) -> int:
    """Return the legal time of a procedure in working minutes; one working day where none is stated."""
    stated = [channel for channel in record["channels"] if channel["time_value"]]
    return stated[0]["time_value"] * MINUTES_OF[stated[0]["time_unit"]] if stated else DAY_OF_WORK


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells stories about ``procedures`` (records) filed at ``agencies`` (slugs with weights) by ``people``."""

    procedures: Sequence[Mapping[str, Any]]
    agencies: Mapping[str, int]
    people: Sequence[Mapping[str, Any]]
    calendar: WorkCalendar
    now: datetime

    def tell(self) -> list[Story]:
        """Return every story, the oldest first."""
        return sorted(self._stories(Random(SEED)), key=lambda story: story.filed_at)  # noqa: S311 - invented data

    def _stories(self, chance: Random) -> Iterator[Story]:
        # Everybody once before anybody comes again: two dossiers of one name stand seldom side by side.
        applicants = cycle(chance.sample(self.people, len(self.people)))
        for row, route in enumerate(ROUTES):
            fitting = [record for record in self.procedures if _fits(record, route)]
            for number in range(route.number):
                key = f"demo-{row:02d}-{number:03d}"
                yield self._story(key, route, chance.choice(fitting), next(applicants), chance)

    def _story(
        self, key: str, route: Route, record: Mapping[str, Any], applicant: Mapping[str, Any], chance: Random
    ) -> Story:
        limit = legal_minutes(record)
        age = _age(route.age, chance) + (2 * limit // DAY_OF_WORK if route.overdue else 0)
        # What came over the counter was looked at there: only what was sent from home waits for reception.
        source = _weighed(SOURCES, chance) if route.acts else PORTAL
        gaps = [
            (action, _minutes(_gap(action, gap, source), record, chance), isinstance(gap[0], float))
            for action, gap in route.acts
        ]
        evening = chance.uniform(0, 1)
        filed_at = self._filed(age, source, chance)
        acts = self._acts(filed_at, gaps, evening)
        while acts and acts[-1].at >= self.now:  # a holiday came between: file earlier
            filed_at = self._shift(filed_at, source)
            acts = self._acts(filed_at, gaps, evening)
        agency = _weighed(self.agencies, chance)
        return Story(key, record["core_code"], agency, filed_at, applicant, source, acts)

    def _filed(self, age: int, source: str, chance: Random) -> datetime:
        if age == 0:
            return self.now - timedelta(minutes=chance.randint(5, 180))
        day = (self.calendar.local(self.now) - timedelta(days=age)).date()
        if source == PORTAL:
            opens, closes, _weight = chance.choices(AT_HOME, weights=[row[2] for row in AT_HOME])[0]
            return _between(_at(day, opens), _at(day, closes), chance.uniform(0, 1))
        opened = self._working_day_until(day)
        return _between(*chance.choice(self.calendar.periods(opened)), chance.uniform(0, 1))

    def _shift(self, filed_at: datetime, source: str) -> datetime:
        """Return a moment some days earlier at the same hour; over the counter on a working day."""
        earlier = self.calendar.local(filed_at) - timedelta(days=3)
        if source == PORTAL:
            return earlier
        return datetime.combine(self._working_day_until(earlier.date()), earlier.timetz())

    def _working_day_until(self, day: date) -> date:
        return next(d for d in (day - timedelta(days=n) for n in count()) if self.calendar.is_working_day(d))

    def _acts(
        self, filed_at: datetime, gaps: Sequence[tuple[Action, int, bool]], evening: float
    ) -> tuple[Act, ...]:
        """Return the acts in office hours; what citizens do themselves they do after work on that day."""
        acts: list[Act] = []
        moment = clock = filed_at
        for action, minutes, of_legal_time in gaps:
            since = clock if of_legal_time else moment
            moment = max(add_working_minutes(since, max(minutes, 1), self.calendar), self._soon(moment))
            if action in BY_CITIZENS:
                opens, closes, _weight = AT_HOME[-1]
                day = self.calendar.local(moment).date()
                moment = _between(_at(day, opens), _at(day, closes), evening)
            clock = moment if action in STARTS_THE_CLOCK else clock
            acts.append(Act(action, moment))
        return tuple(acts)

    def _soon(self, moment: datetime) -> datetime:
        return add_working_minutes(moment, AT_ONCE[0], self.calendar)


def _age(days: tuple[int, int], chance: Random) -> int:
    """Return how many days ago: every month has some, recent ones more, since ever more people file online."""
    low, high = days
    share = chance.random()
    return low + int((high + 1 - low) * share ** chance.choice((1, 2)))


def _minutes(gap: Gap, record: Mapping[str, Any], chance: Random) -> int:
    low, high = gap
    if not isinstance(low, float):
        return chance.randint(int(low), int(high))
    in_time = high < 1 and record["same_day"]
    return int((SAME_DAY_LIMIT if in_time else legal_minutes(record)) * chance.uniform(low, high))


def _fits(record: Mapping[str, Any], route: Route) -> bool:
    slow = not route.unhurried or legal_minutes(record) >= UNHURRIED_FROM
    return slow and (not route.paid or costs(record))


def costs(record: Mapping[str, Any]) -> bool:
    """Say whether a procedure costs something; an amount left open (None) is set by the province."""
    return any(fee["amount"] != 0 for channel in record["channels"] for fee in channel["fees"])


def _gap(action: Action, gap: Gap, source: str) -> Gap:
    return AT_ONCE if action == Action.ACCEPT and source == "counter" else gap


def _weighed(weights: Mapping[str, int], chance: Random) -> str:
    return chance.choices(list(weights), weights=list(weights.values()))[0]


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=TIME_ZONE)


def _between(start: datetime, end: datetime, share: float) -> datetime:
    return start + (end - start) * share
