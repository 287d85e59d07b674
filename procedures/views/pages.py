"""What the pages of the catalogue show."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from wagtail.models import Page

from core import hooks
from core.titles import sentence_case
from procedures.choices import Level, ServiceLevel
from procedures.models import (
    Procedure,
    ProcedureCataloguePage,
    ProcedurePage,
    ProcedureSectionPage,
    ProcedureVersion,
)
from procedures.models.rendering import shows
from procedures.presentation.reading import Reading, read
from procedures.selectors import history, snapshot_of
from procedures.selectors.catalogue import (
    Filters,
    fields_with_counts,
    level_counts,
    pages_below,
    sections_with_counts,
)
from procedures.selectors.related import FRONT_DEPTH, Surroundings, surroundings
from procedures.selectors.versions import History
from procedures.snapshot import Snapshot


def crumbs_of(above: Iterable[Page], request: HttpRequest, *, last: str) -> list[dict[str, str]]:
    """Return the way from the catalogue down to the page called ``last``."""
    return [*({"title": p.title, "url": p.get_url(request) or ""} for p in above), {"title": last, "url": ""}]


class Shown:
    """The citizen's page: the version in force, its history, what can be done from here.

    Each fact is read when the template asks for it: what is remembered between two publishes asks for none.
    """

    NAMES = (
        *("reading", "procedure", "version", "versions", "upcoming"),
        *("action", "related", "crumbs", "share_url"),
    )

    def __init__(self, page: ProcedurePage, request: HttpRequest) -> None:
        self._page, self._request = page, request

    @cached_property
    def _history(self) -> History:
        return history(self._page.procedure_id)

    @cached_property
    def _content(self) -> Snapshot:
        """The version in force; in the editor's preview, and before the first version, the page as it is."""
        content = self._history.content
        if content is None or getattr(self._request, "is_preview", False):
            return snapshot_of(self._page)
        return content

    @cached_property
    def _around(self) -> Surroundings:
        return surroundings(self._page, self._content.related_codes)

    @property
    def procedure(self) -> Procedure:
        """The entry in the register, read with its versions where there are any."""
        versions = self._history.versions
        return versions[0].procedure if versions else self._page.procedure

    @property
    def version(self) -> ProcedureVersion | None:
        """The version in force."""
        return self._history.current

    @property
    def versions(self) -> tuple[ProcedureVersion, ...]:
        """All versions, newest first."""
        return self._history.versions

    @property
    def upcoming(self) -> tuple[ProcedureVersion, ...]:
        """Versions whose day has not come."""
        return self._history.upcoming

    @property
    def crumbs(self) -> list[dict[str, str]]:
        """The way down from the catalogue."""
        last = sentence_case(self._content.short_title or self._content.title)
        return crumbs_of(self._around.above, self._request, last=last)

    @property
    def related(self) -> list[dict[str, str]]:
        """Other procedures."""
        pages = self._around.related
        return [{"title": sentence_case(p.title), "url": p.get_url(self._request) or ""} for p in pages]

    @cached_property
    def reading(self) -> Reading:
        """The content as citizens read it."""
        section = self._around.above[-1].title if self._around.above else ""
        return read(self._content, section=section, related=self._around.related)

    @cached_property
    def action(self) -> hooks.Action | None:
        """The one thing to do from here."""
        if self.procedure.ended:
            return None
        actions: list[hooks.Action] = hooks.call("procedure_actions", get_language(), self.procedure)
        return next((action for action in actions if action.primary), actions[0] if actions else None)

    @property
    def share_url(self) -> str:
        """The full address."""
        return self._request.build_absolute_uri(self._request.path)


@shows(ProcedurePage)
def procedure_context(page: ProcedurePage, request: HttpRequest) -> dict[str, Any]:
    """What ``Shown`` has to say, each fact behind a lazy name."""
    shown = Shown(page, request)
    return {
        **{name: SimpleLazyObject(partial(getattr, shown, name)) for name in Shown.NAMES},
        "untranslated": bool(page.alias_of_id) and not get_language().startswith("vi"),
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
