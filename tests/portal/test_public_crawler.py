"""Every address that appears on public pages and at the desk is served, in both languages, to every role."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.test import Client, override_settings
from django.urls import Resolver404, resolve
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Agency, AgencySuccession, User
from accounts.services import grant
from home.models import AgencyIndexPage, AgencySitePage, InformationPage, NewsPage, PortalImage
from procedures.imports.apply import ImportContext, import_records
from search.services.indexing import rebuild
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.e2e.province import CODE, RECORD
from tests.e2e.scenario import ANSWERS, FILING, ROUTES, Scenario
from tests.forms_app.dossiers.factories import enter, make_draft, picture
from tests.home.factories import alert, english, news, published
from tests.portal.public_pages import (
    PublicPage,
    addresses_in_style,
    english_words,
    read,
    vietnamese_interface,
)
from tests.security.scenario import STAFF_ROLES, text_of

# Wagtail leaves the temporary file of a rendition to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
)
HOST: Final = "testserver"
REDIRECTS: Final = (301, 302, 303, 307, 308)
#: What people type without diacritics, as the front page of a new installation shows it.
EXAMPLES: Final = frozenset(["dang", "ky", "ket", "hon"])
#: Addresses of one route that differ only in the values of their parameters.
PER_QUERY: Final = 3
#: Not followed: sign-out, POST-only addresses, and Wagtail's admin, which has a crawler of its own.
SKIPPED: Final = ("/quan-tri/", "/tai-khoan/dang-xuat/")
#: Every parameter that a page reads, by address.
PARAMETERS: Final = {
    "/": ("q",),
    "/tim-kiem/": ("q", "trang", "loai", "linh-vuc", "cap", "doi-tuong", "co-quan", "nguyen-van"),
    "/tim-kiem/goi-y/": ("q",),
    "/thu-tuc/": ("q", "cap", "linh-vuc", "muc-do", "doi-tuong", "page"),
    "/thu-tuc/so-tu-phap/": ("q", "cap", "linh-vuc", "muc-do", "page"),
    "/tin-tuc/": ("page", "co-quan"),
    "/co-quan/": ("q", "page"),
    "/tra-cuu/": ("ma", "next"),
    f"/nop-ho-so/{CODE}/": ("co-quan", "return", "check"),
    "/tai-khoan/dang-nhap/": ("next",),
    "/tai-khoan/xac-nhan-lai/": ("next",),
    "/sitemap-news.xml": ("p",),
    "/mot-cua/": (
        "muc", "thu-tuc", "co-quan", "tiep-nhan", "trang-thai", "nguoi-giu", "nguon", "xep", "q", "den", "page",
    ),
    "/mot-cua/tiep-theo/": ("sau", "muc", "xep"),
    "/mot-cua/nhat-ky/": ("loai", "tu-ngay", "den-ngay", "nguoi", "ma", "page"),
}  # fmt: skip
#: Texts, numbers beyond every page, NUL, broken UTF-8 (already quoted), repeated parameters, and text that could break
#: queries.
GARBAGE: Final = st.one_of(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=40),
    st.integers(min_value=-(10**30), max_value=10**30).map(str),
    st.sampled_from(
        ["%00", "a%00b", "%FF%FE", "%ED%A0%80", "%", "x" * 9000, "9" * 4999, "1e309", "NaN", "\u0661", "\u00b2", "",
         "[]", "{}", "'\"`;--", "../../etc/passwd", "//evil.example", "javascript:alert(1)", "0001-01-01", "a,b,c"]
    ),
)  # fmt: skip
EXTERNAL: Final = re.compile(
    r"(?:https?://[a-z0-9.-]+\.[a-z]{2,}(?:[:/?#]\S*)?|mailto:[^@\s]+@[^@\s]+|tel:\+?\d+)"
)


@dataclass
class Crawl:
    """``faults``: one line per fault; ``visited``: how often each route was read."""

    client: Client
    #: Prefixes of the routes that are followed, without the language; "" means all.
    below: tuple[str, ...] = ("",)
    #: How many pages of each route are read.
    per_route: int = 1000
    faults: list[str] = field(default_factory=list)
    visited: Counter[str] = field(default_factory=Counter)
    _seen: set[str] = field(default_factory=set)
    _waiting: list[tuple[str, str]] = field(default_factory=list)
    _routes: Counter[str] = field(default_factory=Counter)
    _queries: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def run(self, *starts: str) -> Crawl:
        """Follow every address from ``starts``."""
        for address in starts:
            self._add(address, "")
        while self._waiting:
            address, source = self._waiting.pop()
            self._visit(address, source)
        return self

    @property
    def parameters(self) -> set[str]:
        """Return the name of every parameter in the addresses found."""
        return {name for _route, *names in self._queries for name in names}

    def report(self) -> str:
        """Return each fault once, in order."""
        return "\n".join(sorted(set(self.faults)))

    def _add(self, target: str, source: str) -> None:
        address = urljoin(f"http://{HOST}{source}", target.strip())
        parts = urlsplit(address)
        if parts.hostname != HOST or parts.scheme not in {"http", "https"}:
            if not EXTERNAL.fullmatch(address) and not address.startswith("data:image/"):
                self.faults.append(f"{source}: malformed {target!r}")
            return
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if path in self._seen or parts.path.startswith(SKIPPED):
            return
        self._seen.add(path)
        route = _route_of(parts.path)
        if source and not route.removeprefix("en/").startswith(self.below):
            return
        self._routes[route] += 1
        if self._routes[route] > self.per_route:
            return
        if parts.query:
            key = (route, *sorted({name for name, _value in parse_qsl(parts.query)}))
            self._queries[key] += 1
            if self._queries[key] > PER_QUERY:
                return
        self._waiting.append((path, source))

    def _visit(self, address: str, source: str) -> None:
        if address.startswith(settings.MEDIA_URL):  # served by the web server
            if not default_storage.exists(unquote(address.removeprefix(settings.MEDIA_URL))):
                self.faults.append(f"{source}: no file {address}")
            return
        response = self.client.get(address)
        if response.status_code in REDIRECTS:
            self._follow(response["Location"], address, source)
        elif response.status_code not in {200, 204}:
            self.faults.append(f"{source}: {address} gives {response.status_code}")
        else:
            self.visited[_route_of(urlsplit(address).path)] += 1
            for target in self._read(address, response.headers.get("Content-Type", ""), text_of(response)):
                self._add(target, address)

    def _follow(self, target: str, address: str, source: str) -> None:
        parts = urlsplit(urljoin(address, target))
        second = self.client.get(parts.path + (f"?{parts.query}" if parts.query else ""))
        if second.status_code in REDIRECTS:
            self.faults.append(f"{source}: {address} -> {target} -> {second['Location']}")
        self._add(target, address)

    def _read(self, address: str, kind: str, text: str) -> list[str]:
        """Return the addresses in a response; record the faults of a whole page."""
        if "css" in kind:
            return addresses_in_style(text)
        if "xml" in kind or address == "/robots.txt":
            return [target for target in re.findall(r"https?://[^<\s\"']+", text) if HOST in target]
        if "html" not in kind:
            return []
        page = read(text)
        if "<html" in text:
            self.faults += [f"{address}: {fault}" for fault in faults_of(page, address)]
        return page.targets


def faults_of(page: PublicPage, address: str) -> list[str]:
    """Return what a whole page lacks, and its words in the wrong language."""
    expected = "en" if address.startswith("/en/") else "vi"
    found = []
    if page.language != expected:
        found.append(f"lang is {page.language!r}")
    if not page.title:
        found.append("no title")
    if page.headings != 1:
        found.append(f"{page.headings} h1")
    if len(page.canonical) > 1:
        found.append("several canonical addresses")
    fragments = {target[1:] for target in page.targets if target.startswith("#") and len(target) > 1}
    if missing := fragments - page.ids:
        found.append(f"no element for {sorted(missing)}")
    if page.is_for_robots and "?" not in address and not page.canonical:
        found.append("neither canonical nor noindex")
    if expected == "vi" and (words := english_words(page) - EXAMPLES):
        found.append(f"English: {sorted(words)}")
    if expected == "en" and (texts := vietnamese_interface(page)):
        found.append(f"Vietnamese: {sorted(texts)}")
    return found


def _route_of(path: str) -> str:
    try:
        with translation.override("en" if path.startswith("/en/") else "vi"):
            return resolve(path).route
    except Resolver404:
        return path


@override_settings(WHITENOISE_USE_FINDERS=True, PORTAL_PHONE="0290 000 0099", PORTAL_EMAIL="hotro@example.vn")
class PublicCrawl(TestCase):
    """The province is created once for all tests of the class."""

    scenario: Scenario

    @classmethod
    def setUpTestData(cls) -> None:
        cls.scenario = Scenario()
        commune = cls.scenario.province.commune
        former = AgencyFactory(
            name="Ủy ban nhân dân xã Cũ", slug="xa-cu", code="H12.97", valid_to=date(2026, 6, 30)
        )
        AgencySuccession.objects.create(predecessor=former, successor=commune, date=date(2026, 7, 1))
        cls._write(commune, former)
        import_records(
            [
                {
                    **RECORD,
                    "core_code": f"1.00{number}",
                    "local_code": f"1.00{number}.H12",
                    "title": f"Thủ tục thử {number}",
                }
                for number in range(5000, 5030)
            ],
            context=ImportContext(source="crawl", valid_from=date(2025, 7, 1)),
        )
        rebuild(engine="database")

    @classmethod
    def _write(cls, commune: Agency, former: Agency) -> None:
        index = AgencyIndexPage.objects.get()
        published(index, AgencySitePage(title=former.name, slug=former.slug, agency=former))
        image = PortalImage.objects.create(title="Cầu", alt_text="Cây cầu", file=picture())
        for number in range(25):
            news(number, agency=commune, image=image if number % 3 else None)
        alert(title="Nghỉ chiều nay", agency=commune)
        english(
            NewsPage.objects.get(slug="nop-ho-so-ho-tich"), title="Apply in any commune", summary="", body=[]
        )
        english(InformationPage.objects.get(slug="huong-dan"), title="How to apply", summary="", body=[])

    def client_of(self, role: str) -> Client:
        client = Client(raise_request_exception=False, headers={"host": HOST})
        if role != "anonymous":
            user = UserFactory(is_superuser=role == "superuser")
            if role in STAFF_ROLES:
                grant(
                    user=user,
                    agency=self.scenario.province.commune,
                    role=STAFF_ROLES[role],
                    valid_from=date(2025, 7, 1),
                )
            client.force_login(User.objects.get(pk=user.pk), "django.contrib.auth.backends.ModelBackend")
        return client

    def test_every_public_address_is_served(self) -> None:
        crawl = Crawl(self.client_of("anonymous")).run(
            "/", "/en/", "/robots.txt", "/sitemap.xml", "/.well-known/security.txt"
        )
        assert not crawl.faults, crawl.report()
        assert {"tim-kiem/", "en/tra-cuu/mat-ma/", "sitemap-<section>.xml"} <= crawl.visited.keys()
        known = {name for names in PARAMETERS.values() for name in names}
        assert crawl.parameters <= known, "a parameter that the test of garbage does not know"

    @hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(data=st.data())
    def test_garbage_in_any_parameter_gives_no_server_error(self, data: st.DataObject) -> None:
        client = self.client_of("head")
        address, names = data.draw(st.sampled_from(sorted(PARAMETERS.items())))
        pairs = data.draw(st.lists(st.tuples(st.sampled_from(names), GARBAGE), min_size=1, max_size=6))
        query = "&".join(f"{name}={quote(value, safe='%')}" for name, value in pairs)
        for prefix in ("", "/en"):
            status = client.get(f"{prefix}{address}?{query}").status_code
            assert status < 500, f"{prefix}{address}?{query}"

    def test_every_address_of_a_draft_is_served(self) -> None:
        client = self.client_of("anonymous")
        draft, token = make_draft(
            self.scenario.province.form, agency=self.scenario.province.commune, **ANSWERS
        )
        enter(client, draft, token)
        crawl = Crawl(client, below=("nop-ho-so/",)).run(FILING, f"/en{FILING}", f"{FILING}xem-lai/")
        assert not crawl.faults, crawl.report()
        steps = "nop-ho-so/<core_code:core_code>/buoc/<slug:step_id>/"
        assert crawl.visited[steps] >= len(self.scenario.province.form.schema["steps"]), crawl.visited
        assert crawl.visited[steps] == crawl.visited[f"en/{steps}"]

    def test_every_address_of_a_dossier_is_served_to_its_applicant(self) -> None:
        crawl = Crawl(self.client_of("anonymous"), below=("ho-so/",))
        starts = [self.scenario.tracking(status) for status in ROUTES]
        crawl.run(*starts, *(f"/en{start}" for start in starts))
        assert not crawl.faults, crawl.report()
        assert {
            "ho-so/<str:token>/du-lieu.json",
            "ho-so/<str:token>/giay/<slug:key>.pdf",
        } <= crawl.visited.keys()

    def test_every_address_shown_to_a_role_is_served(self) -> None:
        for role in ("citizen", *STAFF_ROLES, "superuser"):
            with self.subTest(role):
                crawl = Crawl(self.client_of(role), below=("tai-khoan/", "mot-cua/"), per_route=3)
                crawl.run("/", "/en/", "/tai-khoan/", "/en/tai-khoan/")
                assert not crawl.faults, crawl.report()
                assert crawl.visited["tai-khoan/"]
