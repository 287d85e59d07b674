"""Scheduled publication and expiry of news in all lists, and pagination of news."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.test import Client
from wagtail.models import Page, PageViewRestriction

from core.outbox import deliver_due
from home.models import NewsIndexPage, NewsPage
from home.selectors import latest_news, news_agencies, news_on
from tests.accounts.factories import AgencyFactory
from tests.home import factories

pytestmark = pytest.mark.django_db
SEARCH = "/tim-kiem/?q=Cầu+Gành+Hào+thông+xe"
MORNING = "2026-03-02 09:00 +0700"
NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))


@pytest.fixture(autouse=True)
def _now(time_machine: Any) -> None:
    time_machine.move_to(MORNING, tick=False)


def listing_pages(client: Client, agency: Any) -> dict[str, str]:
    """Return every page that lists news, with its HTML."""
    deliver_due()
    paths = ("/", "/tin-tuc/", f"/co-quan/{agency.slug}/", SEARCH, "/sitemap-news.xml")
    return {path: client.get(path).text for path in paths}


def pages_listing_it(client: Client, agency: Any) -> set[str]:
    return {path for path, html in listing_pages(client, agency).items() if "thong-xe" in html}


@pytest.fixture
def agency() -> Any:
    site = factories.agency_site(AgencyFactory(name="Sở Xây dựng"))
    return site.agency


def make_news(agency: Any, **fields: Any) -> NewsPage:
    """Return a news page published in the morning."""
    index = NewsIndexPage.objects.get()
    page = NewsPage(
        title="Cầu Gành Hào thông xe",
        slug="thong-xe",
        agency=agency,
        live=False,
        locale=index.locale,
        **fields,
    )
    index.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


class TestSchedule:
    def test_scheduled_news_is_hidden_before_publication(self, client: Client, agency: Any) -> None:
        make_news(agency, go_live_at=NOON)
        assert pages_listing_it(client, agency) == set()
        assert client.get("/tin-tuc/thong-xe/").status_code == 404

    def test_scheduled_news_is_listed_after_publication(
        self, client: Client, agency: Any, time_machine: Any
    ) -> None:
        make_news(agency, go_live_at=NOON)
        time_machine.move_to("2026-03-02 12:01 +0700")
        call_command("publish_scheduled")
        assert len(pages_listing_it(client, agency)) == 5
        assert client.get("/tin-tuc/thong-xe/").status_code == 200

    def test_scheduled_news_is_hidden_until_the_exact_minute(
        self, client: Client, agency: Any, time_machine: Any
    ) -> None:
        make_news(agency, go_live_at=NOON)
        time_machine.move_to("2026-03-02 11:59 +0700")
        call_command("publish_scheduled")
        assert pages_listing_it(client, agency) == set()

    def test_expired_news_is_hidden(self, client: Client, agency: Any, time_machine: Any) -> None:
        make_news(agency, expire_at=NOON)
        assert len(pages_listing_it(client, agency)) == 5
        time_machine.move_to("2026-03-02 12:01 +0700")
        call_command("publish_scheduled")
        assert pages_listing_it(client, agency) == set()
        assert client.get("/tin-tuc/thong-xe/").status_code == 404

    def test_scheduled_change_keeps_the_old_text_until_its_time(
        self, client: Client, agency: Any, time_machine: Any
    ) -> None:
        page = make_news(agency)
        page.summary, page.go_live_at = "Bản sửa", NOON
        page.save_revision().publish()
        assert "Bản sửa" not in client.get("/tin-tuc/thong-xe/").text
        time_machine.move_to("2026-03-02 12:01 +0700")
        call_command("publish_scheduled")
        assert "Bản sửa" in client.get("/tin-tuc/thong-xe/").text


class TestPrivate:
    def test_password_protected_news_is_not_listed(self, client: Client, agency: Any) -> None:
        page = make_news(agency)
        PageViewRestriction.objects.create(
            page=page, restriction_type="password", password=make_password("x")
        )
        assert pages_listing_it(client, agency) <= {SEARCH}
        assert not news_on(locale=page.locale).exists()
        assert not latest_news(locale=page.locale, limit=5)

    def test_agency_without_live_news_is_not_offered_as_a_filter(self, client: Client, agency: Any) -> None:
        page = make_news(agency)
        assert news_agencies(locale=page.locale) == [agency]
        page.unpublish()
        assert news_agencies(locale=page.locale) == []
        assert "<select" not in client.get("/tin-tuc/").text


class TestOrder:
    def test_news_is_ordered_by_date_then_creation_newest_first(self) -> None:
        pages = [
            factories.news(number, date=dt.date(2026, 2, day)) for number, day in enumerate((3, 5, 5, 1))
        ]
        listed = list(news_on(locale=pages[0].locale))
        assert [page.title for page in listed] == ["Tin số 2", "Tin số 1", "Tin số 0", "Tin số 3"]

    def test_body_is_deferred_in_lists(self) -> None:
        page = factories.news(1, body=factories.body("Nội dung rất dài."))
        assert "body" in news_on(locale=page.locale).get().get_deferred_fields()

    def test_default_date_is_taken_from_vietnamese_time(self, time_machine: Any) -> None:
        time_machine.move_to("2026-03-02 18:00 +0000")  # 01:00 on 3 March in Vietnam
        factories.front_page()
        page = factories.published(NewsIndexPage.objects.get(), NewsPage(title="Tin đêm"))
        assert page.date == dt.date(2026, 3, 3)


class TestPagination:
    @pytest.fixture(autouse=True)
    def _many(self) -> None:
        for number in range(21):
            factories.news(number)

    def test_ten_news_per_page_and_nearest_page_for_an_invalid_number(self, client: Client) -> None:
        for query, first, last in (
            ("", 20, 11), ("?page=2", 10, 1), ("?page=3", 0, 0), ("?page=99", 0, 0), ("?page=0", 0, 0),
            ("?page=a", 20, 11),
        ):  # fmt: skip
            html = client.get(f"/tin-tuc/{query}").text
            shown = {number for number in range(-1, 22) if f"Tin số {number}<" in html}
            assert shown == set(range(last, first + 1)), query

    def test_page_links_keep_the_filter(self, client: Client) -> None:
        agency = AgencyFactory(slug="so-y-te")
        for number in range(11):
            factories.news(number, title=f"Tin y tế {number}", agency=agency)
        html = client.get("/tin-tuc/?co-quan=so-y-te").text
        assert "co-quan=so-y-te&amp;page=2" in html or "page=2&amp;co-quan=so-y-te" in html
        assert "Tin y tế 0<" in client.get("/tin-tuc/?co-quan=so-y-te&page=2").text

    def test_heading_contains_the_page_number(self, client: Client) -> None:
        assert ", trang 2</h1>" in client.get("/tin-tuc/?page=2").text
        assert "trang 1" not in client.get("/tin-tuc/").text.split("</h1>")[0]

    def test_first_and_last_page_have_one_page_link(self, client: Client) -> None:
        first, last = client.get("/tin-tuc/").text, client.get("/tin-tuc/?page=3").text
        assert 'rel="next"' in first
        assert 'rel="prev"' not in first
        assert 'rel="prev"' in last
        assert 'rel="next"' not in last


class TestEmptyPages:
    def test_empty_list_shows_a_message_without_a_filter(self, client: Client) -> None:
        factories.front_page()
        html = client.get("/tin-tuc/").text
        assert "Chưa có tin ở đây" in html
        assert "<select" not in html

    def test_front_page_without_news_shows_a_message_and_no_alert(self, client: Client) -> None:
        factories.front_page()
        html = client.get("/").text
        assert "Chưa có tin mới." in html
        assert "notice" not in html

    def test_agency_site_without_content_has_no_empty_headings(self, client: Client) -> None:
        site = factories.agency_site()
        html = client.get(site.url).text
        assert site.agency.code in html
        assert "<h2>Tin tức</h2>" not in html
        assert "Thủ tục giải quyết ở đây" not in html
        assert "<dt>Điện thoại</dt>" not in html

    def test_article_without_a_body_shows_title_and_date(self, client: Client) -> None:
        page = factories.news(1, date=dt.date(2026, 2, 5))
        html = client.get(page.url).text
        assert "<h1>Tin số 1</h1>" in html
        assert '<time datetime="2026-02-05">05/02/2026</time>' in html


def test_news_links_to_the_live_site_of_its_agency(client: Client, agency: Any) -> None:
    page = factories.news(1, agency=agency)
    assert f'<a href="/co-quan/{agency.slug}/">Sở Xây dựng</a>' in client.get(page.url).text
    Page.objects.get(slug=agency.slug).unpublish()
    html = client.get(page.url).text
    assert "Sở Xây dựng" in html
    assert f'href="/co-quan/{agency.slug}/"' not in html
