"""Purge cached pages when a form changes, as procedure pages show whether a form is open for filing."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from core.web import page_cache
from forms_app.builder.models import FormDefinition


@receiver([post_save, post_delete], sender=FormDefinition, dispatch_uid="builder.definition_changed")
def definition_changed(**_kwargs: Any) -> None:
    """Purge the page cache."""
    page_cache.purge()
