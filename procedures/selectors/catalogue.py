"""What there is to browse: sections, fields, levels, with the number of published procedures in each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Substr
from wagtail.models import Page

from core.text import sort_key
from procedures.choices import Level, ServiceLevel
from procedures.models import ProcedurePage, ProcedureSectionPage
from procedures.models.procedure_page import LEVEL_FIELDS
from procedures.selectors.pages import live_pages


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person chose; a value that is in no list counts as not chosen."""

    field: str = ""
    level: str = ""
    service_level: str = ""

    def __bool__(self) -> bool:
        return bool(self.field or self.level or self.service_level)

    @classmethod
    def read(cls, field: str = "", level: str = "", service_level: str = "") -> Filters:
        """Return the filters of a query string."""
        return cls(
            field=field[:100],
            level=level if level in Level.values else "",
            service_level=service_level if service_level in ServiceLevel.values else "",
        )


def pages_below(page: Page, filters: Filters | None = None) -> QuerySet[ProcedurePage]:
    """Return the published procedures below a catalogue or section, by name."""
    found = live_pages().descendant_of(page).select_related("procedure").order_by("order_key", "pk")
    if filters and filters.field:
        found = found.filter(field__slug=filters.field)
    if filters and filters.level:
        found = found.filter(**{LEVEL_FIELDS[filters.level]: True})
    if filters and filters.service_level:
        found = found.filter(service_level=filters.service_level)
    return found


def sections_with_counts(page: Page) -> list[tuple[ProcedureSectionPage, int]]:
    """Return the sections below the catalogue with the number of their procedures: two queries."""
    length = len(page.path) + page.steplen
    rows = live_pages().descendant_of(page).annotate(above=Substr("path", 1, length))
    counts = dict(rows.values_list("above").annotate(number=Count("pk")).order_by())
    sections = ProcedureSectionPage.objects.child_of(page).live().public()
    named = sorted(sections, key=lambda section: sort_key(section.title))
    return [(section, counts.get(section.path, 0)) for section in named]


def fields_with_counts(page: Page) -> list[dict[str, str | int]]:
    """Return label, key (slug) and number of procedures of each field below ``page``, by name: one query."""
    rows = pages_below(page).order_by().filter(field__isnull=False)
    found = rows.values(label=F("field__name"), key=F("field__slug")).annotate(number=Count("pk"))
    return sorted(found, key=lambda row: sort_key(str(row["label"])))


def level_counts(page: Page) -> Counter[str]:
    """Return the number of procedures of each level of government and each online level: one query."""
    sums = {level: Count("pk", filter=Q(**{name: True})) for level, name in LEVEL_FIELDS.items()}
    online = {level: Count("pk", filter=Q(service_level=level)) for level in ServiceLevel.values}
    return Counter(pages_below(page).order_by().aggregate(**sums, **online))
