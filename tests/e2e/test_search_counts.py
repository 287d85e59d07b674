"""What the script of the results page reports under the strict policy: one view, and the first choice."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request

from search import counting
from search.models import SearchedQuery, SearchedQueryClick, SearchedQueryDay
from search.services.query_counts import COUNTER

pytestmark = pytest.mark.browser
RESULTS = "/tim-kiem/?q=tinh+trang+hon+nhan"


@pytest.fixture(autouse=True)
def _counting(settings, monkeypatch):
    """Count the test's browser, although it identifies itself as headless, and write only when the test asks for it."""
    settings.SEARCH_COUNT_QUERIES = True
    monkeypatch.setattr(counting, "_ROBOT", re.compile("(?!)"))
    COUNTER.clear()
    COUNTER._next_flush = float("inf")
    yield
    COUNTER.clear()
    SearchedQuery.objects.all().delete()


def reports(page: Page) -> list[str]:
    """Return a list of the bodies that the page sends from now on."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/luot-tim/"):
            sent.append(request.post_data or "")

    page.on("request", note)
    return sent


def test_results_are_reported_as_seen_and_the_first_choice_once(scenario_visits, scenario):
    page = scenario_visits.page()
    sent = reports(page)
    page.goto(RESULTS, wait_until="networkidle")
    assert sent == ["q=tinh+trang+hon+nhan"]
    link = page.locator("[data-document] a").first
    with page.expect_response(re.compile("/luot-tim/")) as answer:
        link.click(modifiers=["Control"])
    assert answer.value.status == 204
    link.click()
    page.wait_for_load_state("networkidle")
    key = f"procedure:{scenario.province.procedure.pk}"
    assert sent[1:] == [f"q=tinh+trang+hon+nhan&d={key.replace(':', '%3A')}"]
    assert scenario.province.procedure.url in page.url
    COUNTER.flush()
    day = SearchedQueryDay.objects.get()
    assert (day.shown, day.seen, day.clicked) == (1, 1, 1)
    assert list(SearchedQueryClick.objects.values_list("document", "count")) == [(key, 1)]


def test_filtered_pages_report_no_second_search(scenario_visits):
    page = scenario_visits.page()
    sent = reports(page)
    page.goto(f"{RESULTS}&loai=procedure", wait_until="networkidle")
    assert sent == []
