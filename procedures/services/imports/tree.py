"""Put many pages into the tree at once.

One ``add_child`` with a revision and its publication costs 60 to 150 ms a page (FACTS); a catalogue has thousands.
Here the places below a section are counted out once and the rows are inserted in batches; the result is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from django.db import router
from django.db.models import F
from wagtail.models import Page

from core.text import order_key
from procedures.models import ProcedurePage, ProcedureSectionPage


def place(pages: Sequence[tuple[ProcedureSectionPage, ProcedurePage]]) -> None:
    """Give each new page its path, depth and address below its section; the sections' counters are saved."""
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
    """Insert new pages: the rows of the parent table, then those of our own."""
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
    # bulk_create() refuses models with a parent table; this is the insert below it.
    own, alias = ProcedurePage._meta.local_concrete_fields, router.db_for_write(ProcedurePage)
    ProcedurePage._base_manager.using(alias)._insert(list(pages), fields=own, using=alias)


def update(pages: Sequence[ProcedurePage]) -> None:
    """Save the fields of known pages, past the signals of single saves."""
    own = [field.attname for field in ProcedurePage._meta.local_concrete_fields if not field.primary_key]
    for page in pages:
        page.order_key = order_key(page.name)
        ProcedurePage.objects.filter(pk=page.pk).update(**{name: getattr(page, name) for name in own})
        Page.objects.filter(pk=page.pk).update(title=page.title, draft_title=page.title)
