"""Check that every scheduled task exists."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import autodiscover_modules

from portal.celery import app

#: Without these, messages, scheduled pages, expired drafts or unused accounts are never processed.
NEEDED: Final = frozenset(
    {
        "core.outbox.sweep",
        "core.publish_scheduled",
        "search.reconcile",
        "dossiers.clean_up",
        "dossiers.scan_files",
        "accounts.close_unused",
        "accounts.remind_reviews",
        "accounts.clean_up",
    }
)


@register
def check_schedule(**_kwargs: Any) -> list[CheckMessage]:
    """Return an error for each needed task that beat does not run, and for each it runs that does not exist."""
    autodiscover_modules("tasks")  # Celery's own loader runs these checks again
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    missing = [
        Error(f"CELERY_BEAT_SCHEDULE does not run {name}", id="portal.E001")
        for name in sorted(NEEDED - scheduled)
    ]
    unknown = [
        Error(f"CELERY_BEAT_SCHEDULE runs {name}, which is no task", id="portal.E002")
        for name in sorted(scheduled - app.tasks.keys())
    ]
    return [*missing, *unknown]
