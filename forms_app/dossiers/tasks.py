"""Scheduled tasks."""

from __future__ import annotations

from celery import shared_task

from core import clock_guard
from forms_app.dossiers.services import due_dates, pauses, scans
from forms_app.dossiers.services.clean_up import clean_up_dossiers


@shared_task(name="dossiers.clean_up")
@clock_guard.guarded
def clean_up() -> None:
    """Delete what has expired (``services.clean_up``). Runs every 15 minutes."""
    clean_up_dossiers()


@shared_task(name="dossiers.move_due_dates")
@clock_guard.guarded
def move_due_dates() -> None:
    """Move due dates and last days that fall on a day off after a change of the working calendar. Runs every hour."""
    due_dates.move_from_days_off()
    due_dates.move_answers_from_days_off()


@shared_task(name="dossiers.end_suspensions")
@clock_guard.guarded
def end_suspensions() -> None:
    """Resume the dossiers whose suspension has reached its end. Runs every 15 minutes."""
    pauses.end_suspensions()


@shared_task(name=scans.SCAN_TASK)
def scan_files() -> None:
    """Scan waiting uploaded files: requested after an upload, and every 15 seconds for what was missed."""
    scans.scan_due()
