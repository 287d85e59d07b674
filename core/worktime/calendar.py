"""The work calendar: office hours, days off and make-up days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from core.models import Holiday

TIME_ZONE: Final = ZoneInfo(settings.TIME_ZONE)
Hours = tuple[tuple[time, time], ...]
DEFAULT_HOURS: Final[Hours] = ((time(7, 0), time(11, 30)), (time(13, 30), time(17, 0)))
SATURDAY: Final = 5
DAY: Final = timedelta(days=1)


def start_of_day(day: date) -> datetime:
    """Return the first moment of `day` in the portal's time zone."""
    return datetime.combine(day, time(), tzinfo=TIME_ZONE)


def parse_hours(text: str) -> Hours:
    """Parse office hours as in the setting: `07:00-11:30, 13:30-17:00`.

    Raise `ValueError` for invalid times; `WorkCalendar` refuses hours that overlap or are out of order.
    """
    edges = (period.split("-") for period in text.split(","))
    return tuple(
        (time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())) for opens, closes in edges
    )


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Monday to Friday, except days off, plus make-up days (ngày làm bù).

    `hours` are the office hours of every working day, in order and not overlapping.
    """

    days_off: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()
    hours: Hours = DEFAULT_HOURS
    tz: ZoneInfo = TIME_ZONE

    def __post_init__(self) -> None:
        edges = [edge for period in self.hours for edge in period]
        if not edges or edges != sorted(set(edges)):
            raise ValueError("office hours must be in order, not empty and not overlapping")

    def local(self, moment: datetime) -> datetime:
        """Return `moment` in the calendar's time zone; raise `ValueError` if it is naive."""
        if moment.tzinfo is None:
            raise ValueError("the moment must have a time zone")
        return moment.astimezone(self.tz)

    def is_working_day(self, day: date) -> bool:
        """Return True if `day` is a working day; a make-up day overrides the weekend and a day off."""
        return day in self.makeup or (day.weekday() < SATURDAY and day not in self.days_off)

    def working_days_from(self, day: date) -> Iterator[date]:
        """Yield the working days from `day` on, including `day` itself if it is one."""
        return (d for d in (day + n * DAY for n in count()) if self.is_working_day(d))

    def working_day_on_or_after(self, day: date) -> date:
        """Return `day`, or the next working day if it is not one."""
        return next(self.working_days_from(day))

    def add_working_days(self, day: date, number: int) -> date:
        """Return the `number`-th working day after `day`; `day` itself is not counted."""
        following = self.working_days_from(day + DAY)
        for _counted in range(number):
            day = next(following)
        return day

    def working_days_between(self, earlier: date, later: date) -> int:
        """Return the number of working days after `earlier` up to and including `later`.

        0 if they are in the wrong order.
        """
        days = (earlier + n * DAY for n in range(1, (later - earlier).days + 1))
        return sum(map(self.is_working_day, days))

    def periods(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the office hours of `day` as pairs of moments; empty if it is not a working day."""
        if not self.is_working_day(day):
            return []
        return [(self.at(day, opens), self.at(day, closes)) for opens, closes in self.hours]

    def opening(self, day: date) -> datetime:
        """Return when the office opens on `day`."""
        return self.at(day, self.hours[0][0])

    def closing(self, day: date) -> datetime:
        """Return when the office closes on `day`."""
        return self.at(day, self.hours[-1][1])

    def closing_before(self, moment: datetime) -> datetime:
        """Return `moment`, or the preceding closing if it is an opening: 17:00 for 07:00, 11:30 for 13:30.

        No office time lies between the two, whatever the days off.
        """
        if all(opens != moment for opens, _closes in self.periods(moment.date())):
            return moment
        days = (moment.date() - n * DAY for n in count())
        closings = (closes for day in days for _opens, closes in reversed(self.periods(day)))
        return next(closes for closes in closings if closes < moment)

    def end_of(self, day: date) -> datetime:
        """Return the end of a time limit whose last day is `day`: its closing, or that of the next working day.

        Bộ luật Dân sự 2015, art. 148: if the last day is a day off, the limit ends with the following working day.
        """
        return self.closing(self.working_day_on_or_after(day))

    def at(self, day: date, clock: time) -> datetime:
        """Return the moment of `clock` on `day` in the calendar's time zone."""
        return datetime.combine(day, clock, tzinfo=self.tz)


def load_calendar() -> WorkCalendar:
    """Return the calendar with the current holiday rows and the setting `OFFICE_HOURS`, in one query.

    Code that may import `forms_app.dossiers.rules` uses `current_rules().calendar`, which is kept in memory.
    """
    rows = list(Holiday.objects.values_list("date", "kind"))
    return WorkCalendar(
        days_off=frozenset(day for day, kind in rows if kind == Holiday.Kind.DAY_OFF),
        makeup=frozenset(day for day, kind in rows if kind == Holiday.Kind.MAKEUP),
        hours=parse_hours(settings.OFFICE_HOURS),
    )
