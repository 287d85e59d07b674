"""Tasks of the kernel, run by a Celery worker or, with no broker, in the process after commit."""

from __future__ import annotations

from celery import shared_task
from django.core.management import call_command

from core.outbox import relay, tidying


@shared_task(name="core.outbox.relay")
def relay_outbox() -> None:
    """Deliver what waits in the outbox; woken after each commit that enqueued something."""
    relay.run()


@shared_task(name="core.outbox.sweep")
def sweep_outbox() -> None:
    """Deliver what a dead worker or a silent broker left behind; beat calls it every few seconds."""
    relay.run()


@shared_task(name="core.outbox.tidy")
def tidy_outbox() -> None:
    """Delete what was delivered long ago; beat calls it once a day."""
    tidying.tidy()


@shared_task(name="core.publish_scheduled")
def publish_scheduled() -> None:
    """Publish and expire pages whose time has come (Wagtail needs this on a schedule)."""
    call_command("publish_scheduled")
