"""Purge the page cache, update the search index and ask for approvals when pages and snippets change.

Wagtail sends its signals outside a transaction; the outbox needs one.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction, TaskState, WorkflowState
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
    task_submitted,
    workflow_approved,
    workflow_rejected,
    workflow_submitted,
)

from accounts.models import Agency, AgencySuccession
from accounts.services.groups import refresh_page_groups, sync_agency, sync_page
from core.outbox import enqueue
from core.web import page_cache
from home.handlers import APPROVAL_DECIDED, APPROVAL_REQUESTED
from home.models import (
    AgencyIndexPage,
    AgencySitePage,
    Alert,
    HomePage,
    InformationPage,
    MenuItem,
    NewsIndexPage,
    NewsPage,
    PortalDocument,
    PortalImage,
)
from home.models.approval import people_who_approve
from home.search_documents import KINDS
from search.services import indexing


@receiver([post_save, post_delete], sender=Alert, dispatch_uid="home.alert_changed")
@receiver([post_save, post_delete], sender=MenuItem, dispatch_uid="home.menu_changed")
def purge_snippets(**_kwargs: Any) -> None:
    """Purge all pages: alerts and menus also appear on pages of other apps."""
    page_cache.purge()


@receiver([post_save, post_delete], sender=AgencySuccession, dispatch_uid="home.succession_changed")
def purge_sites(**_kwargs: Any) -> None:
    """Purge all pages: the site of a closed agency links to its successors."""
    page_cache.purge()


@receiver(post_save, sender=Agency, dispatch_uid="home.agency_changed")
@transaction.atomic
def agency_changed(instance: Agency, created: bool, **_kwargs: Any) -> None:
    """Update the pages and documents that show the name and code of an agency."""
    if created:
        return
    page_cache.purge()
    for model, kind in KINDS.items():
        if model is not InformationPage:
            refs = model.objects.filter(agency=instance).values_list("pk", flat=True)
            indexing.index(kind=kind, refs=[str(pk) for pk in refs])


@receiver([post_save, post_delete], sender=PortalImage, dispatch_uid="home.image_changed")
@receiver([post_save, post_delete], sender=PortalDocument, dispatch_uid="home.document_changed")
def purge_media(created: bool = False, **_kwargs: Any) -> None:
    """Purge all pages: the old resized copies of a replaced image no longer exist."""
    if not created:
        page_cache.purge()


@transaction.atomic
def index_page(instance: Page, **_kwargs: Any) -> None:
    """Update the documents of the page and of its translations: a page without one is found in every language."""
    _index_translations(instance)


def _index_translations(instance: Page) -> None:
    model = type(instance)
    pages = model.objects.filter(translation_key=instance.translation_key).values_list("pk", flat=True)
    indexing.index(kind=KINDS[model], refs=[str(pk) for pk in {*pages, instance.pk}])


for _model, _kind in KINDS.items():
    page_published.connect(index_page, sender=_model, dispatch_uid=f"home.published_{_kind}")
    page_unpublished.connect(index_page, sender=_model, dispatch_uid=f"home.unpublished_{_kind}")


@receiver(post_page_move, dispatch_uid="home.news_moved")
def update_news_agency(instance: Page, parent_page_after: Page, **_kwargs: Any) -> None:
    """Set the agency of news moved to another site; moving a page does not save it."""
    news = instance.specific
    if isinstance(news, NewsPage):
        news.set_publisher_from_parent(parent_page_after)
        NewsPage.objects.filter(pk=news.pk).update(agency=news.agency_id)


@receiver([page_slug_changed, post_page_move], dispatch_uid="home.index_branch")
@transaction.atomic
def index_branch(instance: Page, **_kwargs: Any) -> None:
    """Update the documents of all pages below: their addresses have changed."""
    for model, kind in KINDS.items():
        refs = [
            str(pk)
            for pk in model.objects.descendant_of(instance, inclusive=True).values_list("pk", flat=True)
        ]
        indexing.index(kind=kind, refs=refs)


@receiver([post_save, post_delete], sender=PageViewRestriction, dispatch_uid="home.index_restricted")
@transaction.atomic
def index_restricted(instance: PageViewRestriction, **_kwargs: Any) -> None:
    """Update the documents of all pages below a page that was restricted or opened, and of their translations."""
    page = Page.objects.filter(pk=instance.page_id).first()  # None: deleted with its restriction
    if page is None:
        return
    for model, kind in KINDS.items():
        branch = model.objects.descendant_of(page, inclusive=True).values("translation_key")
        refs = model.objects.filter(translation_key__in=branch).values_list("pk", flat=True)
        indexing.index(kind=kind, refs=[str(pk) for pk in refs])


@receiver(post_save, sender=AgencySitePage, dispatch_uid="home.grant_site_permissions")
def grant_site_permissions(instance: AgencySitePage, **_kwargs: Any) -> None:
    """Give the people of the site's agency their permissions on it, and revoke those of the former agency's people."""
    sync_page(page_id=instance.pk)
    sync_agency(agency=instance.agency)


@receiver(post_save, sender=NewsIndexPage, dispatch_uid="home.grant_news_permissions")
@receiver(post_save, sender=AgencyIndexPage, dispatch_uid="home.grant_list_permissions")
@receiver(post_save, sender=HomePage, dispatch_uid="home.grant_front_permissions")
def grant_common_permissions(created: bool, **_kwargs: Any) -> None:
    """Grant permissions on a new page that belongs to the whole province to those who maintain it."""
    if created:
        refresh_page_groups()


@receiver(post_save, sender=InformationPage, dispatch_uid="home.grant_information_permissions")
def grant_information_permissions(instance: InformationPage, created: bool, **_kwargs: Any) -> None:
    """Grant the province's communications staff permissions on a new information page that belongs to no agency."""
    if created and instance.get_parent().specific_class is HomePage:
        _sync_province()


