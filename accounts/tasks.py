"""Tasks run by Celery beat."""

from __future__ import annotations

from celery import shared_task

from accounts.services.groups import refresh_groups, sync_dated_memberships


@shared_task(name="accounts.sync_groups")
def sync_groups() -> int:
    """Open and close the admin for people whose memberships began or ended by date; return how many changed."""
    refresh_groups()
    return sync_dated_memberships()
