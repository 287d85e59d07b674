"""What a reader of English sees where a page is translated, where it is not, and where a copy takes its place."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, PageViewRestriction

from core.wagtail.languages import translation_paths
from home.models import AgencyIndexPage, HomePage, InformationPage, NewsIndexPage
from procedures.models import ProcedureCataloguePage
from tests.home import factories
from tests.home.factories import english
from tests.procedures.factories import make_page, make_section

pytestmark = pytest.mark.django_db

NOTICE = "You are reading the Vietnamese original."


@pytest.fixture
def home() -> HomePage:
    return factories.front_page()


@pytest.fixture
def contact(home: HomePage) -> InformationPage:
    return factories.information("Liên hệ", slug="lien-he", summary="Nơi hỏi")


def html_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code, response.headers.get("Location"))
    return response.content.decode()


def queries_of(client: Client, path: str) -> int:
    """Return the number of queries of a second visit."""
    html_of(client, path)
    with CaptureQueriesContext(connection) as captured:
        html_of(client, path)
    return len(captured)


def assert_fallback(html: str, canonical: str) -> None:
    """Assert that a page shows the Vietnamese text with all markup."""
    assert NOTICE in html
    assert '<html lang="en">' in html
    assert '<main id="main" tabindex="-1" lang="vi">' in html
    assert '<meta name="robots" content="noindex">' in html
    assert f'<link rel="canonical" href="http://testserver{canonical}">' in html


def fallback_paths() -> list[str]:
    """Make a page of every type; return their Vietnamese paths."""
    procedure = make_page(make_section(slug="ubnd-cap-xa"), slug="ket-hon")
    site = factories.agency_site()
    news = factories.news(slug="bai")
    return [
        *("/lien-he/", "/co-quan/", "/tin-tuc/", "/thu-tuc/", "/thu-tuc/ubnd-cap-xa/"),
        *(str(page.url) for page in (procedure, site, news)),
    ]


class TestUntranslated:
    """The Vietnamese page with a notice, whatever else exists in English."""

    def test_every_page_type_without_an_english_front_page(self, client: Client, contact: Any) -> None:
        for path in ["/", *fallback_paths()]:
            assert_fallback(html_of(client, f"/en{path}"), path)

    def test_every_page_type_with_an_english_front_page(
        self, client: Client, home: Any, contact: Any
    ) -> None:
        english(home, title="Home")
        assert NOTICE not in html_of(client, "/en/")
        for path in fallback_paths():
            assert_fallback(html_of(client, f"/en{path}"), path)

    def test_every_page_type_with_a_draft_english_front_page(
        self, client: Client, home: Any, contact: Any
    ) -> None:
        english(home, title="Home").unpublish()
        for path in ["/", *fallback_paths()]:
            assert_fallback(html_of(client, f"/en{path}"), path)

    def test_an_alias_is_not_a_translation(self, client: Client, home: Any, contact: Any) -> None:
        """As the synchronisation of wagtail-localize makes them for every page."""
        paths = fallback_paths()
        english(home, title="Home")
        locale = Locale.objects.get(language_code="en")
        pages = [one.specific for one in home.get_descendants().order_by("path")]
        for page in pages:
            page.copy_for_translation(locale, copy_parents=True, alias=True)
        for path in paths:
            assert_fallback(html_of(client, f"/en{path}"), path)

    def test_parents_of_a_translated_page(self, client: Client, home: Any) -> None:
        english(make_page(make_section(slug="ubnd-cap-xa"), slug="ket-hon"), title="Marriage")
        for path in ("/", "/thu-tuc/", "/thu-tuc/ubnd-cap-xa/"):
            assert_fallback(html_of(client, f"/en{path}"), path)

    def test_an_unpublished_translation_falls_back(self, client: Client, contact: Any) -> None:
        translated = english(contact, title="Contact", slug="contact")
        assert NOTICE not in html_of(client, "/en/contact/")
        translated.unpublish()
        assert client.get("/en/contact/").status_code == 404
        assert_fallback(html_of(client, "/en/lien-he/"), "/lien-he/")

    def test_a_page_for_signed_in_readers_asks_for_the_sign_in_in_both_languages(
        self, client: Client, home: Any, contact: Any
    ) -> None:
        english(home, title="Home")
        PageViewRestriction.objects.create(page=contact, restriction_type=PageViewRestriction.LOGIN)
        for path in ("/lien-he/", "/en/lien-he/"):
            response = client.get(path)
            assert (response.status_code, "/login/" in response["Location"]) == (302, True), path

    def test_unknown_addresses_are_404(self, client: Client, home: Any) -> None:
        for _front_page in range(2):
            assert client.get("/en/khong-co/").status_code == 404
            if not home.has_translation(Locale.objects.get_or_create(language_code="en")[0]):
                english(home, title="Home")


class TestTranslated:
    def test_the_vietnamese_address_redirects_to_the_translation(self, client: Client, contact: Any) -> None:
        english(contact, title="Contact", slug="contact")
        response = client.get("/en/lien-he/?x=1")
        assert (response.status_code, response["Location"]) == (302, "/en/contact/?x=1")

    def test_it_is_marked_english_and_canonical(self, client: Client, contact: Any) -> None:
        english(contact, title="Contact", slug="contact")
        html = html_of(client, "/en/contact/")
        assert '<main id="main" tabindex="-1">' in html
        assert "noindex" not in html
        assert '<link rel="canonical" href="http://testserver/en/contact/">' in html

    def test_a_restricted_translation_is_not_announced(self, client: Client, contact: Any) -> None:
        translated = english(contact, title="Contact", slug="contact")
        PageViewRestriction.objects.create(page=translated, restriction_type=PageViewRestriction.LOGIN)
        assert translation_paths(contact) == {"vi": "/lien-he/"}
        assert_fallback(html_of(client, "/en/lien-he/"), "/lien-he/")


def links_to(language: str, html: str) -> set[str]:
    return set(re.findall(rf'<a href="([^"]*)" lang="{language}" hreflang="{language}"', html))


class TestLanguageLinks:
    """They lead to the page in the other language, or are absent."""

    def test_a_translated_page_of_every_type(self, client: Client, home: Any, contact: Any) -> None:
        pages = [
            home,
            contact,
            factories.news(slug="lich-truc"),
            factories.agency_site(),
            AgencyIndexPage.objects.get(),
            NewsIndexPage.objects.get(),
            ProcedureCataloguePage.objects.get(),
            make_page(make_section(slug="ubnd"), slug="ket-hon"),
        ]
        pages.insert(-1, pages[-1].get_parent().specific)
        for number, page in enumerate(pages):
            made = english(page, slug=f"page-{number}")
            assert links_to("en", html_of(client, str(page.url))) == {made.url}, page
            assert links_to("vi", html_of(client, str(made.url))) == {page.url}, page

    def test_an_untranslated_page_has_none(self, client: Client, home: Any, contact: Any) -> None:
        english(home, title="Home")
        for path in fallback_paths():
            assert links_to("en", html_of(client, path)) == set(), path
            assert links_to("vi", html_of(client, f"/en{path}")) == {path}, path

    def test_a_missing_page_has_none(self, client: Client, home: Any) -> None:
        assert links_to("en", client.get("/khong-co/").content.decode()) == set()
        assert links_to("en", client.get("/thu-tuc/9.999999/").content.decode()) == set()

    def test_other_pages_differ_by_the_prefix(self, client: Client, home: Any) -> None:
        assert links_to("en", html_of(client, "/tra-cuu/")) == {"/en/tra-cuu/"}


class TestLists:
    """A list shows the translation in place of the page."""

    def test_procedures(self, client: Client, home: Any) -> None:
        section = make_section(slug="ubnd", title="UBND xã")
        marriage, birth = (make_page(section, slug=slug) for slug in ("ket-hon", "khai-sinh"))
        english(marriage, title="Marriage registration", slug="marriage", summary="How to marry.")
        for path in ("/en/thu-tuc/?cap=", "/en/thu-tuc/ubnd/"):
            html = html_of(client, "/en/thu-tuc/ubnd/")
            assert '<a href="/en/thu-tuc/ubnd/marriage/" lang="en">Marriage registration</a>' in html, path
            assert f'<a href="/en/thu-tuc/ubnd/khai-sinh/" lang="vi">{birth.title}</a>' in html
            assert "How to marry." in html
        assert "2 procedures" in html_of(client, "/en/thu-tuc/ubnd/")

    def test_the_translated_catalogue_counts_all_procedures(self, client: Client, home: Any) -> None:
        section = make_section(slug="ubnd", title="UBND xã")
        for number in range(3):
            make_page(section, slug=f"thu-tuc-{number}")
        english(ProcedureCataloguePage.objects.get(), title="Procedures", slug="procedures")
        html = html_of(client, "/en/procedures/")
        assert '<a href="/en/thu-tuc/ubnd/" lang="vi">UBND xã</a> <span class="meta">3</span>' in html
        english(section, title="Communes", slug="communes")
        html = html_of(client, "/en/procedures/")
        assert '<a href="/en/procedures/communes/" lang="en">Communes</a> <span class="meta">3</span>' in html
        assert "3 procedures" in html_of(client, "/en/procedures/communes/")

    def test_news_and_agencies(self, client: Client, home: Any) -> None:
        first, second = factories.news(1, slug="mot"), factories.news(2, slug="hai")
        site = factories.agency_site(title="Sở Nội vụ", slug="so-noi-vu")
        english(first, title="First news", slug="one")
        english(site, title="Department of Home Affairs", slug="home-affairs")
        for path in ("/en/", "/en/tin-tuc/"):
            html = html_of(client, path)
            assert '<a href="/en/tin-tuc/one/" lang="en">First news</a>' in html
            assert first.title not in html
            assert f'<a href="/en/tin-tuc/hai/" lang="vi">{second.title}</a>' in html
        assert ">Department of Home Affairs</a>" in html_of(client, "/en/co-quan/")
        assert "First news" not in html_of(client, "/tin-tuc/")

    def test_query_counts_do_not_grow(self, client: Client, home: Any) -> None:
        section = make_section(slug="ubnd")
        for number in range(4):
            english(make_page(section, slug=f"thu-tuc-{number}"), slug=f"procedure-{number}")
        few = queries_of(client, "/en/thu-tuc/ubnd/")
        assert few <= 15
        for number in range(4, 9):
            english(make_page(section, slug=f"thu-tuc-{number}"), slug=f"procedure-{number}")
        assert queries_of(client, "/en/thu-tuc/ubnd/") <= few


class TestDeadLinks:
    def test_no_internal_link_of_either_language_is_dead(
        self, client: Client, home: Any, contact: Any
    ) -> None:
        """Of menus, footer, crumbs and lists, with some pages translated and most not."""
        paths = fallback_paths()
        english(home, title="Home")
        english(contact, title="Contact", slug="contact")
        english(NewsIndexPage.objects.get(), title="News", slug="news")
        waiting, seen = ["/", "/en/", *paths, *(f"/en{path}" for path in paths)], set()
        while waiting:
            path = waiting.pop()
            if path in seen or path.startswith(("/quan-tri/", "/static/", "/media/")):
                continue
            seen.add(path)
            response = client.get(path, follow=True)
            assert response.status_code == 200, path
            if "text/html" in response["Content-Type"]:
                found = re.findall(r'<a [^>]*href="(/[^"#?]*)', response.content.decode())
                waiting += [link for link in found if link not in seen]
        assert len(seen) > 25
