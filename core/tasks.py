"""Celery tasks of the core, except the outbox relay: it is in `core.outbox`, which requests it after a commit."""

from __future__ import annotations

from celery import shared_task
from django.core.management import call_command

from core import clock_guard, library_scan, malware_scan, one_time_links, outbox
from core.web import csp_reports


@shared_task(name="core.outbox.sweep")
def sweep_outbox() -> None:
    """Deliver messages left by a dead worker or an unreachable broker; scheduled every few seconds."""
    outbox.deliver_due(within=outbox.LONGEST_RUN)


@shared_task(name="core.outbox.clean_up")
@clock_guard.guarded
def clean_up_outbox() -> None:
    """Delete messages delivered long ago; scheduled once a day."""
    outbox.delete_expired_messages()


@shared_task(name="core.one_time_links.clean_up")
@clock_guard.guarded
def clean_up_one_time_links() -> None:
    """Delete links that expired long ago; scheduled once a day."""
    one_time_links.delete_expired_links()


@shared_task(name="core.csp_reports.clean_up")
@clock_guard.guarded
def clean_up_csp_reports() -> None:
    """Delete counts of violations of the Content-Security-Policy after 90 days; scheduled once a day."""
    csp_reports.delete_expired_reports()


@shared_task(name="core.malware_scan.check")
def check_malware_scanner() -> None:
    """Ask the malware scanner for its version, so that operators notice when it is unavailable.

    Scheduled every minute.
    """
    if malware_scan.is_configured():
        malware_scan.check_scanner()


@shared_task(name="core.publish_scheduled")
@clock_guard.guarded
def publish_scheduled() -> None:
    """Publish and expire pages whose time has come (Wagtail requires a schedule)."""
    call_command("publish_scheduled")


@shared_task(name="core.library_scan.scan")
def scan_library() -> None:
    """Scan new documents of the editors' library; scheduled every minute."""
    library_scan.scan_new()
