"""Which requests count as searches of a visitor, and the address to which the script of the results page reports."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.web.browser_reports import refusal
from core.web.csp import ADMIN_PREFIX
from core.web.origins import is_same_origin
from core.web.throttle import Throttle, client_network
from search.requests import SearchRequest, readable
from search.results import SearchResult
from search.services.query_counts import COUNTER

MAX_BYTES: Final = 4 * 1024
FORM: Final = "application/x-www-form-urlencoded"
PER_NETWORK: Final = Throttle("search.count", limit=600, seconds=300)
IN_TOTAL: Final = Throttle("search.count.total", limit=60_000, seconds=300)
#: Robots by their own word; whoever pretends to be a browser is limited per network instead.
_ROBOT: Final = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|monitor|scan|fetch|headless|lighthouse|"
    r"curl|wget|python|java/|go-http|okhttp|libwww|httpclient|scrapy|axios|node",
    re.IGNORECASE,
)
_DOCUMENT: Final = re.compile(r"[a-z_]{1,20}:[\w.-]{1,100}")


def is_counted(request: HttpRequest) -> bool:
    """Return True for a GET of a visitor: no prefetch, no robot by its user agent, not opened from the admin."""
    if request.method != "GET":
        return False
    headers = request.headers
    agent = headers.get("User-Agent", "")
    purpose = headers.get("Sec-Purpose", "") or headers.get("Purpose", "")
    if not agent or _ROBOT.search(agent) or purpose.startswith(("prefetch", "prerender")):
        return False
    return f"{request.get_host()}{ADMIN_PREFIX}" not in headers.get("Referer", "")


class ShownResults:
    """Counts each delivery of one page of results, rendered or from the page cache."""

    def __init__(self, asked: SearchRequest, found: SearchResult) -> None:
        self._asked, self._total, self._low = asked, found.total, found.low_confidence
        # Filters and later pages belong to a search that was counted.
        self.is_first = bool(asked.query) and not asked.selected and found.page == 1

    def __call__(self, request: HttpRequest) -> None:
        """Count the delivery if a visitor asked for it."""
        if self.is_first and is_counted(request):
            COUNTER.shown(
                self._asked.query,
                language=self._asked.locale,
                network=client_network(request),
                total=self._total,
                low_confidence=self._low,
            )


@csrf_exempt
@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Count what the script of the results page reports: seen, or a result chosen; 204, also if nothing is counted.

    ``q`` is the query, ``d`` the key of the chosen document. No cookie is read or set; only a page of this site may
    report. What is reported adds to queries that were counted when they were shown, and never creates one.
    """
    if not is_same_origin(request):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    refused = refusal(request, types={FORM}, max_bytes=MAX_BYTES, per_network=PER_NETWORK, in_total=IN_TOTAL)
    if refused is not None:
        return refused
    network = client_network(request)
    query, document = readable(request.POST.get("q", "")), request.POST.get("d", "")
    language = (get_language() or "vi")[:2]
    if not document:
        COUNTER.seen(query, language=language, network=network)
    elif _DOCUMENT.fullmatch(document):
        COUNTER.clicked(query, language=language, network=network, document=document)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
