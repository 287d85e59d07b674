"""The headers of every answer, and pages without anything inline."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from portal.urls import urlpatterns as portal_urls
from tests.home.factories import agency_site, front_page, news
from tests.security.world import make_world, text_of

pytestmark = pytest.mark.django_db
PUBLIC = (
    "/",
    "/tim-kiem/?q=giay",
    "/tra-cuu/",
    "/tin-tuc/",
    "/co-quan/",
    "/thu-tuc/",
    "/tai-khoan/dang-nhap/",
    "/khong-co/",
    "/thu-tuc/ma/9.999999/",
    "/ho-so/khong-co/",
    "/a%00b",
    "/quan-tri/khong-co/",
    "/robots.txt",
    "/sitemap.xml",
    "/healthz",
    "/tim-kiem/goi-y/?q=giay",
    "/nop-ho-so/9.999999/",
    "/quan-tri/password_reset/",
)
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def wrong_headers(response: Any) -> dict[str, str | None]:
    found = {name: response.get(name) for name, value in EXPECTED.items() if response.get(name) != value}
    policy = response.get("Content-Security-Policy", "")
    if "default-src 'self'" not in policy and "default-src 'none'" not in policy:
        found["Content-Security-Policy"] = policy
    if "camera=()" not in response.get("Permissions-Policy", ""):
        found["Permissions-Policy"] = response.get("Permissions-Policy")
    found |= {
        name: response[name]
        for name in ("Server", "X-Powered-By", "Access-Control-Allow-Origin")
        if name in response
    }
    return found


@pytest.mark.parametrize("address", PUBLIC)
def test_every_public_answer_carries_the_headers(address: str) -> None:
    front_page()
    assert wrong_headers(Client().get(address)) == {}


def test_answers_to_people_and_downloads_carry_them_too() -> None:
    world = make_world()
    code, token = world.dossier.code, world.told.token
    officer, citizen = world.client("officer_a"), world.client("anonymous")
    desk = [
        "/mot-cua/",
        f"/mot-cua/ho-so/{code}/",
        f"/mot-cua/ho-so/{code}/viec/refuse/",
        f"/mot-cua/ho-so/{code}/tep/{world.file.pk}/",
    ]
    mine = [
        f"/ho-so/{token}/",
        f"/ho-so/{token}/giay/mau-01.pdf",
        f"/ho-so/{token}/tep/{world.file.pk}/",
        f"/ho-so/{token}/rut/",
    ]
    for client, addresses in ((officer, desk), (citizen, mine)):
        for address in addresses:
            response = client.get(address)
            assert wrong_headers(response) == {}, address
            assert {"no-store", "private"} <= set(re.split(r",\s*", response["Cache-Control"])), address
            text_of(response)


def test_a_refused_form_and_a_foreign_host_carry_them() -> None:
    front_page()
    assert wrong_headers(Client(enforce_csrf_checks=True).post("/tra-cuu/", {"code": "a"})) == {}
    with override_settings(ALLOWED_HOSTS=["cong.vn"]):
        response = Client(raise_request_exception=False).get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert wrong_headers(response) == {}


def boom(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("mat khau la 123456")


urlpatterns = [path("no/", boom), *portal_urls]


@override_settings(ROOT_URLCONF=__name__)
def test_an_error_of_ours_tells_nothing(caplog: Any) -> None:
    response = Client(raise_request_exception=False).get("/no/")
    text = text_of(response)
    assert response.status_code == 500
    assert wrong_headers(response) == {}
    assert not re.search("Traceback|RuntimeError|123456|Django|settings", text)


class Inline(HTMLParser):
    """Collects what a strict policy forbids, and the nonces that were used."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.nonces: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if (
            tag == "script"
            and "src" not in given
            and given.get("type") not in {"application/json", "application/ld+json"}
        ):
            self.found.append("inline script")
        if tag == "script":
            self.nonces.add(given.get("nonce", ""))
        bad = [name for name in given if name.startswith("on") or name == "style"]
        links = [value for name, value in given.items() if name in {"href", "src", "action", "formaction"}]
        foreign = [
            value for value in links if re.match(r"\s*(javascript|data|vbscript):", value, re.IGNORECASE)
        ]
        self.found += [f"{tag} {name}" for name in bad + foreign] + (
            ["style element"] if tag == "style" else []
        )


def test_no_page_has_anything_inline_and_each_answer_its_own_nonce() -> None:
    world = make_world()
    news()
    agency_site()
    officer, citizen = world.client("officer_a"), world.client("anonymous")
    citizen.post(f"/nop-ho-so/{world.core_code}/")
    filing, mine = f"/nop-ho-so/{world.core_code}/", f"/ho-so/{world.told.token}/"
    dossier = f"/mot-cua/ho-so/{world.dossier.code}/"
    machines = ("/quan-tri/", "/robots", "/sitemap", "/health")
    of_citizens = [
        *(address for address in PUBLIC if not address.startswith(machines)),
        *(f"{filing}{part}" for part in ("", "buoc/applicant/", "buoc/child/", "xem-lai/")),
        *(f"{mine}{part}" for part in ("", "noi-dung/", "rut/")),
    ]
    of_officers = ["/mot-cua/", dossier, f"{dossier}viec/refuse/", "/tai-khoan/mat-khau/"]
    pages = [
        *((citizen, address) for address in of_citizens),
        *((officer, address) for address in of_officers),
    ]
    seen: set[str] = set()
    for client, address in pages:
        response = client.get(address)
        page = Inline(text_of(response))
        assert page.found == [], address
        for nonce in page.nonces:
            assert f"'nonce-{nonce}'" in response["Content-Security-Policy"], address
            assert nonce not in seen
        seen |= page.nonces
    assert len(seen) > 10


def test_production_sends_cookies_only_over_tls_and_under_names_that_no_sibling_site_can_set() -> None:
    code = """
from portal.settings import production as s
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SECURE_HSTS_SECONDS,
      s.SECURE_SSL_REDIRECT, s.DEBUG, s.DEMO, len(s.SECRET_KEY_FALLBACKS), getattr(s, "SESSION_COOKIE_DOMAIN", None))
"""
    environment = {
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "cong.vn",
        "BASE_URL": "https://cong.vn",
        "PATH": "",
        "DATABASE_URL": "postgres://u:p@127.0.0.1:1/x",
        "SECRET_KEY_FALLBACKS": "old-one",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    said = done.stdout.split()
    assert done.returncode == 0, done.stderr
    assert said == [
        "True",
        "True",
        "__Host-sessionid",
        "__Host-csrftoken",
        "31536000",
        "True",
        "False",
        "False",
        "1",
        "None",
    ]
