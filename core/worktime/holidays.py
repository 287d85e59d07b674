"""Load the public holidays of Vietnam (Bộ luật Lao động, art. 112) and the make-up days of the yearly notices."""

from __future__ import annotations

import holidays
from django.db import transaction

from core.models import Holiday

MAKEUP_NAME = "Ngày làm bù"


def load_public_holidays(*, first_year: int, last_year: int) -> int:
    """Add the public holidays and make-up days of these years from the `holidays` package; return how many are new.

    Existing days stay as staff left them: an exchange announced late in the year is entered by hand and must survive
    the next load.
    """
    known = holidays.country_holidays("VN", years=range(first_year, last_year + 1), language="vi")
    days = [
        Holiday(date=day, kind=Holiday.Kind.DAY_OFF, name=name)
        for day, name in sorted(known.items())
        if first_year <= day.year <= last_year
    ]
    days += [
        Holiday(date=day, kind=Holiday.Kind.MAKEUP, name=MAKEUP_NAME)
        for day in sorted(known.weekend_workdays)
        if first_year <= day.year <= last_year
    ]
    with transaction.atomic():
        before = Holiday.objects.count()
        Holiday.objects.bulk_create(days, ignore_conflicts=True)
        return Holiday.objects.count() - before
