"""Write many procedure pages at once: place in the tree, rows, children, revisions, publication.

One ``add_child`` with a revision and its publication takes 60 to 150 ms per page (docs/facts.md#wagtail), and a
catalogue has thousands. Here the positions below a section are computed once and the rows are inserted in batches, with
the same result. This needs internals of treebeard, modelcluster and Django that docs/upgrade-checks.md lists:
``Page._str2int``, ``Page._get_path``, ``Model._base_manager._insert``, ``get_all_child_relations``, ``Collector.data``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, router
from django.db.models import F
from django.db.models.deletion import Collector
from django.utils import timezone
from modelcluster.models import ClusterableModel, get_all_child_relations
from wagtail.models import Page, PageLogEntry, ReferenceIndex, Revision
from wagtail.search.backends import get_search_backend
from wagtail_localize.models import TranslatableObject, handle_translation_on_delete

from accounts.models import User
from core.models import AdminSearchEntry
from core.text import order_key
from core.wagtail.admin_search import label_of
from core.web import page_cache
from procedures.models import Procedure, ProcedurePage, ProcedureSectionPage
from procedures.search_documents import KIND
from search.services.indexing import index


def place_in_tree(pages: Sequence[tuple[ProcedureSectionPage, ProcedurePage]]) -> None:
    """Set the path, depth and URL path of each new page below its section; save the sections' child counters."""
    groups: dict[int, list[ProcedurePage]] = defaultdict(list)
    for section, page in pages:
        groups[section.pk].append(page)
    for parent in Page.objects.select_for_update().filter(pk__in=groups).order_by("path"):
        _place_below(parent, groups[parent.pk])


def _place_below(section: Page, pages: list[ProcedurePage]) -> None:
    children = section.get_children()
    last = children.order_by("path").last()
    step = Page._str2int(last.path[-Page.steplen :]) if last else 0
    taken = set(children.values_list("slug", flat=True))
    for number, page in enumerate(pages, start=step + 1):
        page.path = Page._get_path(section.path, section.depth + 1, number)
        page.depth = section.depth + 1
        if page.slug in taken:
            page.slug = f"{page.slug}-{page.procedure.core_code.replace('.', '-')}"
        taken.add(page.slug)
        page.url_path = f"{section.url_path}{page.slug}/"
        page.locale_id = section.locale_id
    Page.objects.filter(pk=section.pk).update(numchild=F("numchild") + len(pages))


def insert(pages: Sequence[ProcedurePage]) -> None:
    """Insert new pages: the rows of Wagtail's table, then those of our own."""
    if not pages:
        return
    content_type = ContentType.objects.get_for_model(ProcedurePage)
    shared = [field.attname for field in Page._meta.concrete_fields if not field.primary_key]
    rows = []
    for page in pages:
        page.content_type = content_type
        rows.append(Page(**{name: getattr(page, name) for name in shared}))
    Page.objects.bulk_create(rows)
    for page, row in zip(pages, rows, strict=True):
        page.pk = page.id = row.pk
        page._state.adding = False
    # bulk_create() refuses models with a parent table; this is the insert that it uses itself.
    own, alias = ProcedurePage._meta.local_concrete_fields, router.db_for_write(ProcedurePage)
    ProcedurePage._base_manager.using(alias)._insert(list(pages), fields=own, using=alias)


def update(pages: Sequence[ProcedurePage]) -> None:
    """Save the fields of existing pages without the signals of single saves."""
    own = [field.attname for field in ProcedurePage._meta.local_concrete_fields if not field.primary_key]
    for page in pages:
        page.order_key = order_key(page.name)
        ProcedurePage.objects.filter(pk=page.pk).update(**{name: getattr(page, name) for name in own})
        Page.objects.filter(pk=page.pk).update(title=page.title, draft_title=page.title)


def replace_children(pages: Sequence[ProcedurePage], existing: Sequence[int]) -> None:
    """Write the children that ``pages`` have in memory; delete those of the pages ``existing`` (ids) first."""
    for relation in _relations(ProcedurePage):
        relation.related_model.objects.filter(**{f"{relation.field.name}__in": existing}).delete()
    _save_children(list(pages))
    through = ProcedurePage.audiences.through
    through.objects.filter(procedurepage__in=existing).delete()
    through.objects.bulk_create(
        through(procedurepage_id=page.pk, audience_id=audience.pk)
        for page in pages
        for audience in page.audiences.all()
    )


def _relations(model: type[models.Model]) -> list[Any]:
    relations = get_all_child_relations(model)
    return [
        relation
        for relation in relations
        if relation.related_model._meta.app_label == ProcedurePage._meta.app_label
    ]


