"""The page cache cannot be poisoned and stores no personal pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from core.web.page_cache import PageStore
from tests.home.factories import front_page, news
from tests.security.scenario import Scenario, make_scenario, text_of

pytestmark = pytest.mark.django_db
PAGES = ("/", "/tim-kiem/?q=giay", "/tin-tuc/", "/thu-tuc/", "/co-quan/", "/robots.txt")
CANARY = "hoamai"


class Visitor:
    """Clients that share one handler, since the cache belongs to the process."""

    def __init__(self) -> None:
        self.handler = Client().handler

    def __call__(self, client: Client | None = None, **options: Any) -> Client:
        browser = client or Client(**options)
        browser.handler = self.handler
        return browser


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


@pytest.fixture(autouse=True)
def cached_keys(settings, monkeypatch) -> list[object]:
    """Enable the cache and return the list of keys written to it."""
    settings.PAGE_CACHE_ENABLED = True
    keys: list[object] = []
    put = PageStore.put
    monkeypatch.setattr(
        PageStore, "put", lambda self, key, entry: (keys.append(key), put(self, key, entry))[1]
    )
    return keys


POISON = (
    {"query": f"utm_source={CANARY}"},
    {"query": f"fbclid={CANARY}%22%3E"},
    {"query": f"utm_x={CANARY}&zarsrc=1"},
    {"HTTP_X_FORWARDED_HOST": f"{CANARY}.example"},
    {"HTTP_X_FORWARDED_PROTO": "https"},
    {"HTTP_ORIGIN": f"https://{CANARY}.vn"},
    {"HTTP_REFERER": f"https://{CANARY}.vn/"},
    {"HTTP_ACCEPT_LANGUAGE": "en"},
    {"HTTP_USER_AGENT": CANARY},
    {"HTTP_COOKIE": f"django_language=en; x={CANARY}"},
    {"HTTP_COOKIE": f"csrftoken={CANARY}"},
    {"HTTP_X_ORIGINAL_URL": f"/{CANARY}/"},
    {"HTTP_X_REWRITE_URL": f"/{CANARY}/"},
    {"HTTP_X_FORWARDED_FOR": CANARY},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "POST"},
    {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"},
    {"HTTP_FORWARDED": f"host={CANARY}.vn"},
    {"HTTP_ACCEPT": "application/json"},
    {"HTTP_X_FORWARDED_PREFIX": f"/{CANARY}"},
    {"HTTP_X_FORWARDED_PORT": "1"},
)


@pytest.mark.parametrize("poison", POISON, ids="-".join)
def test_poisoned_request_does_not_affect_the_next_visitor(visitor: Visitor, poison: dict[str, str]) -> None:
    front_page()
    for address in PAGES:
        query = poison.get("query", "")
        first = f"{address}{'&' if '?' in address else '?'}{query}" if query else address
        visitor().get(first, **{name: value for name, value in poison.items() if name != "query"})
        after = without_nonce(text_of(visitor().get(address)))
        assert CANARY not in after, address
        assert after == without_nonce(text_of(Client().get(address))), address


def test_second_visitor_is_served_from_the_cache(visitor: Visitor, django_assert_num_queries) -> None:
    front_page()
    for address in PAGES:
        first = without_nonce(text_of(visitor().get(address)))
        with django_assert_num_queries(0):
            assert without_nonce(text_of(visitor().get(address))) == first


def without_nonce(html: str) -> str:
    return re.sub(r'nonce="[^"]*"', "", html)


def test_unknown_host_gives_400(visitor: Visitor, settings) -> None:
    settings.ALLOWED_HOSTS = ["cong.vn"]
    front_page()
    assert visitor().get("/", headers={"host": "cong.vn"}).status_code == 200
    for host in ("evil.example", "cong.vn.evil.example", "cong.vn:443@evil.example", "cong.vn, evil.example"):
        assert visitor().get("/", headers={"host": host}).status_code == 400


def test_head_request_does_not_fill_the_cache(visitor: Visitor, cached_keys: list[object]) -> None:
    front_page()
    assert visitor().head("/").content == b""
    assert cached_keys == []
    assert "</html>" in text_of(visitor().get("/"))
    assert visitor().head("/").content == b""


def private_addresses(scenario: Scenario) -> list[str]:
    token, code = scenario.receipt.token, scenario.core_code
    endings = (
        "",
        "x.css",
        "x.js",
        "%2e%2e/",
        ";a.css",
        "?x.css",
        "noi-dung/",
        "noi-dung/x.png",
        "giay/mau-01.pdf",
    )
    return [
        *(f"/ho-so/{token}/{ending}" for ending in endings),
        f"/ho-so/{token}.css",
        f"/ho-so/{token}%00.css",
        f"//ho-so/{token}/",
        f"/ho-so/{token}/tep/{scenario.file.pk}/",
        f"/tra-cuu/?ma={scenario.dossier.code}",
        f"/nop-ho-so/{code}/",
        f"/nop-ho-so/{code}/buoc/applicant/",
        f"/nop-ho-so/{code}/xem-lai/",
        f"/nop-ho-so/{code}/da-nop/",
        "/tai-khoan/dang-nhap/",
        "/quan-tri/",
        "/mot-cua/",
    ]


def test_private_pages_are_not_cached_under_any_address(visitor: Visitor, cached_keys: list[object]) -> None:
    scenario = make_scenario()
    client = visitor(scenario.client("anonymous"))
    client.post(f"/nop-ho-so/{scenario.core_code}/")
    cached_keys.clear()
    for address in private_addresses(scenario):
        text_of(client.get(address))
    assert cached_keys == []


@pytest.mark.parametrize("role", ["officer_a", "editor_a", "superuser", "citizen"])
def test_signed_in_users_bypass_the_cache(visitor: Visitor, cached_keys: list[object], role: str) -> None:
    scenario = make_scenario()
    name = scenario.people[role].full_name.split()[-1]
    client = visitor(scenario.client(role))
    for address in PAGES:
        signed_in = text_of(client.get(address))
        assert cached_keys == []
        anonymous = text_of(visitor().get(address))
        if address != "/robots.txt":
            assert signed_in != anonymous
        assert f">{name}<" not in anonymous
        cached_keys.clear()


def test_cached_page_has_no_cookies_and_a_new_nonce(visitor: Visitor) -> None:
    front_page()
    news()
    for address in PAGES[:-1]:
        answers = [visitor().get(address) for _time in range(3)]
        assert all(not answer.cookies for answer in answers)
        nonces = [set(re.findall(r'nonce="([^"]+)"', text_of(answer))) for answer in answers]
        assert all(len(found) == 1 for found in nonces)
        assert len(set.union(*nonces)) == 3
        for answer, (nonce,) in zip(answers, nonces, strict=True):
            assert f"'nonce-{nonce}'" in answer["Content-Security-Policy"]


def test_session_cookie_with_another_name_bypasses_the_cache(
    visitor: Visitor, settings, cached_keys: list[object]
) -> None:
    settings.SESSION_COOKIE_NAME = "__Host-sessionid"
    front_page()
    visitor(headers={"cookie": "__Host-sessionid=abc"}).get("/")
    assert cached_keys == []
