"""The calendar that staff keep in the database."""

from __future__ import annotations

from django.conf import settings

from core.models import Holiday
from core.worktime.calendar import WorkCalendar, parse_hours


def load_calendar() -> WorkCalendar:
    """Return the working calendar with today's holiday rows and ``OFFICE_HOURS``, in one query."""
    rows = list(Holiday.objects.values_list("date", "kind"))
    return WorkCalendar(
        days_off=frozenset(day for day, kind in rows if kind == Holiday.Kind.DAY_OFF),
        makeup=frozenset(day for day, kind in rows if kind == Holiday.Kind.MAKEUP),
        hours=parse_hours(settings.OFFICE_HOURS),
    )
