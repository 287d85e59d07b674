"""What the province sets by date is remembered by every process: a change makes them ask again."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from core.pagecache import purge
from forms_app.dossiers.models import CodeFormat, ConsentText, FilingChannel


@receiver([post_save, post_delete], sender=CodeFormat, dispatch_uid="dossiers.code_format_changed")
@receiver([post_save, post_delete], sender=ConsentText, dispatch_uid="dossiers.consent_text_changed")
@receiver([post_save, post_delete], sender=FilingChannel, dispatch_uid="dossiers.filing_channel_changed")
def rule_changed(**_kwargs: Any) -> None:
    """The button of a procedure page depends on the channel; filing on the other two."""
    purge()
