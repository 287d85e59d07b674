"""Make many pages live: a revision, a line in the history and a place in the admin's own search for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page, PageLogEntry, Revision
from wagtail.search.backends import get_search_backend

from accounts.models import User
from procedures.models import ProcedurePage


def publish_pages(pages: Sequence[ProcedurePage], *, now: datetime, by: User | None, source: str) -> None:
    """Publish ``pages`` as they are in memory; their fields and children are in the database already."""
    for page in pages:
        page.live, page.has_unpublished_changes, page.expired = True, False, False
        page.first_published_at = page.first_published_at or now
        page.last_published_at = page.latest_revision_created_at = now
    for page, revision in zip(pages, _revisions(pages, now=now, by=by), strict=True):
        page.latest_revision = page.live_revision = revision
        Page.objects.filter(pk=page.pk).update(
            live=True,
            has_unpublished_changes=False,
            expired=False,
            first_published_at=page.first_published_at,
            last_published_at=now,
            latest_revision_created_at=now,
            latest_revision=revision,
            live_revision=revision,
        )
    _log(pages, now=now, by=by, source=source)
    get_search_backend().add_bulk(ProcedurePage, list(pages))


def _revisions(pages: Sequence[ProcedurePage], *, now: datetime, by: User | None) -> list[Revision]:
    base, own = ContentType.objects.get_for_model(Page), ContentType.objects.get_for_model(ProcedurePage)
    found: list[Revision] = Revision.objects.bulk_create(
        Revision(
            content_type=own,
            base_content_type=base,
            object_id=str(page.pk),
            object_str=str(page),
            content=page.serializable_data(),
            created_at=now,
            user=by,
        )
        for page in pages
    )
    return found


def _log(pages: Sequence[ProcedurePage], *, now: datetime, by: User | None, source: str) -> None:
    content_type = ContentType.objects.get_for_model(ProcedurePage)
    PageLogEntry.objects.bulk_create(
        PageLogEntry(
            page=page,
            content_type=content_type,
            label=str(page),
            action="wagtail.publish",
            timestamp=now,
            user=by,
            revision=page.latest_revision,
            content_changed=True,
            data={"import": source},
        )
        for page in pages
    )
