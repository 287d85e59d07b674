"""The search page and the suggestions under its field."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core.pagecache import allow
from core.throttle import Throttle, client_network
from search.requests import SearchRequest
from search.results import Facet, SearchResult
from search.selectors import search, suggest

#: Facet name of the search → (name in the address, heading).
FACETS: Final[dict[str, tuple[str, Promise | str]]] = {
    "kind": ("loai", _("Kind")),
    "field": ("linh-vuc", _("Field")),
    "agency": ("co-quan", _("Agency")),
    "level": ("cap", _("Level of government")),
    "audience": ("doi-tuong", _("For whom")),
}
KINDS: Final[dict[str, Promise | str]] = {
    "procedure": _("Procedures"),
    "news": _("News"),
    "page": _("Guidance"),
    "agency": _("Agencies"),
}
#: Name in the address of "exactly as I typed it".
VERBATIM: Final = "nguyen-van"
SHOWN: Final = 8
CACHE_SECONDS: Final = 60
#: Enough for a school or a one-stop hall behind one address; remembered pages are not counted.
SEARCHED: Final = Throttle("search.results", limit=600, seconds=300)
SUGGESTED: Final = Throttle("search.suggestions", limit=3000, seconds=300)
EXAMPLES: Final = ("đăng ký kết hôn", "sao y bản chính", "cấp lại giấy khai sinh", "hộ kinh doanh")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 1  # noqa: PLR2004 - deeper than any page


def request_of(query: QueryDict) -> SearchRequest:
    """Return what an address asks; anything that makes no sense is left out."""
    chosen = {name: tuple(query.getlist(param)) for name, (param, _label) in FACETS.items()}
    return SearchRequest(
        query=query.get("q", ""),
        kinds=tuple(kind for kind in chosen["kind"] if kind in KINDS),
        agency=chosen["agency"],
        field=chosen["field"],
        level=chosen["level"],
        audience=chosen["audience"],
        page=_number(query.get("trang", "1")),
        verbatim=query.get(VERBATIM) == "1",
        locale=(get_language() or "vi")[:2],
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
    """Return the facets for the page: the first values shown, the rest folded away; a lonely value is no choice."""
    shown: list[dict[str, object]] = []
    for name, (param, label) in FACETS.items():
        facet = result.facet(name)
        if len(facet.values) > 1 or any(value.selected for value in facet.values):
            values = _labelled(name, facet)
            shown.append({"param": param, "label": label, "values": values[:SHOWN], "more": values[SHOWN:]})
    return shown


def _labelled(name: str, facet: Facet) -> list[dict[str, object]]:
    return [
        {
            "value": value.value,
            "label": KINDS.get(value.value, value.label) if name == "kind" else value.label,
            "count": value.count,
            "selected": value.selected,
        }
        for value in facet.values
    ]


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Show what was found, narrowed by facets; with nothing asked, how to ask."""
    asked = request_of(request.GET)
    if (asked.query or asked.selected) and not SEARCHED.hit(client_network(request)):
        return _too_many(request, asked)
    found = search(asked) if asked.query or asked.selected else None
    context: dict[str, object] = {"asked": asked, "result": found, "examples": EXAMPLES}
    if found:
        context |= {"filters": _filters(found), "page": Page([], found.page, _Pages(found)), "kinds": KINDS}
    response = render(request, "search/results.html", context)
    # A stand-in answer is not kept: the next one may be whole again.
    return response if found and found.degraded else allow(response, seconds=CACHE_SECONDS)


def _too_many(request: HttpRequest, asked: SearchRequest) -> HttpResponse:
    """Say that this network asks too much for now; the words stay in the field, the address asks them again."""
    context = {"asked": asked, "again": request.get_full_path(), "minutes": -(-SEARCHED.seconds_left() // 60)}
    page = render(request, "search/results.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
    return _waiting(page, SEARCHED)


def _waiting(response: HttpResponse, throttle: Throttle) -> HttpResponse:
    response["Retry-After"] = str(throttle.seconds_left())
    return response


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Answer the script of the search field; a person without it gets the page of results."""
    if not SUGGESTED.hit(client_network(request)):
        return _waiting(JsonResponse({"suggestions": []}, status=HTTPStatus.TOO_MANY_REQUESTS), SUGGESTED)
    lines = suggest(request.GET.get("q", ""), locale=(get_language() or "vi")[:2])
    # The kind is said only where it is not a procedure: nearly all are.
    data = [
        {
            "text": line.text,
            "url": line.url,
            "kind": "" if line.kind == "procedure" else str(KINDS.get(line.kind, "")),
        }
        for line in lines
    ]
    response = JsonResponse(
        {"suggestions": data}, json_dumps_params={"ensure_ascii": False}, status=HTTPStatus.OK
    )
    return allow(response, seconds=CACHE_SECONDS)
