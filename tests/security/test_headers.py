"""Security headers of all responses, and pages without inline scripts and styles."""

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
from tests.security.scenario import make_scenario, text_of

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
def test_public_responses_have_the_security_headers(address: str) -> None:
    front_page()
    assert wrong_headers(Client().get(address)) == {}


def test_private_responses_and_downloads_have_the_security_headers() -> None:
    scenario = make_scenario()
    code, token = scenario.dossier.code, scenario.receipt.token
    officer, citizen = scenario.client("officer_a"), scenario.client("anonymous")
    desk = [
        "/mot-cua/",
        f"/mot-cua/ho-so/{code}/",
        f"/mot-cua/ho-so/{code}/viec/decline/",
        f"/mot-cua/ho-so/{code}/tep/{scenario.file.pk}/",
    ]
    mine = [
        f"/ho-so/{token}/",
        f"/ho-so/{token}/giay/mau-01.pdf",
        f"/ho-so/{token}/tep/{scenario.file.pk}/",
        f"/ho-so/{token}/rut/",
    ]
    for client, addresses in ((officer, desk), (citizen, mine)):
        for address in addresses:
            response = client.get(address)
            assert wrong_headers(response) == {}, address
            assert {"no-store", "private"} <= set(re.split(r",\s*", response["Cache-Control"])), address
            text_of(response)


def test_csrf_failures_and_invalid_hosts_have_the_security_headers() -> None:
    front_page()
    assert wrong_headers(Client(enforce_csrf_checks=True).post("/tra-cuu/", {"code": "a"})) == {}
    with override_settings(ALLOWED_HOSTS=["cong.vn"]):
        response = Client(raise_request_exception=False).get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert wrong_headers(response) == {}


def raise_error(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("mat khau la 123456")


urlpatterns = [path("no/", raise_error), *portal_urls]


@override_settings(ROOT_URLCONF=__name__)
def test_server_error_page_reveals_no_details(caplog: Any) -> None:
    response = Client(raise_request_exception=False).get("/no/")
    text = text_of(response)
    assert response.status_code == 500
    assert wrong_headers(response) == {}
    assert not re.search("Traceback|RuntimeError|123456|Django|settings", text)


class Inline(HTMLParser):
    """Collects violations of a strict policy, and nonces."""

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


def test_pages_have_no_inline_code_and_a_new_nonce_per_response() -> None:
    scenario = make_scenario()
    news()
    agency_site()
    officer, citizen = scenario.client("officer_a"), scenario.client("anonymous")
    citizen.post(f"/nop-ho-so/{scenario.core_code}/")
    filing, mine = f"/nop-ho-so/{scenario.core_code}/", f"/ho-so/{scenario.receipt.token}/"
    dossier = f"/mot-cua/ho-so/{scenario.dossier.code}/"
    machines = ("/quan-tri/", "/robots", "/sitemap", "/health")
    of_citizens = [
        *(address for address in PUBLIC if not address.startswith(machines)),
        *(f"{filing}{part}" for part in ("", "buoc/applicant/", "buoc/child/", "xem-lai/")),
        *(f"{mine}{part}" for part in ("", "noi-dung/", "rut/")),
    ]
    of_officers = ["/mot-cua/", dossier, f"{dossier}viec/decline/", "/tai-khoan/mat-khau/"]
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


def test_production_cookies_are_secure_with_the_host_prefix() -> None:
    code = """
from portal.settings import production as s
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SECURE_HSTS_SECONDS,
      s.SECURE_SSL_REDIRECT, s.DEBUG, s.DEMO, len(s.SECRET_KEY_FALLBACKS), getattr(s, "SESSION_COOKIE_DOMAIN", None))
"""
    environment = {
        "SECRET_KEY": "x" * 60,
        "LOOKUP_SECRETS": "1=" + "x" * 40,
        "FIELD_KEYS": "1=" + "y" * 40,
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
