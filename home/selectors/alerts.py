"""Alerts that are in force."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.models import Agency
from home.models import Alert


def current_alerts(*, agency: Agency | None = None, now: datetime | None = None) -> list[Alert]:
    """Return the alerts in force: all of them, or those of ``agency``, with the page they lead to."""
    found = Alert.objects.current(now or timezone.now()).select_related("link_page")
    return list(found.filter(agency=agency) if agency else found)
