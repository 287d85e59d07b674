"""The search page and the suggestions below its field."""

from __future__ import annotations

import re
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from core.wagtail.languages import in_active_language
from core.web import page_cache
from core.web.browser_reports import refusal
from core.web.origins import is_same_origin
from core.web.throttle import Throttle, client_network
from search.counting import ShownResults
from search.documents import public_kinds
from search.requests import SearchRequest, readable
from search.results import SearchResult
from search.selectors.guidance import all_offices, guidance
from search.selectors.search import search, suggest
from search.services.query_counts import COUNTER

#: Facet → (name in the query string, heading).
FACETS: Final[dict[str, tuple[str, Promise | str]]] = {
    "kind": ("loai", _("Type")),
    "field": ("linh-vuc", _("Field")),
    "agency": ("co-quan", _("Agency")),
    "level": ("cap", _("Level of government")),
    "audience": ("doi-tuong", _("For whom")),
}
#: Name in the query string of "search for exactly what I typed".
VERBATIM: Final = "nguyen-van"
#: Everything that the results read from the query string.
PARAMETERS: Final = ("q", "trang", VERBATIM, *(param for param, _label in FACETS.values()))
#: Facet values shown before "more".
SHOWN_VALUES: Final = 8
CACHE_SECONDS: Final = 60
#: Enough for a school or a one-stop desk behind one address; pages from the cache are not counted.
SEARCH_THROTTLE: Final = Throttle("search.results", limit=600, seconds=300)
SUGGESTION_THROTTLE: Final = Throttle("search.suggestions", limit=3000, seconds=300)
#: Limits of the reports that the script of the results page sends.
MAX_REPORT_BYTES: Final = 4 * 1024
REPORT_TYPE: Final = "application/x-www-form-urlencoded"
REPORTS_PER_NETWORK: Final = Throttle("search.count", limit=600, seconds=300)
REPORTS_IN_TOTAL: Final = Throttle("search.count.total", limit=60_000, seconds=300)
_DOCUMENT_KEY: Final = re.compile(r"[a-z_]{1,20}:[\w.-]{1,100}")


def _locale() -> str:
    return (get_language() or "vi")[:2]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 1  # noqa: PLR2004 - deeper than any page


def request_of(query: QueryDict) -> SearchRequest:
    """Return the search request in a query string, ignoring invalid values."""
    selected = {name: tuple(query.getlist(param)) for name, (param, _label) in FACETS.items()}
    kinds = public_kinds()
    return SearchRequest(
        query=query.get("q", ""),
        kinds=tuple(kind for kind in selected["kind"] if kind in kinds),
        agency=selected["agency"],
        field=selected["field"],
        level=selected["level"],
        audience=selected["audience"],
        page=_number(query.get("trang", "1")),
        verbatim=query.get(VERBATIM) == "1",
        locale=_locale(),
    )


class _Pages(Paginator[None]):
    """Knows the number of pages without having the hits."""

    def __init__(self, result: SearchResult) -> None:
        super().__init__([], 1)
        self.result = result

    @property
    def num_pages(self) -> int:
        return self.result.pages

    @property
    def count(self) -> int:
        return self.result.total


