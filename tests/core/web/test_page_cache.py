from __future__ import annotations

import re
import time

import pytest
from django.contrib import messages
from django.db import DatabaseError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils.cache import patch_cache_control

from core.models import CacheGeneration
from core.wagtail.page_serving import DEFAULT_PARAMETERS
from core.web import error_views, outages, page_cache
from core.web.page_cache import GenerationWatch, PageStore, watch
from procedures.models.pages import ViewContextPage
from search import views as search_views
from tests.paths import ROOT

calls: list[str] = []


def page(request: HttpRequest) -> HttpResponse:
    calls.append(request.get_full_path())
    html = f'<script nonce="{request.csp_nonce}"></script>{len(calls)}'
    return page_cache.allow(HttpResponse(html), parameters=("a", "q", "trang"))


def unmarked(request: HttpRequest) -> HttpResponse:
    calls.append(request.path)
    return HttpResponse("ok")


def with_cookie(request: HttpRequest) -> HttpResponse:
    response = page(request)
    response.set_cookie("a", "1")
    return response


def with_message(request: HttpRequest) -> HttpResponse:
    messages.info(request, "Đã lưu")
    return page(request)


def private(request: HttpRequest) -> HttpResponse:
    response = page(request)
    patch_cache_control(response, private=True)
    return response


def gone(request: HttpRequest) -> HttpResponse:
    response = page(request)
    response.status_code = 404
    return response


def with_parameters(request: HttpRequest) -> HttpResponse:
    calls.append(request.get_full_path())
    return page_cache.allow(
        HttpResponse(f"{request.get_full_path()} {len(calls)}"), parameters=("q", "trang")
    )


def fragile(request: HttpRequest) -> HttpResponse:
    if calls:
        raise OperationalError("down")
    return page(request)


urlpatterns = [
    path("trang/", page),
    path("khong/", unmarked),
    path("cookie/", with_cookie),
    path("thong-bao/", with_message),
    path("rieng/", private),
    path("mat/", gone),
    path("yeu/", fragile),
    path("tham-so/", with_parameters),
]
handler500 = error_views.server_error

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.web.test_page_cache")]


@pytest.fixture(autouse=True)
def _cached():
    calls.clear()
    watch.expire()
    with override_settings(PAGE_CACHE_ENABLED=True):
        yield
    watch.expire()


def seen_by_all():
    """Skip the half second after which every process has polled the generation."""
    watch.expire()


