"""A form opened or closed for filing changes the button of its procedure's page."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from core.pagecache import purge
from forms_app.builder.models import FormDefinition


@receiver([post_save, post_delete], sender=FormDefinition, dispatch_uid="builder.definition_changed")
def definition_changed(**_kwargs: Any) -> None:
    """Whoever reads the page sees at once whether it can be filed."""
    purge()
