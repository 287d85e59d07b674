"""Scheduled tasks."""

from __future__ import annotations

from celery import shared_task

from forms_app.dossiers.services import retention


@shared_task(name="dossiers.clean_up")
def clean_up() -> None:
    """Delete expired drafts, view log entries and files without a row, wipe seeds. Runs every 15 minutes."""
    retention.expire_drafts()
    retention.wipe_secret_seeds()
    retention.delete_expired_view_log()
    retention.remove_orphans()
