"""Processing times and the moments when results are due (thời điểm hẹn trả kết quả)."""

from __future__ import annotations

import calendar as gregorian
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.worktime.calendar import DAY, WorkCalendar

MINUTES_PER_HOUR = 60
#: Eight hours make a working day (docs/domain.md#units-and-start).
WORKING_DAY_MINUTES: Final = 8 * MINUTES_PER_HOUR
MONTHS_PER_YEAR = 12
MINUTE = timedelta(minutes=1)


class TimeUnit(models.TextChoices):
    """The units in which the national database gives a processing time (đơn vị thời gian)."""

    WORKING_DAY = "ngay_lam_viec", _("working day")
    DAY = "ngay", _("day")
    HOUR = "gio", _("hour")
    MONTH = "thang", _("month")


def duration_text(value: int, unit: str) -> str:
    """Return `value` with its unit in the active language: `3 ngày làm việc`.

    Raise `ValueError` for an unknown unit.
    """
    match TimeUnit(unit):
        case TimeUnit.WORKING_DAY:
            text = ngettext("%(count)d working day", "%(count)d working days", value)
        case TimeUnit.DAY:
            text = ngettext("%(count)d day", "%(count)d days", value)
        case TimeUnit.HOUR:
            text = ngettext("%(count)d working hour", "%(count)d working hours", value)
        case TimeUnit.MONTH:
            text = ngettext("%(count)d month", "%(count)d months", value)
    return text % {"count": value}


def working_time_text(minutes: int) -> str:
    """Return office time in its two largest units: ``2 ngày 3 giờ làm việc``; a day has eight hours."""
    if not minutes:
        return gettext("no working time")
    days, rest = divmod(minutes, WORKING_DAY_MINUTES)
    hours, left = divmod(rest, MINUTES_PER_HOUR)
    parts = [
        ngettext("%(count)d day", "%(count)d days", days) % {"count": days} if days else "",
        ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours} if hours else "",
        ngettext("%(count)d minute", "%(count)d minutes", left) % {"count": left} if left else "",
    ]
    return gettext("%(time)s of working time") % {"time": " ".join([part for part in parts if part][:2])}


def deadline(
    start: datetime,
    *,
    value: int,
    unit: TimeUnit | str,
    calendar: WorkCalendar,
    same_day_cutoff: time | None = None,
) -> datetime:
    """Return when the result is due for a dossier accepted at `start` (docs/adr/0026).

    * Outside office hours the processing time starts at the next opening.
    * `ngay_lam_viec`: the `value`-th working day after that, at the same time of day.
    * `gio`: hours of office time; eight of them fill a working day.
    * `ngay` and `thang`: at closing, `value` calendar days or months later (the last day of a shorter month); if the
      last day is not a working day, the next one (Bộ luật Dân sự 2015, art. 148).
    * A processing time that starts at an opening ends at a closing: three working days from Tuesday 07:00 end on
      Thursday at 17:00, not on Friday at 07:00. Tuesday is the first day; the same holds for calendar days.
    * The time starts with the minute of `start`, as it is printed: 07:00:27 is an opening, too.
    * `same_day_cutoff`: a same-day procedure (hộ tịch, chứng thực). `value` and `unit` are ignored: due at closing on
      the day of acceptance, or on the next working day if accepted after the minute of the cutoff.

    Raise `ValueError` for a negative `value` or an unknown unit.
    """
    if value < 0:
        raise ValueError("a processing time cannot be negative")
    begins = next_working_moment(start.replace(second=0, microsecond=0) if value else start, calendar)
    if same_day_cutoff is not None:
        late = _is_late(calendar.local(start), begins.date(), same_day_cutoff)
        return calendar.closing(calendar.add_working_days(begins.date(), int(late)))
    match TimeUnit(unit):
        case TimeUnit.HOUR:
            return add_working_minutes(begins, value * MINUTES_PER_HOUR, calendar)
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
    """Return the due moment `due` after the processing time was paused from `stopped` to `resumed`.

    Time limits in working days or hours are extended by the office time of the pause; those in calendar days or months
    by its midnights, up to the next working day. A pause of zero length leaves `due` unchanged.
    """
    if TimeUnit(unit) in {TimeUnit.DAY, TimeUnit.MONTH}:
        midnights = (calendar.local(resumed).date() - calendar.local(stopped).date()).days
        last = calendar.local(due).date() + midnights * DAY
        return calendar.end_of(last) if midnights else due
    waited = working_minutes_between(stopped, resumed, calendar)
    return add_working_minutes(due, waited, calendar) if waited else due


def _is_late(received: datetime, day: date, cutoff: time) -> bool:
    """Return True if `received` is after the cutoff on `day`; the evening before is in time."""
    return received.date() == day and received.time().replace(second=0, microsecond=0) > cutoff


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, MONTHS_PER_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, gregorian.monthrange(year, month)[1]))


def next_working_moment(moment: datetime, calendar: WorkCalendar) -> datetime:
    """Return `moment`, or the next opening if it is outside office hours.

    The closing minute is outside: 17:00 becomes the next opening, 11:30 the opening after lunch.
    """
    local = calendar.local(moment)
    for day in calendar.working_days_from(local.date()):
        for opens, closes in calendar.periods(day):
            if local < closes:
                return max(local, opens)
    raise AssertionError("working_days_from() is infinite")  # pragma: no cover


def add_working_minutes(start: datetime, minutes: int, calendar: WorkCalendar) -> datetime:
    """Return when `minutes` of office time have passed since `start`.

    The last minute of a day ends on that day: 8 hours from 07:00 end at 17:00, not at 07:00 on the next day.
    """
    moment = next_working_moment(start, calendar)
    left = minutes * MINUTE
    for day in calendar.working_days_from(moment.date()):
        for opens, closes in calendar.periods(day):
            begins = max(opens, moment)
            if begins < closes and left <= closes - begins:
                return begins + left
            left -= max(closes - begins, timedelta(0))
    raise AssertionError("working_days_from() is infinite")  # pragma: no cover


def working_minutes_between(earlier: datetime, later: datetime, calendar: WorkCalendar) -> int:
    """Return the whole minutes of office time from `earlier` to `later`; negative if they are in the wrong order."""
    if earlier > later:
        return -working_minutes_between(later, earlier, calendar)
    first, last = calendar.local(earlier), calendar.local(later)
    worked, day = timedelta(0), first.date()
    while day <= last.date():
        for opens, closes in calendar.periods(day):
            worked += max(min(closes, last) - max(opens, first), timedelta(0))
        day += DAY
    return worked // MINUTE
