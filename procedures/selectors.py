"""Read the catalogue: live pages and lists, versions by date, receiving agencies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import get_language
from wagtail.models import Page, PageViewRestriction
from wagtail.query import PageQuerySet

from accounts.models import Agency
from accounts.selectors import successors_in_force
from core.text import sort_key
from procedures.choices import Level, ServiceLevel, Status
from procedures.codes import core_code
from procedures.models import (
    Field,
    LocalAssignment,
    Procedure,
    ProcedureEnding,
    ProcedurePage,
    ProcedureSectionPage,
    ProcedureVersion,
)
from procedures.models.endings import not_ended_q
from procedures.models.pages import LEVEL_FIELDS
from procedures.periods import Period, end_of, periods, was_in_force
from procedures.snapshot import Snapshot
from procedures.texts_in_force import FactsInForce, show_texts_in_force
from procedures.translation import in_english

MAX_RELATED: Final = 6
FRONT_DEPTH: Final = 2


def live_pages() -> PageQuerySet:
    """Return the published procedure pages without view restrictions, in one query where ``public()`` needs two."""
    here = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    restricted = PageViewRestriction.objects.annotate(here=here).filter(here__startswith=F("page__path"))
    public = ~Q(procedure__status=Status.HIDDEN)
    return ProcedurePage.objects.live().filter(public).exclude(Exists(restricted))


def page_for_code(code: str, language: str | None = None) -> ProcedurePage | None:
    """Return the live page for ``code`` in any style, preferably in ``language`` (the reader's)."""
    try:
        core = core_code(code)
    except ValueError:
        return None
    pages = list(
        live_pages()
        .filter(procedure__core_code=core, alias_of=None)
        .select_related("locale")
        .order_by("locale_id", "pk")
    )
    wanted = language or get_language() or ""
    return next((page for page in pages if page.locale.language_code == wanted), pages[0] if pages else None)


def content_for_reader(version: ProcedureVersion) -> Snapshot:
    """Return the content of ``version`` with the texts of the page in the reader's language; the others are marked."""
    language = get_language() or settings.LANGUAGE_CODE
    if language == settings.LANGUAGE_CODE:
        return version.content
    page = page_for_code(version.procedure.core_code, language)
    is_translated = page is not None and page.locale.language_code == language
    return in_english(version.content, page.translated_texts if page and is_translated else {})


P = TypeVar("P", bound=Page)


def source_of(page: P) -> P:
    """Return the Vietnamese page of a translated one, or `page`: only the Vietnamese catalogue is complete."""
    if page.locale.language_code == settings.LANGUAGE_CODE:
        return page
    model: Any = type(page)
    sources = model.objects.filter(
        translation_key=page.translation_key, locale__language_code=settings.LANGUAGE_CODE
    )
    return sources.first() or page


@dataclass(frozen=True, slots=True)
class NearbyPages:
    """Pages above, from the catalogue down, and related pages."""

    above: list[Page]
    related: list[Page]


def nearby_pages(page: ProcedurePage, codes: Sequence[str]) -> NearbyPages:
    """Return the pages above ``page`` and related procedures in one query.

    Related procedures are those that the record names by code, otherwise some of the same field in the same section.
    """
    steps = range(page.steplen * (FRONT_DEPTH + 1), len(page.path or ""), page.steplen)
    above = Q(path__in=[page.path[:length] for length in steps])
    related_pages = _related(source_of(page), codes)
    found = list(Page.objects.live().filter(above | Q(pk__in=related_pages)).order_by("depth"))
    related = [one for one in found if one.depth >= page.depth]
    return NearbyPages(
        above=[one for one in found if one.depth < page.depth],
        related=sorted(related, key=lambda one: sort_key(one.title)),
    )


def _related(page: ProcedurePage, codes: Sequence[str]) -> Any:
    if codes:
        wanted = Q(procedure__core_code__in=codes)
    elif page.field_id:
        wanted = Q(field=page.field_id, path__startswith=page.path[: -page.steplen])
    else:
        return []
    wanted &= not_ended_q(timezone.localdate(), "procedure__")
    found = live_pages().filter(wanted, locale=page.locale_id).exclude(pk=page.pk)
    return found.order_by("-procedure__usage", "order_key").values(key=F("pk"))[:MAX_RELATED]


@dataclass(frozen=True, slots=True)
class ListFilters:
    """The filters of a list; unknown values count as not chosen."""

    field: str = ""
    level: str = ""
    service_level: str = ""

    def __bool__(self) -> bool:
        return bool(self.field or self.level or self.service_level)

    @classmethod
    def from_query(cls, field: str = "", level: str = "", service_level: str = "") -> ListFilters:
        """Return the filters of a query string."""
        return cls(
            field=field[:100],
            level=level if level in Level.values else "",
            service_level=service_level if service_level in ServiceLevel.values else "",
        )


def _listed_pages() -> PageQuerySet:
    """Return the pages shown in lists; procedures that have ended are found only by their code and by the search."""
    return live_pages().filter(not_ended_q(timezone.localdate(), "procedure__"))


def pages_below(
    page: Page, filters: ListFilters | None = None, facts: FactsInForce | None = None
) -> QuerySet[ProcedurePage]:
    """Return the published procedures below a catalogue or section that have not ended, by name.

    Filters go by what applies today: ``facts``, which are read if there are filters and none are given.
    """
    found = _listed_pages().descendant_of(page).select_related("procedure").order_by("order_key", "pk")
    if not filters:
        return found
    facts = facts or FactsInForce()
    if filters.field:
        found = found.filter(facts.of_field(filters.field))
    if filters.level:
        found = found.filter(facts.of_level(filters.level))
    if filters.service_level:
        found = found.filter(facts.of_service_level(filters.service_level))
    return found


def sections_with_counts(page: Page) -> list[tuple[ProcedureSectionPage, int]]:
    """Return the sections below the catalogue with the number of their procedures: two queries."""
    length = len(page.path) + page.steplen
    rows = _listed_pages().descendant_of(page).annotate(above=Substr("path", 1, length))
    counts = dict(rows.values_list("above").annotate(number=Count("pk")).order_by())
    sections = ProcedureSectionPage.objects.child_of(page).live().public()
    named = sorted(sections, key=lambda section: sort_key(section.title))
    return [(section, counts.get(section.path, 0)) for section in named]


def fields_with_counts(page: Page, filters: ListFilters | None = None) -> list[dict[str, str | int]]:
    """Return label, key (slug) and number of procedures of each field below ``page``, by name.

    The other ``filters`` narrow the numbers; a chosen field is kept even with 0. Two queries, and one more for such a
    field.
    """
    chosen, facts = filters or ListFilters(), FactsInForce()
    found = facts.count_fields(pages_below(page, replace(chosen, field=""), facts))
    if chosen.field and all(row["key"] != chosen.field for row in found):
        missing = Field.objects.filter(slug=chosen.field).values(label=F("name"), key=F("slug"))
        found += [{**row, "number": 0} for row in missing]
    return sorted(found, key=lambda row: sort_key(str(row["label"])))


def level_counts(page: Page, filters: ListFilters | None = None) -> Counter[str]:
    """Return the number of procedures of each level of government and each online level: two queries.

    The choice in one filter narrows the numbers of the others, not its own.
    """
    chosen, facts = filters or ListFilters(), FactsInForce()
    level = facts.of_level(chosen.level) if chosen.level else Q()
    service = facts.of_service_level(chosen.service_level) if chosen.service_level else Q()
    sums = {name: Count("pk", filter=facts.of_level(name) & service) for name in LEVEL_FIELDS}
    online = {name: Count("pk", filter=facts.of_service_level(name) & level) for name in ServiceLevel.values}
    rows = pages_below(page, ListFilters(field=chosen.field), facts).order_by()
    return Counter(rows.aggregate(**sums, **online))


def common_level(page: Page) -> str:
    """Return the level of government of all procedures below ``page``, if each has only that one; two queries."""
    counts = level_counts(page)
    used = [level for level in LEVEL_FIELDS if counts[level]]
    return used[0] if len(used) == 1 else ""


def version_in_force(procedure: Procedure | str, on: date | None = None) -> ProcedureVersion | None:
    """Return the version in force on ``on`` (today); ``procedure`` may be a code of any style. One query."""
    day = on or timezone.localdate()
    versions = ProcedureVersion.objects.valid_on(day).exclude(procedure__ending__day__lte=day)
    versions = versions.select_related("procedure", "decision")
    if isinstance(procedure, Procedure):
        return versions.filter(procedure=procedure).first()
    try:
        return versions.filter(procedure__core_code=core_code(procedure)).first()
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class VersionHistory:
    """All versions of a procedure, newest first; the one in force with its content; the periods that readers see.

    ``upcoming``: the periods that have not begun. ``waiting``: the versions that have not, oldest first. ``end``: the
    first day on which the procedure no longer applies.
    """

    versions: tuple[ProcedureVersion, ...]
    current: ProcedureVersion | None
    content: Snapshot | None
    periods: tuple[Period, ...]
    upcoming: tuple[Period, ...]
    waiting: tuple[ProcedureVersion, ...]
    end: date | None = None

    @property
    def latest(self) -> ProcedureVersion | None:
        """Return the version with the highest number."""
        return self.versions[0] if self.versions else None


def history(procedure_id: int, on: date | None = None) -> VersionHistory:
    """Return the versions of one procedure in one query that carries only the content of the one in force.

    ``procedures.periods`` may need a second one. If none is in force, because the procedure has ended, the content is
    that of the last one that was.
    """
    day = on or timezone.localdate()
    begun = ProcedureVersion.objects.filter(procedure=procedure_id, valid_from__lte=day)
    after_end = Q(procedure__ending__day__lte=F("valid_from"))
    never_in_force = Case(When(Q(valid_to__lt=F("valid_from")) | after_end, then=1), default=0)
    shown = begun.order_by(never_in_force, "-valid_from", "-number").values("pk")[:1]
    body: Any = Case(
        When(pk=Subquery(shown), then=F("snapshot")),
        default=Value(None, JSONField()),
        output_field=JSONField(),
    )
    versions = tuple(
        ProcedureVersion.objects.filter(procedure=procedure_id)
        .select_related("decision", "procedure__ending__decision", "procedure__ending__successor")
        .defer("snapshot")
        .annotate(body=body)
        .order_by("-number")
    )
    last = next((version for version in versions if version.body is not None), None)
    content = Snapshot.from_json(last.body) if last else None
    end = end_of(versions)
    is_open = last is not None and (last.valid_to is None or last.valid_to >= day)
    current = last if is_open and (end is None or end > day) else None
    held = tuple(
        replace(one, current=current) if current and one.includes(current) else one
        for one in periods(versions, end)
    )
    return VersionHistory(
        versions=versions,
        current=current,
        content=content,
        periods=held,
        upcoming=tuple(one for one in held if one.valid_from > day),
        waiting=tuple(one for one in reversed(versions) if one.valid_from > day and was_in_force(one, end)),
        end=end,
    )


@dataclass(frozen=True, slots=True)
class PageOfVersion:
    """A legal version with the page of its procedure."""

    version: ProcedureVersion
    page: ProcedurePage


def latest_versions(*, limit: int) -> list[PageOfVersion]:
    """Return the newest legal versions with which a period begins, each with its page in the active language.

    Procedures that are hidden or have no public page are left out. Five queries.
    """
    pages = live_pages().filter(alias_of=None)
    before = ProcedureVersion.objects.exclude(valid_to__lt=F("valid_from")).filter(
        procedure=OuterRef("procedure"), number__lt=OuterRef("number")
    )
    versions = list(
        ProcedureVersion.objects.filter(procedure__in=pages.order_by().values("procedure"))
        .exclude(valid_to__lt=F("valid_from"))
        .annotate(digest_before=Subquery(before.order_by("-number").values("digest")[:1]))
        .filter(Q(digest_before=None) | ~Q(digest_before=F("digest")))
        .select_related("procedure", "decision")
        .defer("snapshot")
        .order_by("-created_at", "-pk")[: 2 * limit]
    )
    begin = _first_versions({one.procedure_id for one in versions})
    versions = [one for one in versions if one.pk in begin][:limit]
    shown: dict[int, ProcedurePage] = {}
    for page in pages.filter(procedure__in=[one.procedure_id for one in versions]).select_related("locale"):
        if page.procedure_id not in shown or page.locale.language_code == get_language():
            shown[page.procedure_id] = page
    show_texts_in_force(shown.values())
    return [PageOfVersion(one, shown[one.procedure_id]) for one in versions if one.procedure_id in shown]


def _first_versions(procedures: Collection[int]) -> set[int]:
    """Return the keys of the versions with which a period of one of ``procedures`` begins."""
    rows = ProcedureVersion.objects.filter(procedure__in=procedures).defer("snapshot").order_by("procedure")
    groups = groupby(rows.select_related("procedure__ending"), key=lambda one: one.procedure_id)
    found = [list(versions) for _key, versions in groups]
    return {period.first.pk for versions in found for period in periods(versions, end_of(versions))}


def assignments_on(on: date | None = None) -> QuerySet[LocalAssignment]:
    """Return the assignments in force on ``on`` (today)."""
    found: QuerySet[LocalAssignment] = LocalAssignment.objects.valid_on(on or timezone.localdate())
    return found


def procedures_for_agency(agency: Agency, on: date | None = None) -> QuerySet[Procedure]:
    """Return the published procedures that ``agency`` receives on ``on`` (today), by name."""
    mine = assignments_on(on).filter(agency=agency).values("procedure")
    public = Procedure.objects.filter(not_ended_q(on or timezone.localdate()), status=Status.PUBLIC)
    found = public.filter(pk__in=mine).select_related("field")
    return found.order_by("order_key", "pk")


def agencies_for_procedure(procedure: Procedure, on: date | None = None) -> QuerySet[Agency]:
    """Return the agencies that receive ``procedure`` on ``on`` (today), by name.

    An agency that has ended receives nothing; its successors do, even if its assignments are still open.
    """
    day = on or timezone.localdate()
    assigned = Agency.objects.filter(pk__in=assignments_on(day).filter(procedure=procedure).values("agency"))
    answering = {
        one.pk for ended in assigned.filter(valid_to__lt=day) for one in successors_in_force(ended, day)
    }
    receiving = assigned.exclude(valid_to__lt=day)
    return (receiving | Agency.objects.filter(pk__in=answering)).order_by("order_key", "pk")


def ending_of(procedure_id: int) -> ProcedureEnding | None:
    """Return the recorded end of a procedure with its decision and successor."""
    endings = ProcedureEnding.objects.select_related("decision", "successor", "created_by")
    return endings.filter(procedure=procedure_id).first()