@receiver(post_page_move, dispatch_uid="home.move_permissions")
def move_permissions(instance: Page, **_kwargs: Any) -> None:
    """Grant permissions on a moved information page to those who maintain its new place."""
    if instance.specific_class is InformationPage:
        _sync_province()


def _sync_province() -> None:
    for agency in Agency.objects.filter(kind=Agency.Kind.PROVINCE, parent=None):
        sync_agency(agency=agency)


@receiver(post_delete, sender=AgencySitePage, dispatch_uid="home.agency_site_deleted")
@receiver(post_delete, sender=InformationPage, dispatch_uid="home.information_deleted")
@receiver(post_delete, sender=NewsPage, dispatch_uid="home.news_deleted")
@transaction.atomic
def remove_page(instance: Page, **_kwargs: Any) -> None:
    """Remove a deleted page from the caches and the search."""
    page_cache.purge()
    _index_translations(instance)


# These identifiers are Wagtail's, which connects its own mails later and finds the identifiers taken; it would send
# them within the request, and not by role. For a page that needs several approvals, people are asked at each step; the
# last decision is mailed.
@receiver(task_submitted, sender=TaskState, dispatch_uid="group_approval_task_submitted_email_notification")
@transaction.atomic
def ask_for_approval(instance: TaskState, user: Any = None, **_kwargs: Any) -> None:
    """Mail the people who may decide on a submitted page, except the one who submitted it."""
    page = instance.revision.content_object
    people = people_who_approve(instance.task, page) if isinstance(page, Page) else []
    requested_by = instance.workflow_state.requested_by_id
    for person in people:
        if person.pk != requested_by:
            enqueue(
                kind=APPROVAL_REQUESTED,
                key=f"mail:approval:{instance.pk}:{person.pk}",
                payload={"task_state": instance.pk, "user": person.pk},
            )


@receiver(workflow_approved, sender=WorkflowState, dispatch_uid="workflow_state_approved_email_notification")
@receiver(workflow_rejected, sender=WorkflowState, dispatch_uid="workflow_state_rejected_email_notification")
@transaction.atomic
def mail_decision_to_author(instance: WorkflowState, **_kwargs: Any) -> None:
    """Mail the person who submitted the page what was decided."""
    state = instance.current_task_state
    enqueue(
        kind=APPROVAL_DECIDED,
        key=f"mail:approval:{state.pk}:{state.status}",
        payload={"task_state": state.pk},
    )


@receiver(
    workflow_submitted, sender=WorkflowState, dispatch_uid="workflow_state_submitted_email_notification"
)
def silence_superuser_mail(**_kwargs: Any) -> None:
    """Suppress Wagtail's mail to every superuser."""