def _filters(result: SearchResult) -> list[dict[str, object]]:
    """Return the facets for the page, except those that offer no choice; ``more`` are the collapsed values."""
    kinds = public_kinds()
    filters: list[dict[str, object]] = []
    by_name = {facet.name: facet for facet in result.facets}
    for name, (param, label) in FACETS.items():
        facet = by_name.get(name)
        if facet and (len(facet.values) > 1 or any(value.selected for value in facet.values)):
            labels = {kind: source.label for kind, source in kinds.items()} if name == "kind" else {}
            values = [
                {
                    "value": value.value,
                    "label": labels.get(value.value) or value.label,
                    "count": value.count,
                    "selected": value.selected,
                }
                for value in facet.values
            ]
            shown, more = values[:SHOWN_VALUES], values[SHOWN_VALUES:]
            filters.append({"param": param, "label": label, "values": shown, "more": more})
    return filters


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Show the hits with filters; without a query, examples of queries."""
    asked = request_of(request.GET)
    is_search = bool(asked.query or asked.selected)
    if is_search and not SEARCH_THROTTLE.hit(client_network(request)):
        return _too_many_requests(request, asked)
    found = search(asked) if is_search else None
    if found and found.page > found.pages:
        # An old link, or a filter chosen on a later page.
        found = search(replace(asked, page=found.pages))
    context: dict[str, object] = {"asked": asked, "result": found, "examples": settings.SEARCH_EXAMPLES}
    if found:
        context |= {"filters": _filters(found), "page": Page([], found.page, _Pages(found))}
    shown = ShownResults(asked, found) if found else None
    if found and shown:
        context |= {"is_first": shown.is_first, "guidance": guidance(asked, found)}
        shown(request)
    response = render(request, "search/results.html", context)
    # A degraded answer is not cached: the next one may be complete.
    if found and found.degraded:
        return response
    seconds = page_cache.until_midnight(at_most=CACHE_SECONDS)
    return page_cache.allow(response, seconds=seconds, parameters=PARAMETERS, on_hit=shown)


@require_safe
def other_offices(request: HttpRequest) -> HttpResponse:
    """List the offices for matters that the portal does not handle."""
    context = {"offices": all_offices(_locale())}
    return page_cache.allow(render(request, "search/other_offices.html", context), parameters=())


def _too_many_requests(request: HttpRequest, asked: SearchRequest) -> HttpResponse:
    """Return 429; the page keeps the query and links to the same address."""
    minutes = -(-SEARCH_THROTTLE.seconds_left() // 60)
    context = {"asked": asked, "again": request.get_full_path(), "minutes": minutes}
    page = render(request, "search/results.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
    return _with_retry_after(page, SEARCH_THROTTLE)


def _with_retry_after(response: HttpResponse, throttle: Throttle) -> HttpResponse:
    response["Retry-After"] = str(throttle.seconds_left())
    return response


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Return suggestions as JSON for the script of the search field."""
    if not SUGGESTION_THROTTLE.hit(client_network(request)):
        empty = JsonResponse({"suggestions": []}, status=HTTPStatus.TOO_MANY_REQUESTS)
        return _with_retry_after(empty, SUGGESTION_THROTTLE)
    named = {kind: str(source.label) for kind, source in public_kinds().items() if source.in_suggestions}
    data = [
        {"text": line.text, "url": in_active_language(line.url), "kind": named.get(line.kind, "")}
        for line in suggest(request.GET.get("q", ""), locale=_locale())
    ]
    response = JsonResponse({"suggestions": data}, json_dumps_params={"ensure_ascii": False})
    return page_cache.allow(response, seconds=CACHE_SECONDS, parameters=("q",))


@csrf_exempt
@require_POST
def count_report(request: HttpRequest) -> HttpResponse:
    """Count what the script of the results page reports: seen, or a result chosen; 204 even if nothing is counted.

    ``q`` is the query, ``d`` the key of the chosen document. No cookie is read or set; only a page of this site may
    report. A report only adds to queries that were counted when shown; it never creates one.
    """
    if not is_same_origin(request):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    refused = refusal(
        request, types={REPORT_TYPE}, max_bytes=MAX_REPORT_BYTES,
        per_network=REPORTS_PER_NETWORK, in_total=REPORTS_IN_TOTAL,
    )  # fmt: skip
    if refused is not None:
        return refused
    network = client_network(request)
    query, document = readable(request.POST.get("q", "")), request.POST.get("d", "")
    if not document:
        COUNTER.seen(query, language=_locale(), network=network)
    elif _DOCUMENT_KEY.fullmatch(document):
        COUNTER.clicked(query, language=_locale(), network=network, document=document)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
