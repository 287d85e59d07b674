"""Without database or disk: cached pages are still served, everything else is a 503 with what was typed.

Recovery is noticed.
"""

from __future__ import annotations

import errno
import sqlite3
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, ProgrammingError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from bench.proxy import Proxy
from core.web import outages, page_cache
from core.web.page_cache import watch
from portal import urls as portal_urls

TYPED = {"name": "Nguyễn Thị Thử", "csrfmiddlewaretoken": "x"}
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
failure: list[BaseException] = []


def page(request: HttpRequest) -> HttpResponse:
    if failure:
        raise failure[0]
    return page_cache.allow(HttpResponse("page"), parameters=())


handler400, handler403 = portal_urls.handler400, portal_urls.handler403
handler404, handler500 = portal_urls.handler404, portal_urls.handler500
urlpatterns = [path("trang/", page), path("en/page/", page), path("khac/", page), *portal_urls.urlpatterns]


def gone(state: str | None = None) -> OperationalError:
    """The error of Django for one of psycopg: a connection that fails has no SQLSTATE."""
    error = OperationalError("unable to open database file")
    if state:
        error.__cause__ = psycopg.errors.lookup(state)()
    return error


@pytest.fixture(autouse=True)
def _nothing_fails() -> Iterator[None]:
    outages.breaker.reset()
    failure.clear()
    yield
    failure.clear()
    outages.breaker.reset()


@pytest.fixture
def client(settings: Any) -> Client:
    settings.PAGE_CACHE_ENABLED = True
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.urls(__name__)
class TestPage:
    def test_cached_page_is_served_even_after_it_expired(self, client: Client, monkeypatch: Any) -> None:
        assert client.get("/trang/").status_code == 200
        failure.append(gone())
        assert client.get("/trang/").content == b"page"
        later = time.monotonic() + 3600
        monkeypatch.setattr(page_cache.time, "monotonic", lambda: later)
        response = client.get("/trang/")
        assert (response.status_code, response.content) == (200, b"page")

    def test_other_pages_say_so_and_when_to_come_back(
        self, client: Client, django_assert_num_queries: Any
    ) -> None:
        watch.current()
        failure.append(gone())
        with django_assert_num_queries(0):
            response = client.get("/khac/")
        html = response.content.decode()
        assert response.status_code == 503
        assert int(response["Retry-After"]) > 0
        assert "no-store" in response["Cache-Control"]
        assert "Cổng tạm thời không hoạt động" in html
        assert '<html lang="vi">' in html
        assert response["Content-Security-Policy"]

    def test_english_page(self, client: Client) -> None:
        failure.append(gone())
        html = client.get("/en/page/").content.decode()
        assert "The portal is temporarily unavailable" in html
        assert '<html lang="en">' in html
        assert 'href="/en/"' in html

    def test_what_was_typed_can_be_sent_again(self, client: Client) -> None:
        failure.append(gone())
        for _known in range(2):
            html = client.post("/khac/?buoc=2", TYPED, headers=SAME_ORIGIN).content.decode()
            assert 'name="name" value="Nguyễn Thị Thử"' in html
            assert 'action="/khac/?buoc=2"' in html
            assert 'name="csrfmiddlewaretoken" value="x"' not in html
        foreign = client.post("/khac/", TYPED, headers={"Sec-Fetch-Site": "cross-site"}).content.decode()
        assert "Nguyễn Thị Thử" not in foreign

    def test_database_is_not_asked_by_every_request_and_its_return_is_noticed(
        self, client: Client, monkeypatch: Any
    ) -> None:
        failure.append(gone())
        assert client.get("/khac/").status_code == 503
        failure.clear()
        assert client.get("/khac/").status_code == 503, "within two seconds nobody tries"
        monkeypatch.setattr(outages.breaker, "_open_until", time.monotonic() - 1)
        assert client.get("/khac/").status_code == 200
        assert client.get("/trang/").status_code == 200

    @pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), OSError(errno.EDQUOT, "full")])
    def test_full_disk_is_a_503_for_this_request_only(self, client: Client, error: OSError) -> None:
        failure.append(error)
        assert client.get("/khac/").status_code == 503
        failure.clear()
        assert client.get("/khac/").status_code == 200

    @pytest.mark.parametrize(
        "error", [ProgrammingError("x"), OSError(errno.EACCES, "x"), ZeroDivisionError()]
    )
    def test_faults_of_the_portal_stay_a_500(self, client: Client, error: Exception) -> None:
        failure.append(error)
        assert client.get("/khac/").status_code == 500


@pytest.mark.parametrize(
    ("state", "away"),
    [(None, True), ("08006", True), ("57P01", True), ("57P03", True), ("53300", True), ("40P01", False),
     ("55P03", False), ("53100", False)],
)  # fmt: skip
def test_lock_or_full_disk_of_the_server_is_not_an_outage_for_others(state: str | None, away: bool) -> None:
    error = gone(state)
    assert outages.is_temporary(error)
    assert outages.is_database_away(error) is away


@pytest.mark.parametrize(
    ("text", "away"), [("unable to open database file", True), ("database is locked", False)]
)
def test_sqlite_is_unavailable_only_without_its_file(text: str, away: bool) -> None:
    error = OperationalError(text)
    error.__cause__ = sqlite3.OperationalError(text)
    assert outages.is_database_away(error) is away
    assert not outages.is_database_away(ProgrammingError("syntax"))


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """PostgreSQL behind a proxy that the test may cut."""
    values = connection.settings_dict
    before = values["HOST"], values["PORT"]
    made = Proxy(before[0], int(before[1]))
    connection.close()
    values["HOST"], values["PORT"] = "127.0.0.1", str(made.port)
    yield made
    made.cut()
    connection.close()
    values["HOST"], values["PORT"] = before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestRealServer:
    """PostgreSQL goes away and comes back."""

    def test_front_page_is_served_the_desk_is_not_and_everything_recovers(
        self, client: Client, proxy: Proxy
    ) -> None:
        assert client.get("/").status_code == 200
        assert client.get("/tra-cuu/").status_code == 200
        proxy.cut()
        connection.close()
        assert client.get("/").status_code == 200
        for address in ("/tim-kiem/?q=khai+sinh", "/tra-cuu/?ma=H12-1", "/thu-tuc/khong-co/", "/quan-tri/"):
            began = time.monotonic()
            response = client.get(address)
            assert response.status_code in {200, 302, 503}, address
            assert (
                time.monotonic() - began < django_settings.DATABASES["default"]["OPTIONS"]["connect_timeout"]
            )
        assert client.get("/ho-so/khong-co/").status_code == 503
        assert client.get("/healthz").status_code == 503
        proxy.restore()
        end = time.monotonic() + 10
        while client.get("/ho-so/khong-co/").status_code != 404:
            assert time.monotonic() < end, "the portal did not come back"
            time.sleep(0.1)
        assert client.get("/healthz").status_code == 200
