"""Wagtail says that a page went live or away: keep versions, index and caches in step."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.signals import page_published

from accounts.models import Agency
from accounts.services.groups import sync_agency
from core.pagecache import purge
from procedures.models import (
    Field,
    LocalAssignment,
    Procedure,
    ProcedurePage,
    ProcedureSectionPage,
    PublicationDecision,
)
from procedures.services import record_version
from procedures.services.versions import refresh


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


@receiver(post_save, sender=PublicationDecision, dispatch_uid="procedures.decision_changed")
def decision_changed(**_kwargs: Any) -> None:
    """The date or address of a decision stands on every page that rests on it."""
    purge()


@receiver(post_save, sender=Procedure, dispatch_uid="procedures.register_changed")
def register_changed(instance: Procedure, created: bool, **_kwargs: Any) -> None:
    """A procedure was abolished or replaced: its page says so at once."""
    if not created:
        refresh(procedures=[instance.pk])


@receiver([post_save, post_delete], sender=LocalAssignment, dispatch_uid="procedures.assignment_changed")
def assignment_changed(**_kwargs: Any) -> None:
    """Agencies list what they receive on their sites."""
    purge()


@receiver(post_save, sender=Field, dispatch_uid="procedures.field_changed")
def field_changed(instance: Field, created: bool, **_kwargs: Any) -> None:
    """The name of a field stands in lists, filters and in the index."""
    if not created:
        refresh(procedures=instance.procedures.values_list("pk", flat=True))


@receiver(post_save, sender=Agency, dispatch_uid="procedures.agency_changed")
def agency_changed(instance: Agency, created: bool, **_kwargs: Any) -> None:
    """The name of an agency stands in the index beside the procedures of its sections."""
    if created:
        return
    sections = instance.procedure_sections.values_list("path", flat=True)
    pages = (ProcedurePage.objects.filter(path__startswith=path) for path in sections)
    refresh(procedures=[pk for found in pages for pk in found.values_list("procedure", flat=True)])


@receiver(post_save, sender=ProcedureSectionPage, dispatch_uid="procedures.rights_of_section")
def rights_of_section(instance: ProcedureSectionPage, **_kwargs: Any) -> None:
    """A new section belongs to the editors that its agency has already."""
    sync_agency(agency=instance.agency)
