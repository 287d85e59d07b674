"""The promised moment of a result (thời điểm hẹn trả kết quả)."""

from __future__ import annotations

import calendar as gregorian
from datetime import date, datetime, time

from core.worktime.calendar import DAY, WorkCalendar
from core.worktime.minutes import add_working_minutes, next_working_moment, working_minutes_between
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
    """Return when the result is due for a dossier accepted at ``start`` (docs/adr/0026).

    * Outside office hours the clock starts at the next opening.
    * ``ngay_lam_viec``: the ``value``-th working day after that, at the same time of day.
    * ``gio``: hours of office time; eight of them fill a working day.
    * ``ngay`` and ``thang``: at closing, so many calendar days or months later (the last day where the month is
      shorter); a last day on which nobody works moves to the next working day (Bộ luật Dân sự 2015, art. 148).
    * A clock that starts at an opening ends at a closing: three working days from Tuesday 07:00 are over on Thursday
      at 17:00, not on Friday at 07:00. Tuesday is the first of them, and so of calendar days, too.
    * ``same_day_cutoff``: a same-day procedure (hộ tịch, chứng thực). ``value`` and ``unit`` do not count: due at
      closing on the day of acceptance, or on the next working day when accepted in a later minute than the cutoff.

    ``ValueError`` for a negative ``value`` or an unknown unit.
    """
    if value < 0:
        raise ValueError("a processing time cannot be negative")
    begins = next_working_moment(start, calendar)
    if same_day_cutoff is not None:
        late = _is_late(calendar.local(start), begins.date(), same_day_cutoff)
        return calendar.closing(calendar.add_working_days(begins.date(), int(late)))
    match TimeUnit(unit):
        case TimeUnit.HOUR:
            return add_working_minutes(begins, value * MINUTES_AN_HOUR, calendar)
        case TimeUnit.WORKING_DAY:
            same_time = calendar.at(calendar.add_working_days(begins.date(), value), begins.time())
            return calendar.closing_before(same_time) if value else begins
        case TimeUnit.DAY:
            last = begins.date() + value * DAY
        case TimeUnit.MONTH:
            last = _add_months(begins.date(), value)
    if value and begins == calendar.opening(begins.date()):
        last -= DAY
    return calendar.end_of(last)


def postponed(
    due: datetime, *, stopped: datetime, resumed: datetime, unit: TimeUnit | str, calendar: WorkCalendar
) -> datetime:
    """Return the promise ``due`` of a clock that stood still from ``stopped`` to ``resumed``.

    Office time passes for a limit in working days or hours; for one in calendar days or months the midnights that
    went by, and a day on which nobody works moves to the next working day. Nothing waited: ``due`` as it was.
    """
    if TimeUnit(unit) in {TimeUnit.DAY, TimeUnit.MONTH}:
        midnights = (calendar.local(resumed).date() - calendar.local(stopped).date()).days
        last = calendar.local(due).date() + midnights * DAY
        return calendar.end_of(last) if midnights else due
    waited = working_minutes_between(stopped, resumed, calendar)
    return add_working_minutes(due, waited, calendar) if waited else due


def _is_late(received: datetime, day: date, cutoff: time) -> bool:
    """Say whether ``received`` is past the cutoff of ``day``; who came the evening before is in time."""
    return received.date() == day and received.time().replace(second=0, microsecond=0) > cutoff


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, gregorian.monthrange(year, month)[1]))
