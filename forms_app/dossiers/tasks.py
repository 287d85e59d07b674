"""Scheduled tasks."""

from __future__ import annotations

from celery import shared_task

from forms_app.dossiers.services import due_dates, retention


@shared_task(name="dossiers.clean_up")
def clean_up() -> None:
    """Delete expired drafts, view log entries and files without a row, wipe seeds. Runs every 15 minutes."""
    retention.expire_drafts()
    retention.wipe_secret_seeds()
    retention.delete_expired_view_log()
    retention.remove_orphans()


@shared_task(name="dossiers.move_due_dates")
def move_due_dates() -> None:
    """Move due dates that a change of the working calendar has put on a day off. Runs every hour."""
    due_dates.move_from_days_off()
