"""Whatever Wagtail changes for the public makes the cached pages stale. Apps call ``purge`` for their own rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Locale, Page, PageViewRestriction, Site
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from core.pagecache.services import purge

SETTINGS = (Site, PageViewRestriction, Redirect, Locale)


def _purge(sender: type[Model], **kwargs: Any) -> None:
    if not kwargs.get("raw"):
        purge()


def _purge_after_delete(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    seen_by_people = instance.live if isinstance(instance, Page) else isinstance(instance, SETTINGS)
    if seen_by_people:
        purge()


def connect() -> None:
    """Listen; called once when the apps are ready."""
    for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
        signal.connect(_purge, dispatch_uid=f"pagecache-{id(signal)}")
    for model in SETTINGS:
        post_save.connect(_purge, sender=model, dispatch_uid=f"pagecache-{model.__name__}")
    post_delete.connect(_purge_after_delete, dispatch_uid="pagecache-delete")
