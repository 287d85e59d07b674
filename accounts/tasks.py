"""Tasks run by Celery beat."""

from __future__ import annotations

from celery import shared_task
from django.core.management import call_command

from accounts.services import email_addresses, lifecycle, reviews, sessions
from accounts.services.groups import refresh_groups, sync_dated_memberships
from core import clock_guard


@shared_task(name="accounts.sync_groups")
def sync_groups() -> int:
    """Open or close the admin for people whose memberships began or ended by date.

    Return the number of accounts changed.
    """
    refresh_groups()
    return sync_dated_memberships()


@shared_task(name="accounts.close_unused")
@clock_guard.guarded
def close_unused() -> int:
    """Close staff accounts that have not been used for ``ACCOUNT_UNUSED_DAYS``; scheduled once a day."""
    return lifecycle.close_unused()


@shared_task(name="accounts.remind_reviews")
@clock_guard.guarded
def remind_reviews() -> int:
    """Mail the operating teams whose list of accounts is due for confirmation; scheduled once a day."""
    return reviews.send_reminders()


@shared_task(name="accounts.clean_up")
@clock_guard.guarded
def clean_up() -> None:
    """Delete ended sessions, devices not used for a long time, old sign-in logs and unconfirmed addresses.

    Scheduled once a day.
    """
    call_command("clearsessions")
    lifecycle.delete_expired_sign_ins()
    sessions.delete_expired_sessions()
    email_addresses.delete_expired_requests()
