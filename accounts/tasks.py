"""Tasks of the accounts, run by Celery."""

from __future__ import annotations

from celery import shared_task

from accounts.services.groups import sync_dated_rights


@shared_task(name="accounts.sync_rights")
def sync_rights() -> int:
    """Open and close the admin for whose memberships began or ended by date; returns how many accounts changed."""
    return sync_dated_rights()
