"""Error pages for missing, forbidden and failed requests reveal nothing confidential."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from portal import urls as portal_urls


def raise_(problem: type[Exception]) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        raise problem

    return view


def ok(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


handler400, handler403 = portal_urls.handler400, portal_urls.handler403
handler404, handler500 = portal_urls.handler404, portal_urls.handler500
urlpatterns = [
    path("thieu/", raise_(Http404)),
    path("cam/", raise_(PermissionDenied)),
    path("hong/", raise_(ZeroDivisionError)),
    path("xau/", raise_(BadRequest)),
    path("ngo/", raise_(SuspiciousOperation)),
    path("gui/", ok),
    *portal_urls.urlpatterns,
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def test_missing_page_offers_search_and_links(client: Client) -> None:
    response = client.get("/thieu/")
    html = response.content.decode()
    assert response.status_code == 404
    assert "Không tìm thấy trang này" in html
    assert '<form class="search" action="/tim-kiem/" method="get" role="search">' in html
    for way in ("/thu-tuc/", "/tra-cuu/", "/"):
        assert f'href="{way}"' in html


def test_forbidden_looks_like_missing(client: Client) -> None:
    missing, forbidden = client.get("/thieu/"), client.get("/cam/")
    assert forbidden.status_code == missing.status_code == 404
    assert _without_place(forbidden) == _without_place(missing)


def _without_place(response: Any) -> str:
    nonce = getattr(response.wsgi_request, "csp_nonce", None) or "-"
    html: str = response.content.decode()
    return html.replace(str(nonce), "").replace(response.wsgi_request.path, "")


def test_english_page_stays_in_english(client: Client) -> None:
    html = client.get("/en/khong-co/").content.decode()
    assert "Page not found" in html
    assert 'href="/en/thu-tuc/"' in html
    assert '<html lang="en">' in html


@pytest.mark.parametrize("place", ["/xau/", "/ngo/"])
def test_bad_request_page(client: Client, place: str) -> None:
    response = client.get(place)
    assert response.status_code == 400
    assert "Không đọc được yêu cầu này" in response.content.decode()


def test_server_error_page_needs_no_database(django_assert_num_queries: Any) -> None:
    client = Client(raise_request_exception=False)
    with django_assert_num_queries(0):
        response = client.get("/hong/")
    html = response.content.decode()
    assert response.status_code == 500
    assert settings.PORTAL_NAME in html
    assert "Traceback" not in html


@pytest.mark.parametrize(("cookie", "cause"), [
    ("a" * 32, "Trang đã mở quá lâu"), ("", "Trình duyệt không gửi cookie của cổng"),
])  # fmt: skip
def test_csrf_failure_page_explains_the_cause(cookie: str, cause: str) -> None:
    client = Client(enforce_csrf_checks=True)
    if cookie:
        client.cookies[settings.CSRF_COOKIE_NAME] = cookie
    response = client.post("/gui/", {"csrfmiddlewaretoken": "b" * 32})
    html = response.content.decode()
    assert response.status_code == 403
    assert f"<h1>{cause}</h1>" in html
    assert "CSRF" not in html
