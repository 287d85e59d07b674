"""Which requests are counted, what a page reports without a cookie, and what a hostile sender can do."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.web.throttle import Throttle
from search import views
from search.models import SearchedQuery, SearchedQueryClick, SearchedQueryDay
from search.services.query_counts import COUNTER
from tests.search.samples import SearchFixture

pytestmark = pytest.mark.django_db
PAGE, ADDRESS = "/tim-kiem/", "/tim-kiem/luot-tim/"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _counting(settings: Any):
    settings.SEARCH_COUNT_QUERIES = True
    settings.SEARCH_QUERY_MIN_NETWORKS = 1
    cache.clear()
    COUNTER.clear()
    COUNTER._next_flush = float("inf")
    yield
    COUNTER.clear()


@pytest.fixture
def browser() -> Client:
    return Client(headers={"user-agent": BROWSER, "sec-fetch-site": "same-origin"})


def report(client: Client, body: str = "q=ket+hon", content_type: str = FORM, **extra: Any) -> int:
    response = client.generic("POST", extra.pop("path", ADDRESS), body, content_type, **extra)
    assert not response.cookies
    return response.status_code


def counts() -> dict[str, tuple[int, ...]]:
    COUNTER.flush()
    fields = ("query__text", "shown", "without_result", "low_confidence", "seen", "clicked")
    return {text: tuple(numbers) for text, *numbers in SearchedQueryDay.objects.values_list(*fields)}


class TestShown:
    def test_pages_of_results_are_counted_with_what_they_found(self, browser: Client, samples: SearchFixture):
        samples.add("Đăng ký kết hôn")
        samples.sync()
        browser.get(PAGE, {"q": "kết hôn"})
        browser.get(PAGE, {"q": "xyzzy"})
        assert counts() == {"kết hôn": (1, 0, 0, 0, 0), "xyzzy": (1, 1, 0, 0, 0)}

    def test_pages_from_the_cache_are_counted_too(
        self, browser: Client, settings: Any, samples: SearchFixture
    ):
        settings.PAGE_CACHE_ENABLED = True
        samples.add("Đăng ký kết hôn")
        samples.sync()
        cached = Client(headers={"user-agent": BROWSER})
        for _time in range(3):
            cached.get(PAGE, {"q": "kết hôn"})
        assert counts() == {"kết hôn": (3, 0, 0, 0, 0)}

    def test_robots_are_not_counted_on_cached_pages_either(self, settings: Any, samples: SearchFixture):
        settings.PAGE_CACHE_ENABLED = True
        client = Client()
        client.get(PAGE, {"q": "kết hôn"}, headers={"user-agent": BROWSER})
        client.get(PAGE, {"q": "kết hôn"}, headers={"user-agent": "Googlebot/2.1"})
        assert counts()["kết hôn"][0] == 1

    @pytest.mark.parametrize(
        "headers",
        [
            {"user-agent": ""},
            {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
            {"user-agent": "facebookexternalhit/1.1 crawler"},
            {"user-agent": "python-requests/2.32"},
            {"user-agent": "curl/8.5.0"},
            {"user-agent": BROWSER, "sec-purpose": "prefetch;prerender"},
            {"user-agent": BROWSER, "referer": "http://testserver/quan-tri/tu-khoa/"},
        ],
    )
    def test_robots_prefetches_and_visits_from_the_admin_are_not_counted(
        self, client: Client, headers: dict[str, str]
    ):
        client.get(PAGE, {"q": "kết hôn"}, headers=headers)
        assert counts() == {}

    @pytest.mark.parametrize(
        "asked", [{"q": "kết hôn", "trang": "2"}, {"q": "kết hôn", "loai": "sample"}, {"loai": "sample"}]
    )
    def test_later_pages_and_filters_are_part_of_a_counted_search(
        self, browser: Client, samples: SearchFixture, asked: dict[str, str]
    ):
        for number in range(12):
            samples.add(f"Đăng ký kết hôn {number}")
        samples.sync()
        browser.get(PAGE, asked)
        assert counts() == {}

    def test_head_requests_are_not_counted(self, browser: Client):
        browser.head(PAGE, {"q": "kết hôn"})
        assert counts() == {}

    def test_languages_are_counted_separately(self, browser: Client):
        browser.get("/en/tim-kiem/", {"q": "marriage"})
        counts()
        assert SearchedQuery.objects.get().language == "en"

    def test_a_search_runs_no_query_for_its_count(self, browser: Client):
        browser.get(PAGE, {"q": "kết hôn"})
        with CaptureQueriesContext(connection) as queries:
            browser.get(PAGE, {"q": "kết hôn"})
        assert not [one for one in queries if "searchedquery" in one["sql"]]
        assert counts()["kết hôn"][0] == 2


class TestReports:
    def test_the_page_contains_the_address_the_query_and_the_documents(
        self, browser: Client, samples: SearchFixture
    ):
        found = samples.add("Đăng ký kết hôn")
        samples.sync()
        page = browser.get(PAGE, {"q": 'kết "hôn'}).content.decode()
        assert f'data-count="{ADDRESS}"' in page
        assert 'data-query="kết &quot;hôn"' in page
        assert f'data-document="{found.key}"' in page
        assert "js/search.js" in page
        assert "data-first" in page
        assert "data-first" not in browser.get(PAGE, {"q": "kết hôn", "loai": "sample"}).content.decode()

    def test_a_choice_is_counted_with_its_document(self, browser: Client, samples: SearchFixture):
        found = samples.add("Đăng ký kết hôn")
        samples.sync()
        browser.get(PAGE, {"q": "kết hôn"})
        assert report(browser) == 204
        assert report(browser, f"q=kết+hôn&d={found.key}") == 204
        assert counts() == {"kết hôn": (1, 0, 0, 1, 1)}
        assert SearchedQueryClick.objects.get().document == found.key

    def test_a_report_never_creates_a_query(self, browser: Client):
        assert report(browser) == 204
        counts()
        assert counts() == {}

    def test_pages_of_other_sites_cannot_report(self, samples: SearchFixture):
        client = Client(headers={"user-agent": BROWSER})
        client.get(PAGE, {"q": "kết hôn"})
        assert report(client, headers={"sec-fetch-site": "cross-site"}) == 403
        assert report(client, headers={"origin": "https://evil.example"}) == 403
        assert report(client) == 403
        assert report(client, headers={"origin": "http://testserver"}) == 204
        assert counts()["kết hôn"][3] == 1

    def test_large_and_unexpected_bodies_are_refused(self, browser: Client):
        assert report(browser, "q=" + "a" * 5000) == 413
        assert report(browser, '{"q": "a"}', "application/json") == 415
        assert report(browser, "--x--", "multipart/form-data; boundary=x") == 415

    def test_only_post_is_allowed(self, browser: Client):
        assert browser.get(ADDRESS).status_code == 405

    def test_one_network_may_report_a_limited_number_of_times(
        self, browser: Client, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(views, "REPORTS_PER_NETWORK", Throttle("test.count", limit=2, seconds=300))
        assert [report(browser) for _time in range(3)] == [204, 204, 429]
        assert report(browser, REMOTE_ADDR="203.0.113.9") == 204

    def test_all_networks_together_are_limited(self, browser: Client, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(views, "REPORTS_IN_TOTAL", Throttle("test.total", limit=2, seconds=300))
        found = [report(browser, REMOTE_ADDR=f"203.0.113.{number}") for number in range(3)]
        assert found == [204, 204, 429]

    @pytest.mark.parametrize("key", ["dossier:H12.46", "x" * 200, "../x", "procedure:1'--", "procedure"])
    def test_only_keys_of_documents_are_accepted(self, browser: Client, key: str):
        browser.get(PAGE, {"q": "kết hôn"})
        assert report(browser, f"q=ket+hon&d={key}") == 204
        counts()
        assert not SearchedQueryClick.objects.exists()

    @hypothesis_settings(
        max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
    )
    @given(
        body=st.binary(max_size=600),
        kind=st.sampled_from([FORM, f"{FORM}; charset=latin-9", "text/plain", ""]),
    )
    def test_no_body_causes_a_server_error(self, browser: Client, body: bytes, kind: str):
        response = browser.generic("POST", ADDRESS, b"q=" + body, kind)
        assert response.status_code in {204, 400, 403, 413, 415, 429}
        COUNTER.flush()

    @hypothesis_settings(
        max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
    )
    @given(query=st.text(max_size=120), document=st.text(max_size=40))
    def test_no_text_causes_a_server_error(self, browser: Client, query: str, document: str):
        query = query.encode("utf-8", "ignore").decode()
        browser.get(PAGE, {"q": query})
        response = browser.post(
            ADDRESS, {"q": query, "d": document.encode("utf-8", "ignore").decode()}, headers={"accept": "*/*"}
        )
        assert response.status_code in {400, 415}
        COUNTER.flush()
