"""Log every view of a dossier (Law 91/2025/QH15, NĐ 356/2025/NĐ-CP); ``selectors.view_log`` reads the log."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from accounts.models import Agency, User
from forms_app.dossiers.models import Dossier, ViewLogEntry

REPEAT_WINDOW: Final = timedelta(minutes=10)


def log_view(
    *, dossier: Dossier, actor: User | None, target: str, now: datetime, agency: Agency | None = None
) -> None:
    """Log that ``actor`` (None: the citizen) viewed ``target`` of a dossier, an officer from ``agency``.

    Viewing the same target (a constant of ``selectors.view_log``) again within ten minutes adds no entry.
    """
    entries = ViewLogEntry.objects.filter(dossier=dossier, actor=actor, target=target)
    if entries.filter(at__gt=now - REPEAT_WINDOW, at__lte=now).exists():
        return
    retained_until = timezone.localdate(now) + timedelta(days=settings.VIEW_LOG_KEEP_DAYS)
    ViewLogEntry.objects.create(
        dossier=dossier, actor=actor, agency=agency, target=target, at=now, retained_until=retained_until
    )


def log_own_view(dossier: Dossier, target: str) -> None:
    """Log that the holder of the private link, or of code and key, viewed ``target`` now."""
    log_view(dossier=dossier, actor=None, target=target, now=timezone.now())
