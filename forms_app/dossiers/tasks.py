"""Scheduled tasks."""

from __future__ import annotations

from celery import shared_task

from core import clock_guard
from forms_app.dossiers.services import due_dates, pauses, private_files, retention


@shared_task(name="dossiers.clean_up")
@clock_guard.guarded
def clean_up() -> None:
    """Delete expired drafts and view log entries, wipe seeds, quarantine files without a row. Runs every 15 minutes."""
    retention.delete_expired_drafts()
    retention.wipe_secret_seeds()
    retention.delete_expired_view_log()
    private_files.clean_up_files()


@shared_task(name="dossiers.move_due_dates")
@clock_guard.guarded
def move_due_dates() -> None:
    """Move due dates that a change of the working calendar has put on a day off. Runs every hour."""
    due_dates.move_from_days_off()


@shared_task(name="dossiers.end_suspensions")
@clock_guard.guarded
def end_suspensions() -> None:
    """Resume the dossiers whose suspension has reached its end. Runs every 15 minutes."""
    pauses.end_suspensions()
