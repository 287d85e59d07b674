"""The texts of procedure pages on the day: a page has those of its last publication, which may apply only later.

Publishing a version with a future first day changes the row of the page at once (ADR 410). Lists, search, links and
feeds show what the page itself shows: the version in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
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


class FactsInForce:
    """Conditions for pages by what applies today. One query, and one more where another version waits."""

    def __init__(self) -> None:
        self._contents = _contents(Q())
        names = {content.field for content in self._contents.values()} - {""}
        self._fields = {field.name: field for field in Field.objects.filter(name__in=names)} if names else {}

    def of_level(self, level: str) -> Q:
        """Return the condition that a page is of this level of government."""
        return self._either(Q(**{LEVEL_FIELDS[level]: True}), lambda content: level in content.levels)

    def of_service_level(self, service_level: str) -> Q:
        """Return the condition that a page has this online service level."""
        return self._either(
            Q(service_level=service_level), lambda content: content.service_level == service_level
        )

    def of_field(self, slug: str) -> Q:
        """Return the condition that a page is in the field with this slug."""
        return self._either(Q(field__slug=slug), lambda content: self._slug(content) == slug)

    def count_fields(self, pages: QuerySet[ProcedurePage]) -> list[dict[str, Any]]:
        """Return label, key (slug) and number of each field of ``pages``."""
        rows = pages.order_by().exclude(procedure__in=self._contents).filter(field__isnull=False)
        found = list(rows.values(label=F("field__name"), key=F("field__slug")).annotate(number=Count("pk")))
        if not self._contents:
            return found
        by_key = {row["key"]: row for row in found}
        for procedure in (
            pages.order_by().filter(procedure__in=self._contents).values_list("procedure", flat=True)
        ):
            if field := self._fields.get(self._contents[procedure].field):
                row = by_key.setdefault(field.slug, {"label": field.name, "key": field.slug, "number": 0})
                row["number"] += 1
        return list(by_key.values())

    def _slug(self, content: Snapshot) -> str:
        field = self._fields.get(content.field)
        return field.slug if field else ""

    def _either(self, row: Q, matches: Callable[[Snapshot], bool]) -> Q:
        if not self._contents:
            return row
        matching = [procedure for procedure, content in self._contents.items() if matches(content)]
        return row & ~Q(procedure__in=self._contents) | Q(procedure__in=matching)


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
