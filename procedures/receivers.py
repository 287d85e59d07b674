"""Keep versions, search index and caches up to date when pages and rows of the catalogue change."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from accounts.models import Agency
from accounts.services.groups import refresh_page_groups, sync_agency, sync_page
from core.web import page_cache
from procedures.models import (
    Field,
    LocalAssignment,
    Procedure,
    ProcedureCataloguePage,
    ProcedurePage,
    ProcedureSectionPage,
    PublicationDecision,
)
from procedures.search_documents import reindex
from procedures.services.translation import record_translation
from procedures.services.versions import ProcedureHasEnded, invalidate_pages, record_version


@receiver(page_published, sender=ProcedurePage, dispatch_uid="procedures.version_on_publish")
def version_on_publish(instance: ProcedurePage, revision: Any, **_kwargs: Any) -> None:
    """Record a version when the editor publishes; translations share the versions of their source."""
    if instance.alias_of_id:
        return
    if not instance.locale.is_default:
        record_translation(page=instance)
        return
    # Citizens read the last version of a procedure that has ended; its page may still be published, for its texts in
    # lists.
    with suppress(ProcedureHasEnded):
        record_version(
            page=instance,
            decision=instance.decision,
            valid_from=instance.effective_from,
            by=revision.user if revision else None,
        )


@receiver(post_save, sender=PublicationDecision, dispatch_uid="procedures.decision_changed")
def decision_changed(**_kwargs: Any) -> None:
    """Purge the pages that show the date or address of a decision."""
    page_cache.purge()


@receiver(post_save, sender=Procedure, dispatch_uid="procedures.procedure_changed")
def procedure_changed(instance: Procedure, created: bool, **_kwargs: Any) -> None:
    """Refresh the page of a procedure whose status has changed."""
    if not created:
        invalidate_pages(procedures=[instance.pk])


@receiver([post_save, post_delete], sender=LocalAssignment, dispatch_uid="procedures.assignment_changed")
def assignment_changed(**_kwargs: Any) -> None:
    """Purge agency sites, which list the procedures they receive."""
    page_cache.purge()


@receiver(post_save, sender=Field, dispatch_uid="procedures.field_changed")
def field_changed(instance: Field, created: bool, **_kwargs: Any) -> None:
    """Refresh lists, filters and the index, which contain the name of the field."""
    if not created:
        invalidate_pages(procedures=instance.procedures.values_list("pk", flat=True))


@receiver(post_save, sender=Agency, dispatch_uid="procedures.agency_changed")
def agency_changed(instance: Agency, created: bool, **_kwargs: Any) -> None:
    """Reindex the procedures of the agency's sections, which contain its name."""
    if created:
        return
    sections = instance.procedure_sections.values_list("path", flat=True)
    pages = (ProcedurePage.objects.filter(path__startswith=path) for path in sections)
    invalidate_pages(procedures=[pk for found in pages for pk in found.values_list("procedure", flat=True)])


@receiver(post_save, sender=ProcedureSectionPage, dispatch_uid="procedures.grant_section_permissions")
def grant_section_permissions(instance: ProcedureSectionPage, **_kwargs: Any) -> None:
    """Grant the controllers of the section's agency permissions on it, and revoke those of the former agency."""
    sync_page(page_id=instance.pk)
    sync_agency(agency=instance.agency)


@receiver(post_save, sender=ProcedureCataloguePage, dispatch_uid="procedures.grant_catalogue_permissions")
def grant_catalogue_permissions(created: bool, **_kwargs: Any) -> None:
    """Grant the controllers of the province permissions on a new catalogue."""
    if created:
        refresh_page_groups()


@receiver([page_published, page_unpublished], sender=ProcedurePage, dispatch_uid="procedures.index")
@receiver(post_delete, sender=ProcedurePage, dispatch_uid="procedures.index_deleted")
def index_page(instance: ProcedurePage, **_kwargs: Any) -> None:
    """Reindex a page that was published, unpublished or deleted, and its translations, which may be shown instead."""
    translations = ProcedurePage.objects.filter(translation_key=instance.translation_key)
    reindex([*translations.exclude(pk=instance.pk).only("pk"), instance])


@receiver([page_slug_changed, post_page_move], dispatch_uid="procedures.index_branch")
@receiver(page_published, sender=ProcedureSectionPage, dispatch_uid="procedures.index_section")
def index_branch(instance: Page, **_kwargs: Any) -> None:
    """Reindex the procedures below a page whose address or agency has changed."""
    pages = ProcedurePage.objects.descendant_of(instance, inclusive=True).only("pk")
    if pages:
        reindex(pages)


@receiver([post_save, post_delete], sender=PageViewRestriction, dispatch_uid="procedures.index_restricted")
def index_restricted(instance: PageViewRestriction, **_kwargs: Any) -> None:
    """Reindex the procedures below a page that was restricted or opened."""
    page = Page.objects.filter(pk=instance.page_id).first()  # None: deleted with its restriction
    if page is not None:
        index_branch(instance=page)
