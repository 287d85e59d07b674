"""Which days and hours are worked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

TIME_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
Hours = tuple[tuple[time, time], ...]
DEFAULT_HOURS: Final[Hours] = ((time(7, 0), time(11, 30)), (time(13, 30), time(17, 0)))
SATURDAY: Final = 5
DAY: Final = timedelta(days=1)


def parse_hours(text: str) -> Hours:
    """Read office hours as an operator writes them: ``07:00-11:30, 13:30-17:00``.

    ``ValueError`` for what is no clock; ``WorkCalendar`` refuses hours that overlap or run backwards.
    """
    edges = (period.split("-") for period in text.split(","))
    return tuple(
        (time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())) for opens, closes in edges
    )


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Monday to Friday, less the days off, plus the Saturdays worked in exchange (ngày làm bù).

    ``hours`` are the office hours of each working day, in order and not overlapping.
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
        """Return ``moment`` in the calendar's zone; ``ValueError`` for a naive one."""
        if moment.tzinfo is None:
            raise ValueError("a moment must know its time zone")
        return moment.astimezone(self.tz)

    def is_working_day(self, day: date) -> bool:
        """Say whether people work on ``day``; a make-up day wins over the weekend and over a day off."""
        return day in self.makeup or (day.weekday() < SATURDAY and day not in self.days_off)

    def working_days_from(self, day: date) -> Iterator[date]:
        """Yield the working days from ``day`` on, ``day`` itself first when it is one."""
        return (d for d in (day + n * DAY for n in count()) if self.is_working_day(d))

    def working_day_on_or_after(self, day: date) -> date:
        """Return ``day``, or the next working day where it is not one."""
        return next(self.working_days_from(day))

    def add_working_days(self, day: date, number: int) -> date:
        """Return the ``number``-th working day after ``day``; ``day`` itself is not counted."""
        following = self.working_days_from(day + DAY)
        for _counted in range(number):
            day = next(following)
        return day

    def periods(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the office hours of ``day`` as moments; none on a free day."""
        if not self.is_working_day(day):
            return []
        return [(self.at(day, opens), self.at(day, closes)) for opens, closes in self.hours]

    def opening(self, day: date) -> datetime:
        """Return the moment the office opens on ``day``."""
        return self.at(day, self.hours[0][0])

    def closing(self, day: date) -> datetime:
        """Return the moment the office closes on ``day``."""
        return self.at(day, self.hours[-1][1])

    def closing_before(self, moment: datetime) -> datetime:
        """Return ``moment``, or the closing before it where it is an opening: 17:00 for 07:00, 11:30 for 13:30.

        No office time lies between the two, whatever days off do.
        """
        if all(opens != moment for opens, _closes in self.periods(moment.date())):
            return moment
        days = (moment.date() - n * DAY for n in count())
        closings = (closes for day in days for _opens, closes in reversed(self.periods(day)))
        return next(closes for closes in closings if closes < moment)

    def end_of(self, day: date) -> datetime:
        """Return the last moment of a limit given as a day: its closing, or that of the next working day.

        Bộ luật Dân sự 2015, art. 148: a limit whose last day is a day off ends with the working day that follows.
        """
        return self.closing(self.working_day_on_or_after(day))

    def at(self, day: date, clock: time) -> datetime:
        """Return the moment ``clock`` on ``day`` in the calendar's zone."""
        return datetime.combine(day, clock, tzinfo=self.tz)
