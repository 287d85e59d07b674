"""Alerts that are in force."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min, Q
from django.utils import timezone

from accounts.models import Agency
from home.models import Alert


def current_alerts(*, agency: Agency | None = None, now: datetime | None = None) -> list[Alert]:
    """Return the alerts in force: all of them, or those of ``agency``, with the page they lead to."""
    found = Alert.objects.current(now or timezone.now()).select_related("link_page")
    return list(found.filter(agency=agency) if agency else found)


def seconds_until_alerts_change(*, at_most: int, now: datetime | None = None) -> int:
    """Return the seconds until the next alert begins or ends, 1 to ``at_most``: how long a page may be kept."""
    now = now or timezone.now()
    moments = Alert.objects.aggregate(
        start=Min("starts_at", filter=Q(starts_at__gt=now)), end=Min("ends_at", filter=Q(ends_at__gt=now))
    )
    waits = [(moment - now).total_seconds() for moment in moments.values() if moment is not None]
    return max(1, min([at_most, *(int(wait) for wait in waits)]))
