"""What runs on a schedule."""

from __future__ import annotations

from celery import shared_task

from forms_app.dossiers.services import retention


@shared_task(name="dossiers.tidy")
def tidy() -> None:
    """Expire drafts, wipe seeds, forget old looks, sweep up lost files; beat calls it every quarter of an hour."""
    retention.expire_drafts()
    retention.seal()
    retention.forget_views()
    retention.remove_orphans()
