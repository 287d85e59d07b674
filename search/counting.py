"""Which requests count as searches of a visitor."""

from __future__ import annotations

import re
from typing import Final

from django.http import HttpRequest

from core.web.csp import ADMIN_PREFIX
from core.web.throttle import client_network
from search.requests import SearchRequest
from search.results import SearchResult
from search.services.query_counts import COUNTER

#: User agents that identify as robots; one that pretends to be a browser is limited per network instead.
_ROBOT: Final = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|monitor|scan|fetch|headless|lighthouse|"
    r"curl|wget|python|java/|go-http|okhttp|libwww|httpclient|scrapy|axios|node",
    re.IGNORECASE,
)


def is_counted(request: HttpRequest) -> bool:
    """Return True for a visitor's GET: not a prefetch, not by a robot (user agent), and not opened from the admin."""
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
        # Filters and later pages belong to a search that has already been counted.
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
