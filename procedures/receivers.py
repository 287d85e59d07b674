"""Wagtail says that a page went live or away: keep versions, index and caches in step."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from wagtail.signals import page_published

from procedures.models import ProcedurePage
from procedures.services import record_version


@receiver(page_published, sender=ProcedurePage, dispatch_uid="procedures.version_on_publish")
def version_on_publish(instance: ProcedurePage, revision: Any, **_kwargs: Any) -> None:
    """Publishing in the editor makes the version too. Translations and aliases stand on their source's versions."""
    if instance.alias_of_id or not instance.locale.is_default:
        return
    record_version(
        page=instance,
        decision=instance.decision,
        valid_from=instance.effective_from,
        by=revision.user if revision else None,
    )
