"""Template contexts of the catalogue's pages; procedures by code; blank forms for download."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, Final

from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.models import Page

from core.text import sentence_case
from core.wagtail.languages import localized, path_of, title_of, translation_paths
from procedures import filing_links
from procedures.choices import Channel, Level, ServiceLevel
from procedures.models import (
    BlankForm,
    Procedure,
    ProcedureCataloguePage,
    ProcedurePage,
    ProcedureSectionPage,
)
from procedures.models.pages import page_context
from procedures.page_content import read_content
from procedures.periods import Period
from procedures.presentation.procedure import ProcedurePresentation, present
from procedures.selectors import (
    FRONT_DEPTH,
    ListFilters,
    NearbyPages,
    VersionHistory,
    agencies_for_procedure,
    common_level,
    fields_with_counts,
    history,
    level_counts,
    nearby_pages,
    page_for_code,
    pages_below,
    sections_with_counts,
    source_of,
)
from procedures.snapshot import Snapshot
from procedures.texts_in_force import show_texts_in_force, show_titles_in_force
from procedures.translation import in_english, is_complete

PER_PAGE: Final = 30
YEAR: Final = 365 * 24 * 60 * 60


def crumbs_of(above: Iterable[Page], *, last: str) -> list[dict[str, str]]:
    """Return the breadcrumbs from the catalogue down to the page titled ``last``."""
    return [
        *({"title": title_of(p), "url": path_of(p)} for p in localized(list(above))),
        {"title": last, "url": ""},
    ]


class ProcedurePageContext:
    """The context of a procedure page: the version in force, its history, the filing offer.

    Every value is computed when the template asks for it, because cached parts of the page ask for none of them.
    """

    def __init__(self, page: ProcedurePage, request: HttpRequest) -> None:
        self._page, self._request = page, request

    @cached_property
    def _history(self) -> VersionHistory:
        return history(self._page.procedure_id)

    @cached_property
    def _content(self) -> Snapshot:
        """The version in force; in the editor's preview, and before the first version, the page as it is."""
        content = self._history.content
        if content is None or getattr(self._request, "is_preview", False):
            return read_content(self._page)
        return in_english(content, self._page.translated_texts) if self._is_translation else content

    @property
    def _is_translation(self) -> bool:
        return not self._page.locale.is_default and self._page.alias_of_id is None

    @property
    def translation_notice(self) -> str:
        """What a reader must know about a translation; empty for the Vietnamese page."""
        if not self._is_translation:
            return ""
        if is_complete(self._content):
            return _("This translation is for information. Only the Vietnamese text is official.")
        return _(
            "This translation is for information. Only the Vietnamese text is official. Parts without a translation "
            "are shown in Vietnamese."
        )

    @property
    def original_url(self) -> str:
        """The path of the Vietnamese page of a translation."""
        return translation_paths(self._page).get(settings.LANGUAGE_CODE, "") if self._is_translation else ""

    @property
    def original_link(self) -> str:
        """The text of the link to the Vietnamese page."""
        return _("Read the Vietnamese text")

    @cached_property
    def _nearby(self) -> NearbyPages:
        return nearby_pages(self._page, self._content.related_codes)

    @property
    def procedure(self) -> Procedure:
        """The entry of the catalogue, read with its versions where there are any."""
        versions = self._history.versions
        return versions[0].procedure if versions else self._page.procedure

    @property
    def version(self) -> Period | None:
        """The period in force."""
        return next((one for one in self._history.periods if one.current), None)

    @property
    def versions(self) -> tuple[Period, ...]:
        """All periods, newest first."""
        return self._history.periods

    @property
    def upcoming(self) -> tuple[Period, ...]:
        """Future periods."""
        return self._history.upcoming

    @property
    def crumbs(self) -> list[dict[str, str]]:
        """The breadcrumbs."""
        last = sentence_case(self._content.short_title or self._content.title)
        return crumbs_of(self._nearby.above, last=last)

    @property
    def related(self) -> list[dict[str, Any]]:
        """Related procedures."""
        pages = localized(self._nearby.related)
        show_titles_in_force(pages)
        return [{"title": sentence_case(p.title), "url": path_of(p), "page": p} for p in pages]

    @cached_property
    def presentation(self) -> ProcedurePresentation:
        """The content for display."""
        section = self._nearby.above[-1].title if self._nearby.above else ""
        return present(self._content, section=section, related=self._nearby.related)

    @cached_property
    def action(self) -> filing_links.FilingLink | None:
        """Return how to file online; None for a procedure that is no longer in force."""
        found = None if self.procedure.ended else filing_links.filing_link_for(self.procedure)
        # An address of the portal includes the agency that was chosen before; the national portal does not know it.
        own = found is not None and self.chosen_agency and found.url.startswith("/")
        return replace(found, url=f"{found.url}?co-quan={self.chosen_agency}") if found and own else found

    @cached_property
    def filing_places(self) -> dict[str, Any]:
        """Where the procedure is filed other than online: its agencies (``one`` if only one), and whether by post."""
        agencies = [] if self.procedure.ended else list(agencies_for_procedure(self.procedure))
        channels = {row.channel for row in self._content.channels}
        return {
            "number": len(agencies),
            "one": agencies[0] if len(agencies) == 1 else None,
            "by_post": Channel.POST in channels,
        }

    @cached_property
    def chosen_agency(self) -> str:
        """The slug of the agency from whose site the reader comes, if it receives this procedure; otherwise empty."""
        slug = self._request.GET.get("co-quan", "")
        known = slug and agencies_for_procedure(self.procedure).filter(slug=slug).exists()
        return slug if known else ""

    @property
    def share_url(self) -> str:
        """The full address."""
        return self._request.build_absolute_uri(self._request.path)


