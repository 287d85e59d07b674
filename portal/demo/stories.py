"""The lives of the demo dossiers as plain plans: same seed and same day, same plans. No database here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, Final

from core.worktime import WorkCalendar, add_working_minutes
from forms_app.dossiers.transitions import Action
from portal.demo.routes import ROUTES, Gap, Route

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
SOURCES: Final = {"portal": 7, "counter": 2, "post": 1}
OPENS, CLOSES = time(6, 30), time(21, 30)


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
        for row, route in enumerate(ROUTES):
            fitting = [
                record
                for record in self.procedures
                if not route.unhurried or legal_minutes(record) >= UNHURRIED_FROM
            ]
            for number in range(route.number):
                yield self._story(f"demo-{row:02d}-{number:03d}", route, chance.choice(fitting), chance)

    def _story(self, key: str, route: Route, record: Mapping[str, Any], chance: Random) -> Story:
        limit = legal_minutes(record)
        age = chance.randint(*route.age) + (2 * limit // DAY_OF_WORK if route.overdue else 0)
        gaps = [(action, self._minutes(gap, limit, chance)) for action, gap in route.acts]
        filed_at = self._filed(age, chance)
        acts = self._acts(filed_at, gaps)
        while acts and acts[-1].at >= self.now:  # a holiday came between: file earlier
            filed_at -= timedelta(days=3)
            acts = self._acts(filed_at, gaps)
        agency = chance.choices(list(self.agencies), weights=list(self.agencies.values()))[0]
        source = chance.choices(list(SOURCES), weights=list(SOURCES.values()))[0]
        return Story(key, record["core_code"], agency, filed_at, chance.choice(self.people), source, acts)

    def _filed(self, age: int, chance: Random) -> datetime:
        if age == 0:
            return self.now - timedelta(minutes=chance.randint(5, 180))
        minutes = chance.randint(OPENS.hour * 60 + OPENS.minute, CLOSES.hour * 60 + CLOSES.minute)
        midnight = self.calendar.local(self.now).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(days=age) + timedelta(minutes=minutes)

    def _minutes(self, gap: Gap, limit: int, chance: Random) -> int:
        low, high = gap
        return (
            int(limit * chance.uniform(low, high))
            if isinstance(low, float)
            else chance.randint(int(low), int(high))
        )

    def _acts(self, filed_at: datetime, gaps: Sequence[tuple[Action, int]]) -> tuple[Act, ...]:
        acts: list[Act] = []
        moment = filed_at
        for action, minutes in gaps:
            moment = add_working_minutes(moment, max(minutes, 1), self.calendar)
            acts.append(Act(action, moment))
        return tuple(acts)
