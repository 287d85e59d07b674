"""The texts of procedure pages on the day: a page has those of its last publication, which may apply only later.

Publishing a version with a future first day changes the row of the page at once (ADR 410). Lists, search, links and
feeds show what the page itself shows: the version in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from wagtail.models import Page

from core.wagtail.languages import language_of
from procedures.models import Field, ProcedurePage, ProcedureVersion
from procedures.models.pages import LEVEL_FIELDS
from procedures.page_content import page_title
from procedures.snapshot import Snapshot
from procedures.translation import in_english


def show_texts_in_force(pages: Iterable[ProcedurePage]) -> None:
    """Give ``pages`` in memory, not to be saved, the texts and filters in force today where another version waits.

    A page whose procedure has no version in force yet keeps its text, as on the page itself. One query; two more if
    there are such pages.
    """
    held = list(pages)
    contents = _contents(Q(procedure__in={page.procedure_id for page in held})) if held else {}
    changed = [page for page in held if page.procedure_id in contents]
    if not changed:
        return
    fields = {
        field.name: field for field in Field.objects.filter(name__in={one.field for one in contents.values()})
    }
    for page in changed:
        content = contents[page.procedure_id]
        page.field = fields.get(content.field, page.field)
        page.service_level = content.service_level
        for level, name in LEVEL_FIELDS.items():
            setattr(page, name, level in content.levels)
        if _is_vietnamese(page):
            page.keywords = "\n".join(content.keywords)
        else:
            content = in_english(content, page.translated_texts)
        page.title, page.official_name = content.title, ""
        page.short_title, page.summary = content.short_title, content.summary


def show_titles_in_force(pages: Sequence[Page]) -> None:
    """Give ``pages`` of any kind in memory, not to be saved, the title in force today if they are of procedures."""
    if not pages:
        return
    keys = [page.pk for page in pages]
    procedures = ProcedurePage.objects.filter(pk__in=keys)
    contents = _contents(Q(procedure__in=procedures.order_by().values("procedure")))
    if not contents:
        return
    rows = {row.pk: row for row in procedures.only("procedure_id", "translated_texts")}
    for page in pages:
        row = rows.get(page.pk)
        content = contents.get(row.procedure_id) if row else None
        if row and content:
            title = page_title(content.title)
            page.title = title if _is_vietnamese(page) else in_english(content.title, row.translated_texts)


def _is_vietnamese(page: Page) -> bool:
    return language_of(page) == settings.LANGUAGE_CODE


def _contents(of_procedures: Q) -> dict[int, Snapshot]:
    """Return, by procedure, the content that its page shows; only where a version does not apply."""
    today = timezone.localdate()
    begun = _begun(today).filter(of_procedures, Exists(_waiting(today)))
    rows = begun.order_by("procedure", "valid_from", "number").values_list("procedure", "snapshot")
    return {procedure: Snapshot.from_json(content) for procedure, content in dict(rows).items()}


def _begun(today: date) -> QuerySet[ProcedureVersion]:
    """Return the versions that have been in force on some day; the last of each procedure is shown."""
    found = ProcedureVersion.objects.filter(valid_from__lte=today).exclude(valid_to__lt=F("valid_from"))
    return found.exclude(procedure__ending__day__lte=F("valid_from"))


def _waiting(today: date) -> QuerySet[ProcedureVersion]:
    """Return the versions whose text a page has although it does not apply: not yet, or, after an end, no more."""
    to_come = Q(valid_from__gt=today) & ~Q(valid_to__lt=F("valid_from"))
    too_late = Q(procedure__ending__day__lte=F("valid_from")) & Q(procedure__ending__day__lte=today)
    return ProcedureVersion.objects.filter(to_come | too_late, procedure=OuterRef("procedure")).order_by()
