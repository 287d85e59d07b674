"""Figures of a month, counted as QĐ 766/QĐ-TTg and report II.06a count them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate

from core.worktime import TIME_ZONE
from forms_app.dossiers.models import Dossier


@dataclass(frozen=True, slots=True)
class Month:
    """What one calendar month saw, over all agencies."""

    first: date
    finished: int
    on_time: int
    submitted: int
    online: int

    @property
    def on_time_percent(self) -> float | None:
        """Return the share finished before or on the promised day; None when nothing was finished."""
        return 100 * self.on_time / self.finished if self.finished else None

    @property
    def online_percent(self) -> float | None:
        """Return the share filed online; None when nothing was filed."""
        return 100 * self.online / self.submitted if self.submitted else None


def last_whole_month(today: date) -> date:
    """Return the first day of the month before the one of ``today``."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_figures(first: date) -> Month:
    """Count the month that begins on ``first``: two queries. The on-time test compares dates (DOMAIN 2.6)."""
    start = datetime(first.year, first.month, 1, tzinfo=TIME_ZONE)
    end = (start + timedelta(days=32)).replace(day=1)
    on_time = Q(due_at=None) | Q(finished_day__lte=F("due_day"))
    finished = (
        Dossier.objects.filed()
        .filter(finished_at__gte=start, finished_at__lt=end)
        .annotate(
            finished_day=TruncDate("finished_at", tzinfo=TIME_ZONE),
            due_day=TruncDate("due_at", tzinfo=TIME_ZONE),
        )
        .aggregate(all=Count("pk"), on_time=Count("pk", filter=on_time))
    )
    online = Q(source__in=[Dossier.Source.PORTAL, Dossier.Source.NATIONAL])
    submitted = (
        Dossier.objects.filed()
        .filter(submitted_at__gte=start, submitted_at__lt=end)
        .aggregate(all=Count("pk"), online=Count("pk", filter=online))
    )
    return Month(first, finished["all"], finished["on_time"], submitted["all"], submitted["online"])
