"""Working time (thời gian làm việc): every legal deadline is computed here (docs/domain.md#deadlines).

Moments are passed in with a time zone and returned in the calendar's time zone.
"""

from core.worktime.calendar import (
    DEFAULT_HOURS,
    TIME_ZONE,
    WorkCalendar,
    load_calendar,
    parse_hours,
    start_of_day,
)
from core.worktime.deadlines import (
    MINUTES_PER_HOUR,
    WORKING_DAY_MINUTES,
    TimeUnit,
    add_working_minutes,
    deadline,
    duration_text,
    next_working_moment,
    postponed,
    working_minutes_between,
    working_time_text,
)

__all__ = [
    "DEFAULT_HOURS",
    "MINUTES_PER_HOUR",
    "TIME_ZONE",
    "WORKING_DAY_MINUTES",
    "TimeUnit",
    "WorkCalendar",
    "add_working_minutes",
    "deadline",
    "duration_text",
    "load_calendar",
    "next_working_moment",
    "parse_hours",
    "postponed",
    "start_of_day",
    "working_minutes_between",
    "working_time_text",
]
