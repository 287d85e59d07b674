"""Calendars and moments for the tests of working time."""

from __future__ import annotations

import csv
from datetime import date, datetime

from core.worktime import TIME_ZONE, WorkCalendar
from tests.paths import shared_data

PLAIN = WorkCalendar()
# The swap of 29 April for Saturday 4 May (docs/domain.md#calendar).
SPRING_2019 = WorkCalendar(
    days_off=frozenset({date(2019, 4, 15), date(2019, 4, 29), date(2019, 4, 30), date(2019, 5, 1)}),
    makeup=frozenset({date(2019, 5, 4)}),
)


def at(text: str) -> datetime:
    """Parse `2026-03-02 07:00` in the local time zone."""
    return datetime.fromisoformat(text).replace(tzinfo=TIME_ZONE)


def official_days(file: str, column: str) -> set[date]:
    """Return the days in one column of a shared table; skip the test if the table is missing."""
    with shared_data(file).open(encoding="utf-8") as rows:
        return {date.fromisoformat(row[column]) for row in csv.DictReader(rows)}
