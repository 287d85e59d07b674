"""Working time (thời gian làm việc): every legal deadline is computed here and nowhere else (DOMAIN 2.6).

Moments go in aware of their time zone and come out in the calendar's zone.
"""

from core.worktime.calendar import DEFAULT_HOURS, TIME_ZONE, WorkCalendar, parse_hours
from core.worktime.deadlines import deadline, postponed
from core.worktime.minutes import add_working_minutes, next_working_moment, working_minutes_between
from core.worktime.selectors import load_calendar
from core.worktime.units import TimeUnit, phrase

__all__ = [
    "DEFAULT_HOURS",
    "TIME_ZONE",
    "TimeUnit",
    "WorkCalendar",
    "add_working_minutes",
    "deadline",
    "load_calendar",
    "next_working_moment",
    "parse_hours",
    "phrase",
    "postponed",
    "working_minutes_between",
]
