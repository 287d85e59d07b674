"""Load the public holidays of Vietnam (Bộ luật Lao động, art. 112) and the make-up days of the yearly notices.

The library `holidays` knows most days; `core/data/working_day_exchanges.tsv` has the exchanges missing there, each with
its notice, and `core/data/announced_years.tsv` the years for which the government has published the days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import holidays
from django.db import transaction

from core.models import Holiday

MAKEUP_NAME = "Ngày làm bù"
DATA: Final = Path(__file__).parents[1] / "data"
EXCHANGES: Final = DATA / "working_day_exchanges.tsv"
ANNOUNCED: Final = DATA / "announced_years.tsv"


def load_public_holidays(*, first_year: int, last_year: int) -> int:
    """Add the public holidays and make-up days of these years; return the number of new ones.

    Existing days are kept as staff left them: an exchange announced late in the year is entered by hand and must
    survive the next load. Days of years that have not been announced yet are marked as estimates until they are.
    """
    announced = last_announced_year()
    days = {day.date: day for day in _library_days(first_year, last_year)}
    days |= {day.date: day for day in working_day_exchanges() if first_year <= day.date.year <= last_year}
    for day in days.values():
        day.estimated = day.date.year > announced
    with transaction.atomic():
        Holiday.objects.filter(estimated=True, date__year__lte=announced).update(estimated=False)
        before = Holiday.objects.count()
        Holiday.objects.bulk_create(sorted(days.values(), key=lambda day: day.date), ignore_conflicts=True)
        return Holiday.objects.count() - before


def working_day_exchanges() -> list[Holiday]:
    """Return the days off and make-up days that the portal adds to those of the library (not saved)."""
    return [
        Holiday(date=date.fromisoformat(day), kind=kind, name=name, legal_basis=legal_basis)
        for day, kind, name, legal_basis in _rows(EXCHANGES)
    ]


def last_announced_year() -> int:
    """Return the last year whose days off and exchanges the government has announced."""
    return max(int(year) for year, _notice in _rows(ANNOUNCED))


def _library_days(first_year: int, last_year: int) -> Iterator[Holiday]:
    known = holidays.country_holidays("VN", years=range(first_year, last_year + 1), language="vi")
    for day, name in sorted(known.items()):
        if first_year <= day.year <= last_year:
            yield Holiday(date=day, kind=Holiday.Kind.DAY_OFF, name=name)
    for day in sorted(known.weekend_workdays):
        if first_year <= day.year <= last_year:
            yield Holiday(date=day, kind=Holiday.Kind.MAKEUP, name=MAKEUP_NAME)


def _rows(path: Path) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