def _save_children(parents: list[Any]) -> None:
    if not parents:
        return
    for relation in _relations(type(parents[0])):
        children = []
        for parent in parents:
            for child in getattr(parent, relation.get_accessor_name()).all():
                child.pk = None
                setattr(child, relation.field.attname, parent.pk)
                children.append(child)
        relation.related_model.objects.bulk_create(children)
        if issubclass(relation.related_model, ClusterableModel):
            _save_children(children)


def publish_pages(pages: Sequence[ProcedurePage], *, now: datetime, user: User | None, source: str) -> None:
    """Publish ``pages`` as they are in memory; their fields and children are already in the database."""
    for page in pages:
        page.live, page.has_unpublished_changes, page.expired = True, False, False
        page.first_published_at = page.first_published_at or now
        page.last_published_at = page.latest_revision_created_at = now
    for page, revision in zip(pages, _revisions(pages, now=now, user=user), strict=True):
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
    _log(pages, now=now, user=user, source=source)
    backend = get_search_backend()
    backend.add_bulk(ProcedurePage, list(pages))
    backend.add_bulk(Procedure, [page.procedure for page in pages])


def delete_pages(procedures: Collection[int], *, user: User | None) -> None:
    """Delete the pages of ``procedures`` with everything that belongs to them, in a fixed number of queries.

    One ``delete`` of a page takes about thirty: unpublishing, indexes, references and translations work page by page.
    """
    pages = list(ProcedurePage.objects.filter(procedure__in=procedures).select_related("locale"))
    if not pages:
        return
    _log_deletion(pages, user)
    _delete_rows(pages)
    for path, lost in Counter(page.path[: -page.steplen] for page in pages).items():
        Page.objects.filter(path=path).update(numchild=F("numchild") - lost)
    keys = [page.pk for page in pages]
    base = ContentType.objects.get_for_model(Page)
    ReferenceIndex.objects.filter(base_content_type=base, object_id__in=map(str, keys)).delete()
    ReferenceIndex.objects.filter(to_content_type=base, to_object_id__in=map(str, keys)).delete()
    AdminSearchEntry.objects.filter(model=label_of(ProcedurePage), object_id__in=keys).delete()
    translated = TranslatableObject.objects.filter(
        translation_key__in=[page.translation_key for page in pages]
    )
    known = set(translated.values_list("translation_key", flat=True))
    for page in pages:
        if page.translation_key in known:
            handle_translation_on_delete(page)
    page_cache.purge()
    index(kind=KIND, refs=[str(key) for key in keys])


def _log_deletion(pages: Sequence[ProcedurePage], user: User | None) -> None:
    content_type = ContentType.objects.get_for_model(ProcedurePage)
    PageLogEntry.objects.bulk_create(
        PageLogEntry(
            page=page,
            content_type=content_type,
            label=str(page),
            action="wagtail.delete",
            timestamp=timezone.now(),
            user=user,
            deleted=True,
            data={"page_id": page.pk},
        )
        for page in pages
    )


def _delete_rows(pages: Sequence[ProcedurePage]) -> None:
    """Delete ``pages`` and the rows that Django would delete or empty with them, without the signals of each row.

    ``ProtectedError`` if a row must not lose its page.
    """
    alias = router.db_for_write(ProcedurePage)
    collector: Any = Collector(using=alias)
    collector.collect(pages)
    collector.sort()
    for rows in collector.fast_deletes:
        rows._raw_delete(using=alias)
    for (field, value), groups in collector.field_updates.items():
        changed = [row.pk for group in groups for row in group]
        field.model._base_manager.using(alias).filter(pk__in=changed).update(**{field.name: value})
    for model, instances in collector.data.items():
        model._base_manager.using(alias).filter(pk__in=[one.pk for one in instances])._raw_delete(using=alias)


def _revisions(pages: Sequence[ProcedurePage], *, now: datetime, user: User | None) -> list[Revision]:
    base, own = ContentType.objects.get_for_model(Page), ContentType.objects.get_for_model(ProcedurePage)
    found: list[Revision] = Revision.objects.bulk_create(
        Revision(
            content_type=own,
            base_content_type=base,
            object_id=str(page.pk),
            object_str=str(page),
            content=page.serializable_data(),
            created_at=now,
            user=user,
        )
        for page in pages
    )
    return found


def _log(pages: Sequence[ProcedurePage], *, now: datetime, user: User | None, source: str) -> None:
    content_type = ContentType.objects.get_for_model(ProcedurePage)
    PageLogEntry.objects.bulk_create(
        PageLogEntry(
            page=page,
            content_type=content_type,
            label=str(page),
            action="wagtail.publish",
            timestamp=now,
            user=user,
            revision=page.latest_revision,
            content_changed=True,
            data={"import": source},
        )
        for page in pages
    )
