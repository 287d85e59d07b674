"""Minutes inside office hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.worktime.calendar import DAY, WorkCalendar

MINUTE = timedelta(minutes=1)


def next_working_moment(moment: datetime, calendar: WorkCalendar) -> datetime:
    """Return ``moment``, or the next opening of the office where it falls outside office hours.

    The minute of closing is outside: who comes at 17:00 is served the next day, at 11:30 after lunch.
    """
    local = calendar.local(moment)
    for day in calendar.working_days_from(local.date()):
        for opens, closes in calendar.periods(day):
            if local < closes:
                return max(local, opens)
    raise AssertionError("a calendar has working days without end")  # pragma: no cover


def add_working_minutes(start: datetime, minutes: int, calendar: WorkCalendar) -> datetime:
    """Return the moment when ``minutes`` of office time have passed since ``start``.

    The last minute of a day ends on that day: 8 hours from 07:00 end at 17:00, not at 07:00 the next day.
    """
    moment = next_working_moment(start, calendar)
    left = minutes * MINUTE
    for day in calendar.working_days_from(moment.date()):
        for opens, closes in calendar.periods(day):
            begins = max(opens, moment)
            if begins < closes and left <= closes - begins:
                return begins + left
            left -= max(closes - begins, timedelta(0))
    raise AssertionError("a calendar has working days without end")  # pragma: no cover


def working_minutes_between(earlier: datetime, later: datetime, calendar: WorkCalendar) -> int:
    """Return the whole minutes of office time from ``earlier`` to ``later``; negative when they are swapped."""
    if earlier > later:
        return -working_minutes_between(later, earlier, calendar)
    first, last = calendar.local(earlier), calendar.local(later)
    worked, day = timedelta(0), first.date()
    while day <= last.date():
        for opens, closes in calendar.periods(day):
            worked += max(min(closes, last) - max(opens, first), timedelta(0))
        day += DAY
    return worked // MINUTE
