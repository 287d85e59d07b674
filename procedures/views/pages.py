"""What the pages of the catalogue show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from wagtail.models import Page

from core import hooks
from core.titles import sentence_case
from procedures.choices import Level, ServiceLevel
from procedures.models import ProcedureCataloguePage, ProcedurePage, ProcedureSectionPage
from procedures.models.rendering import shows
from procedures.presentation.reading import read
from procedures.selectors import history, snapshot_of
from procedures.selectors.catalogue import (
    Filters,
    fields_with_counts,
    level_counts,
    pages_below,
    sections_with_counts,
)
from procedures.selectors.related import FRONT_DEPTH, surroundings
from procedures.selectors.versions import History
from procedures.snapshot import Snapshot


def crumbs_of(above: Iterable[Page], request: HttpRequest, *, last: str) -> list[dict[str, str]]:
    """Return the way from the catalogue down to the page called ``last``."""
    return [*({"title": p.title, "url": p.get_url(request) or ""} for p in above), {"title": last, "url": ""}]


def _content(page: ProcedurePage, request: HttpRequest, found: History) -> Snapshot:
    """The version in force; in the editor's preview, and before the first version, the page as it is."""
    if found.content is None or getattr(request, "is_preview", False):
        return snapshot_of(page)
    return found.content


@shows(ProcedurePage)
def procedure_context(page: ProcedurePage, request: HttpRequest) -> dict[str, Any]:
    """The citizen's page: the version in force, its history, what can be done from here."""
    found = history(page.procedure_id)
    if found.versions:
        page.procedure = found.versions[0].procedure
    content = _content(page, request, found)
    around = surroundings(page, content.related_codes)
    crumbs = crumbs_of(around.above, request, last=sentence_case(content.short_title or content.title))
    actions = [] if page.procedure.ended else hooks.call("procedure_actions", get_language(), page.procedure)
    return {
        "reading": read(
            content, section=crumbs[-2]["title"] if len(crumbs) > 1 else "", related=around.related
        ),
        "procedure": page.procedure,
        "version": found.current,
        "versions": found.versions,
        "upcoming": [v for v in found.versions if v.valid_from > timezone.localdate()],
        "action": next((action for action in actions if action.primary), actions[0] if actions else None),
        "related": [{"title": sentence_case(p.title), "url": p.get_url(request)} for p in around.related],
        "crumbs": crumbs,
        "untranslated": bool(page.alias_of_id) and not get_language().startswith("vi"),
        "share_url": page.get_full_url(request),
    }


PER_PAGE = 30


def _filters(request: HttpRequest) -> Filters:
    query = request.GET
    return Filters.read(query.get("linh-vuc", ""), query.get("cap", ""), query.get("muc-do", ""))


def _choices(page: Page) -> dict[str, Any]:
    counts = level_counts(page)
    return {
        "fields": fields_with_counts(page),
        "levels": [(level.value, level.label, counts[level]) for level in Level if counts[level]],
        "service_levels": [(one.value, one.label, counts[one]) for one in ServiceLevel if counts[one]],
    }


def _listing(page: Page, request: HttpRequest, filters: Filters) -> dict[str, Any]:
    listed = Paginator(pages_below(page, filters), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "listed": listed,
        "rows": [
            {"title": sentence_case(p.name), "url": p.get_url(request), "page": p} for p in listed.object_list
        ],
        "filters": filters,
    }


@shows(ProcedureCataloguePage)
def catalogue_context(page: ProcedureCataloguePage, request: HttpRequest) -> dict[str, Any]:
    """Search first; then the agencies, fields and levels; with a filter, the procedures that fit."""
    filters = _filters(request)
    context: dict[str, Any] = {**_choices(page), "filters": filters, "crumbs": []}
    if filters:
        return {**context, **_listing(page, request, filters)}
    sections = sections_with_counts(page)
    return {
        **context,
        "sections": [(s.title, s.get_url(request), number) for s, number in sections if number],
    }


@shows(ProcedureSectionPage)
def section_context(page: ProcedureSectionPage, request: HttpRequest) -> dict[str, Any]:
    """The procedures of one agency, in pages, with the same filters."""
    return {
        **_choices(page),
        **_listing(page, request, _filters(request)),
        "crumbs": crumbs_of(page.get_ancestors().filter(depth__gt=FRONT_DEPTH), request, last=page.title),
    }
