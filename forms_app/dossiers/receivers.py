"""Purge cached pages when a filing channel changes, since the page of a procedure shows how it is filed."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from core.web import page_cache
from forms_app.dossiers.models import FilingChannel


@receiver([post_save, post_delete], sender=FilingChannel, dispatch_uid="dossiers.filing_channel_changed")
def filing_channel_changed(**_kwargs: Any) -> None:
    """Purge every cached page."""
    page_cache.purge()
