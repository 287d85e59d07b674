"""What one person sends never shows on the page that the next one gets, and nothing personal is kept."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from core.pagecache.store import Store
from tests.home.factories import front_page, news
from tests.security.world import World, make_world, text_of

pytestmark = pytest.mark.django_db
PAGES = ("/", "/tim-kiem/?q=giay", "/tin-tuc/", "/thu-tuc/", "/co-quan/", "/robots.txt")
CANARY = "hoamai"


class Visitor:
    """Browsers of different people in front of one process: a cache belongs to the process."""

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
def kept(settings, monkeypatch) -> list[object]:
    """Turn the cache on; returns the keys under which anything was put."""
    settings.PAGE_CACHE_ENABLED = True
    keys: list[object] = []
    put = Store.put
    monkeypatch.setattr(Store, "put", lambda self, key, entry: (keys.append(key), put(self, key, entry))[1])
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
def test_the_next_person_sees_nothing_of_it(visitor: Visitor, poison: dict[str, str]) -> None:
    front_page()
    for address in PAGES:
        query = poison.get("query", "")
        first = f"{address}{'&' if '?' in address else '?'}{query}" if query else address
        visitor().get(first, **{name: value for name, value in poison.items() if name != "query"})
        after = without_nonce(text_of(visitor().get(address)))
        assert CANARY not in after, address
        assert after == without_nonce(text_of(Client().get(address))), address


def test_the_second_person_is_served_from_the_cache(visitor: Visitor, django_assert_num_queries) -> None:
    front_page()
    for address in PAGES:
        first = without_nonce(text_of(visitor().get(address)))
        with django_assert_num_queries(0):
            assert without_nonce(text_of(visitor().get(address))) == first


def without_nonce(html: str) -> str:
    return re.sub(r'nonce="[^"]*"', "", html)


def test_an_unknown_host_gets_no_page_of_ours(visitor: Visitor, settings) -> None:
    settings.ALLOWED_HOSTS = ["cong.vn"]
    front_page()
    assert visitor().get("/", headers={"host": "cong.vn"}).status_code == 200
    for host in ("evil.example", "cong.vn.evil.example", "cong.vn:443@evil.example", "cong.vn, evil.example"):
        assert visitor().get("/", headers={"host": host}).status_code == 400


def test_head_fills_nothing_and_get_is_whole_afterwards(visitor: Visitor, kept: list[object]) -> None:
    front_page()
    assert visitor().head("/").content == b""
    assert kept == []
    assert "</html>" in text_of(visitor().get("/"))
    assert visitor().head("/").content == b""


def private(world: World) -> list[str]:
    token, code = world.told.token, world.core_code
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
        f"/ho-so/{token}/tep/{world.file.pk}/",
        f"/tra-cuu/?ma={world.dossier.code}",
        f"/nop-ho-so/{code}/",
        f"/nop-ho-so/{code}/buoc/applicant/",
        f"/nop-ho-so/{code}/xem-lai/",
        f"/nop-ho-so/{code}/da-nop/",
        "/tai-khoan/dang-nhap/",
        "/quan-tri/",
        "/mot-cua/",
    ]


def test_nothing_private_is_kept_under_any_spelling(visitor: Visitor, kept: list[object]) -> None:
    world = make_world()
    client = visitor(world.client("anonymous"))
    client.post(f"/nop-ho-so/{world.core_code}/")
    kept.clear()
    for address in private(world):
        text_of(client.get(address))
    assert kept == []


@pytest.mark.parametrize("role", ["officer_a", "editor_a", "superuser", "citizen"])
def test_who_is_signed_in_neither_fills_nor_reads_the_cache(
    visitor: Visitor, kept: list[object], role: str
) -> None:
    world = make_world()
    name = world.people[role].full_name.split()[-1]
    client = visitor(world.client(role))
    for address in PAGES:
        signed_in = text_of(client.get(address))
        assert kept == []
        anonymous = text_of(visitor().get(address))
        if address != "/robots.txt":
            assert signed_in != anonymous
        assert f">{name}<" not in anonymous
        kept.clear()


def test_a_kept_page_carries_no_cookie_and_a_new_nonce_each_time(visitor: Visitor) -> None:
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


def test_a_session_cookie_of_any_name_keeps_the_cache_out(
    visitor: Visitor, settings, kept: list[object]
) -> None:
    settings.SESSION_COOKIE_NAME = "__Host-sessionid"
    front_page()
    visitor(headers={"cookie": "__Host-sessionid=abc"}).get("/")
    assert kept == []