class TestHits:
    def test_second_visitor_gets_the_cached_page_without_a_query(self, client, django_assert_num_queries):
        first = client.get("/trang/")
        with django_assert_num_queries(0):
            second = client.get("/trang/")
        assert calls == ["/trang/"]
        assert second.content[-1:] == first.content[-1:] == b"1"
        assert second.headers["Content-Length"] == str(len(second.content))
        for name in ("Content-Type", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy", "ETag"):
            assert second.headers[name] == first.headers[name]

    def test_every_response_has_a_fresh_nonce_in_header_and_body(self, client):
        nonces = set()
        for _ in range(4):
            response = client.get("/trang/")
            (in_body,) = re.findall(r'nonce="([^"]+)"', response.text)
            assert f"'nonce-{in_body}'" in response.headers["Content-Security-Policy"]
            nonces.add(in_body)
        assert len(nonces) == 4
        assert len(calls) == 1

    def test_conditional_request_gets_a_304(self, client):
        etag = client.get("/trang/").headers["ETag"]
        answer = client.get("/trang/", headers={"If-None-Match": etag})
        assert answer.status_code == 304
        assert not answer.content
        assert "Content-Security-Policy" not in answer.headers
        assert client.get("/trang/", headers={"If-None-Match": 'W/"other"'}).status_code == 200

    def test_head_uses_the_cache_but_does_not_fill_it(self, client):
        client.head("/trang/")
        client.get("/trang/")
        assert len(calls) == 2
        assert not client.head("/trang/").content
        assert len(calls) == 2


class TestKeys:
    def test_hosts_paths_queries_and_schemes_have_separate_entries(self, client):
        client.get("/trang/")
        client.get("/trang/?trang=2")
        client.get("/trang/", headers={"Host": "so-y-te.example.vn"})
        client.get("/trang/", secure=True)
        assert len(calls) == 4

    def test_tracking_parameters_are_ignored(self, client):
        client.get("/trang/?q=a")
        client.get("/trang/?q=a&utm_source=zalo&fbclid=1")
        assert len(calls) == 1

    def test_a_long_query_is_not_cached(self, client):
        for _ in range(2):
            client.get("/trang/?q=" + "a" * 300)
        assert len(calls) == 2

    def test_an_unknown_host_gets_no_cached_page(self, client, settings):
        settings.ALLOWED_HOSTS = ["testserver"]
        client.get("/trang/")
        assert client.get("/trang/", headers={"Host": "evil.example"}).status_code == 400


class TestNeverForOnePerson:
    @pytest.mark.parametrize("cookie", ["sessionid", "messages"])
    def test_personal_cookies_bypass_the_cache(self, client, cookie):
        client.get("/trang/")
        client.cookies[cookie] = "x"
        client.get("/trang/")
        assert len(calls) == 2

    def test_signed_in_users_bypass_the_cache(self, client, django_user_model):
        client.force_login(django_user_model.objects.create_user("an"))
        client.get("/trang/")
        client.get("/trang/")
        client.logout()
        client.get("/trang/")
        assert len(calls) == 3

    @pytest.mark.parametrize("headers", [{"Authorization": "Basic x"}, {"Range": "bytes=0-1"}])
    def test_special_requests_bypass_the_cache(self, client, headers):
        client.get("/trang/")
        client.get("/trang/", headers=headers)
        assert len(calls) == 2

    def test_post_bypasses_the_cache(self, client):
        client.get("/trang/")
        client.post("/trang/")
        assert len(calls) == 2

    @pytest.mark.parametrize("address", ["/khong/", "/cookie/", "/thong-bao/", "/rieng/", "/mat/"])
    def test_only_allowed_impersonal_responses_are_cached(self, client, address):
        for _ in range(2):
            client.get(address)
            client.cookies.clear()
        assert len(calls) == 2

    def test_cache_can_be_disabled(self, client):
        with override_settings(PAGE_CACHE_ENABLED=False):
            client.get("/trang/")
            client.get("/trang/")
        assert len(calls) == 2


class TestFreshness:
    def test_a_purge_is_seen_by_the_next_poll(self, client):
        client.get("/trang/")
        page_cache.purge()
        seen_by_all()
        assert client.get("/trang/").content[-1:] == b"2"

    def test_the_database_is_polled_at_most_every_half_second(self, django_assert_num_queries):
        fresh = GenerationWatch()
        fresh.current()
        with django_assert_num_queries(0):
            fresh.current()
        page_cache.purge()
        deadline = time.monotonic() + 60
        while fresh.current() != CacheGeneration.objects.get(scope="site").number:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def test_a_page_rendered_during_a_purge_is_not_current(self, client, monkeypatch):
        client.get("/trang/")
        page_cache.purge()
        client.get("/trang/")  # this process has not asked yet and still shows the old page
        seen_by_all()
        client.get("/trang/")
        assert len(calls) == 2

    def test_a_page_expires(self, client, time_machine, monkeypatch):
        client.get("/trang/")
        now = time.monotonic()
        monkeypatch.setattr("core.web.page_cache.time.monotonic", lambda: now + 301)
        client.get("/trang/")
        assert len(calls) == 2

    def test_expired_pages_are_served_while_the_database_is_down(self, client, monkeypatch):
        client.get("/trang/")

        def down(*_args, **_kwargs):
            raise DatabaseError("down")

        seen_by_all()
        with connection.execute_wrapper(down):
            assert client.get("/trang/").content[-1:] == b"1"

    def test_a_page_of_an_older_generation_is_served_instead_of_an_error(self):
        client = Client(raise_request_exception=False)
        client.get("/yeu/")
        page_cache.purge()
        seen_by_all()
        try:
            assert client.get("/yeu/").status_code == 200
        finally:
            outages.breaker.reset()


class TestStore:
    def entry(self, size, generation=1):
        from core.web.page_cache import CachedResponse  # noqa: PLC0415

        return CachedResponse.of(HttpResponse(b"x" * size), nonce=None, generation=generation, seconds=60)

    def key(self, name):
        return (False, "h", name, "")

    def test_least_recently_used_pages_are_evicted_first(self):
        store = PageStore(100_000)
        for number in range(30):
            store.put(self.key(f"/{number}"), self.entry(3_500))
            store.get(self.key("/0"), 1)
        assert store.get(self.key("/0"), 1)
        assert store.get(self.key("/29"), 1)
        assert store.get(self.key("/1"), 1) is None
        assert store.bytes <= 100_000

    def test_memory_stays_within_the_limit(self):
        store = PageStore(50_000)
        for number in range(500):
            store.put(self.key(f"/{number}"), self.entry(number * 5))
        assert store.bytes <= 50_000
        assert 10 < len(store) < 50

    def test_a_large_page_is_not_stored(self):
        store = PageStore(16_000)
        store.put(self.key("/"), self.entry(2_000))
        assert len(store) == 0

    def test_replacing_a_page_counts_it_once(self):
        store = PageStore(100_000)
        for _ in range(5):
            store.put(self.key("/"), self.entry(1_000))
        assert len(store) == 1
        assert store.bytes == 2_500
        store.clear()
        assert store.bytes == len(store) == 0


class TestParameters:
    """Addresses that declare what they read: anything else in the query string creates no separate entry."""

    def test_unknown_parameters_share_one_entry(self, client):
        client.get("/tham-so/?q=a")
        assert client.get("/tham-so/?q=a&zz=1").content == client.get("/tham-so/?zz=2&q=a").content
        assert calls == ["/tham-so/?q=a"]
        assert client.get("/tham-so/?q=b").content != client.get("/tham-so/?q=a").content

    def test_page_for_all_contains_nobodys_unknown_parameter(self, client):
        client.get("/tham-so/?zz=mine")
        assert b"zz" not in client.get("/tham-so/").content
        assert b"zz" not in client.get("/tham-so/?zz=other").content
        assert calls == ["/tham-so/?zz=mine", "/tham-so/"]

    def test_random_parameters_cannot_fill_the_memory(self, client):
        for number in range(20):
            client.get(f"/tham-so/?zz={number}")
        assert len(calls) == 2

    def test_long_query_of_unknown_parameters_shares_the_entry_too(self, client):
        client.get("/tham-so/?q=a")
        assert (
            client.get("/tham-so/", {"q": "a", "zz": "x" * 300}).content
            == client.get("/tham-so/?q=a").content
        )
        assert calls == ["/tham-so/?q=a"]

    def test_known_parameters_of_pages_are_those_that_they_read(self):
        """Each name that views and templates of public pages read must be declared."""
        read = set()
        for place in ("procedures/views/pages.py", "search/views.py"):
            text = (ROOT / place).read_text()
            read |= set(re.findall(r'(?:GET|query)\.get(?:list)?\("([^"]+)"', text))
        declared = set(ViewContextPage.query_parameters) | set(search_views.PARAMETERS) | DEFAULT_PARAMETERS
        assert read <= declared