@page_context(ProcedurePage)
def procedure_context(page: ProcedurePage, request: HttpRequest) -> dict[str, Any]:
    """Return every public property of ``ProcedurePageContext``, each computed when it is used."""
    context = ProcedurePageContext(page, request)
    names = [name for name in vars(ProcedurePageContext) if not name.startswith("_")]
    return {name: SimpleLazyObject(partial(getattr, context, name)) for name in names}


def _filters(request: HttpRequest) -> ListFilters:
    query = request.GET
    return ListFilters.from_query(query.get("linh-vuc", ""), query.get("cap", ""), query.get("muc-do", ""))


def _choices(page: Page, filters: ListFilters) -> dict[str, Any]:
    """Return the values of the filters with their numbers; a chosen one is kept even with 0."""
    counts = level_counts(page, filters)
    return {
        "fields": fields_with_counts(page, filters),
        "levels": [
            (level.value, level.label, counts[level])
            for level in Level if counts[level] or level == filters.level
        ],
        "service_levels": [
            (one.value, one.label, counts[one])
            for one in ServiceLevel if counts[one] or one == filters.service_level
        ],
    }  # fmt: skip


def _listing(page: Page, request: HttpRequest, filters: ListFilters) -> dict[str, Any]:
    listed = Paginator(pages_below(page, filters), PER_PAGE).get_page(request.GET.get("page"))
    pages: list[ProcedurePage] = list(listed.object_list)
    shown_pages = localized(pages)
    show_texts_in_force(shown_pages)
    return {
        "listed": listed,
        "rows": [
            {
                "title": sentence_case(shown.name),
                "url": path_of(shown),
                "page": shown,
                "code": page.procedure.core_code,
            }
            for page, shown in zip(pages, shown_pages, strict=True)
        ],
        "filters": filters,
    }


@page_context(ProcedureCataloguePage)
def catalogue_context(page: ProcedureCataloguePage, request: HttpRequest) -> dict[str, Any]:
    """Return counts by agency, field and level, or the filtered list of procedures."""
    filters, source = _filters(request), source_of(page)
    context: dict[str, Any] = {**_choices(source, filters), "filters": filters, "crumbs": []}
    if filters:
        return {**context, **_listing(source, request, filters)}
    counted = [(section, number) for section, number in sections_with_counts(source) if number]
    shown = localized([section for section, _number in counted])
    numbers = [number for _section, number in counted]
    return {
        **context,
        "sections": [(s, path_of(s), number) for s, number in zip(shown, numbers, strict=True)],
    }


@page_context(ProcedureSectionPage)
def section_context(page: ProcedureSectionPage, request: HttpRequest) -> dict[str, Any]:
    """Return the procedures of one agency, paginated, with the same filters."""
    source, filters = source_of(page), _filters(request)
    above = list(page.get_ancestors().filter(depth__gt=FRONT_DEPTH))
    return {
        **_choices(source, filters),
        **_listing(source, request, filters),
        "small_search": True,
        "crumbs": crumbs_of(above, last=title_of(page)),
        "same_level": _same_level(source, above),
    }


def _same_level(section: Page, above: list[Page]) -> dict[str, Any] | None:
    """Return the list of everything at the level of government that the section is for, if that is more.

    Procedures of the commune level are also listed in the sections of the departments that manage them.
    """
    level = common_level(section)
    if not level or not above:
        return None
    number = level_counts(source_of(above[0]))[level]
    if number <= level_counts(section)[level]:
        return None
    return {"label": Level(level).label, "url": f"{path_of(above[0])}?cap={level}", "number": number}


@require_safe
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """Redirect to the page; a helpful 404 when no published procedure has the code."""
    page = page_for_code(code)
    url = path_of(page) if page else None
    if url:
        return HttpResponseRedirect(url)
    context: dict[str, Any] = {"code": code[:40], "translation_urls": {}}
    return render(request, "procedures/unknown_code.html", context, status=404)


@require_safe
def blank_form_file(request: HttpRequest, pk: int, name: str) -> FileResponse:
    """Send the file as an attachment; it never changes, so browsers may cache it."""
    form = get_object_or_404(BlankForm, pk=pk)
    try:
        response = FileResponse(form.file.open("rb"), as_attachment=True, filename=form.name)
    except FileNotFoundError as error:
        raise Http404 from error
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response
