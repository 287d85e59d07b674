"""How long a page may be kept that says what is in force today."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from django.utils import timezone

DEFAULT_SECONDS: Final = 300


def until_midnight(*, at_most: int = DEFAULT_SECONDS) -> int:
    """Return 1 to ``at_most`` seconds until the next day begins here: versions, agencies and rules change by date."""
    now = timezone.localtime()
    tomorrow = timezone.make_aware(datetime.combine(now.date() + timedelta(days=1), time.min))
    return max(1, min(at_most, int((tomorrow - now).total_seconds())))
