"""The promised moment of a result (thời điểm hẹn trả kết quả)."""

from __future__ import annotations

import calendar as gregorian
from datetime import date, datetime, time, timedelta

from core.worktime.calendar import WorkCalendar
from core.worktime.minutes import add_working_minutes, next_working_moment
from core.worktime.units import TimeUnit

MINUTES_AN_HOUR = 60
MONTHS_A_YEAR = 12


def deadline(
    start: datetime,
    *,
    value: int,
    unit: TimeUnit | str,
    calendar: WorkCalendar,
    same_day_cutoff: time | None = None,
) -> datetime:
    """Return when the result is due for a dossier accepted at ``start``.

    * Outside office hours the clock starts at the next opening.
    * ``ngay_lam_viec``: the ``value``-th working day after that, at the same time of day.
    * ``gio``: hours of office time; eight of them fill a working day.
    * ``ngay`` and ``thang``: calendar days and months (the last day where the month is shorter); a due day on which
      nobody works moves to the next working day.
    * ``same_day_cutoff``: a same-day procedure (hộ tịch, chứng thực). ``value`` and ``unit`` do not count: due at
      closing on the day of acceptance, or on the next working day when accepted in a later minute than the cutoff.

    ``ValueError`` for a negative ``value`` or an unknown unit.
    """
    if value < 0:
        raise ValueError("a processing time cannot be negative")
    begins = next_working_moment(start, calendar)
    if same_day_cutoff is not None:
        late = begins.time().replace(second=0, microsecond=0) > same_day_cutoff
        return calendar.closing(calendar.add_working_days(begins.date(), int(late)))
    match TimeUnit(unit):
        case TimeUnit.HOUR:
            return add_working_minutes(begins, value * MINUTES_AN_HOUR, calendar)
        case TimeUnit.WORKING_DAY:
            day = calendar.add_working_days(begins.date(), value)
        case TimeUnit.DAY:
            day = calendar.working_day_on_or_after(begins.date() + timedelta(days=value))
        case TimeUnit.MONTH:
            day = calendar.working_day_on_or_after(_add_months(begins.date(), value))
    return calendar.at(day, begins.time())


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, gregorian.monthrange(year, month)[1]))
