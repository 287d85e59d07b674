"""What is published, changed or taken away must be fresh on every cached page and in the search.

Wagtail sends its signals outside of a transaction of its own; the outbox wants one.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from accounts.models import Agency, AgencySuccession
from core import pagecache
from home.models import (
    AgencySitePage,
    Alert,
    InformationPage,
    MenuItem,
    NewsPage,
    PortalDocument,
    PortalImage,
)
from home.search_documents import KINDS
from search import services as search


@receiver(
    [page_published, page_unpublished, page_slug_changed, post_page_move], dispatch_uid="home.page_changed"
)
def purge_pages(**_kwargs: Any) -> None:
    """Titles, menus and lists of any page may show on any other."""
    pagecache.purge()


@receiver([post_save, post_delete], sender=Alert, dispatch_uid="home.alert_changed")
@receiver([post_save, post_delete], sender=MenuItem, dispatch_uid="home.menu_changed")
def purge_frame(**_kwargs: Any) -> None:
    """Alerts and menus show on pages of other apps too."""
    pagecache.purge()


@receiver([post_save, post_delete], sender=AgencySuccession, dispatch_uid="home.succession_changed")
def purge_sites(**_kwargs: Any) -> None:
    """The site of an agency that is over leads to who continues it."""
    pagecache.purge()


@receiver(post_save, sender=Agency, dispatch_uid="home.agency_changed")
@transaction.atomic
def agency_changed(instance: Agency, created: bool, **_kwargs: Any) -> None:
    """The name and code of an agency stand on its site, beside its news, and in the search."""
    if created:
        return
    pagecache.purge()
    for model, kind in KINDS.items():
        if model is not InformationPage:
            refs = model.objects.filter(agency=instance).values_list("pk", flat=True)
            search.index(kind=kind, refs=[str(pk) for pk in refs])


@receiver([post_save, post_delete], sender=PortalImage, dispatch_uid="home.image_changed")
@receiver([post_save, post_delete], sender=PortalDocument, dispatch_uid="home.document_changed")
def purge_media(created: bool = False, **_kwargs: Any) -> None:
    """A replaced image loses its resized copies: a cached page would show a hole in its place."""
    if not created:
        pagecache.purge()


@receiver([page_published, page_unpublished], dispatch_uid="home.index_page")
@transaction.atomic
def index_page(instance: Page, **_kwargs: Any) -> None:
    """Bring the page itself up to date in the search."""
    kind = KINDS.get(type(instance))
    if kind:
        search.index(kind=kind, refs=[str(instance.pk)])


@receiver(post_page_move, dispatch_uid="home.news_moved")
def speak_for_new_site(instance: Page, parent_page_after: Page, **_kwargs: Any) -> None:
    """News that are moved to the site of an agency speak for it: moving saves nothing."""
    news = instance.specific
    if isinstance(news, NewsPage):
        news.speak_for(parent_page_after)
        NewsPage.objects.filter(pk=news.pk).update(agency=news.agency_id)


@receiver([page_slug_changed, post_page_move], dispatch_uid="home.index_branch")
@transaction.atomic
def index_branch(instance: Page, **_kwargs: Any) -> None:
    """The addresses of everything below have changed."""
    for model, kind in KINDS.items():
        refs = [
            str(pk)
            for pk in model.objects.descendant_of(instance, inclusive=True).values_list("pk", flat=True)
        ]
        search.index(kind=kind, refs=refs)


@receiver(post_delete, sender=AgencySitePage, dispatch_uid="home.agency_site_deleted")
@receiver(post_delete, sender=InformationPage, dispatch_uid="home.information_deleted")
@receiver(post_delete, sender=NewsPage, dispatch_uid="home.news_deleted")
@transaction.atomic
def forget_page(instance: Page, **_kwargs: Any) -> None:
    """A deleted page leaves the caches and the search."""
    pagecache.purge()
    search.index(kind=KINDS[type(instance)], refs=[str(instance.pk)])
