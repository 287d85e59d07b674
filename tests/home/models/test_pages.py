"""Pages of the portal: content and number of queries."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from core.web import page_cache
from home.models import AgencySitePage, Alert, HomePage, MenuItem, NewsPage
from home.services import start_site
from one_stop.selectors.figures import Figure
from tests.accounts.factories import AgencyFactory
from tests.demo.settings import demo_settings
from tests.home import factories

pytestmark = pytest.mark.django_db

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = dt.datetime(2026, 3, 4, 12, tzinfo=LOCAL)


@pytest.fixture(autouse=True)
def _no_generation_polling(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the poll of the cache generation (every half second) out of counted queries."""
    monkeypatch.setattr(page_cache, "POLL_SECONDS", 3600)
    page_cache.watch.expire()
    yield
    page_cache.watch.expire()


@pytest.fixture
def home() -> HomePage:
    return factories.front_page()


def html_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def count_queries(client: Client, path: str) -> int:
    client.get(path)  # fills the caches of site, root paths, content types and menus
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


class TestStartSite:
    def test_pages_and_menu_are_created_once(self, client: Client, home: HomePage) -> None:
        assert start_site() == home
        assert [page.slug for page in home.get_children()] == ["thu-tuc", "co-quan", "tin-tuc"]
        html = html_of(client, "/co-quan/")
        assert '<a href="/co-quan/" aria-current="page">Cơ quan</a>' in html

    def test_welcome_page_of_wagtail_is_removed(self, home: HomePage) -> None:
        assert [page.pk for page in home.get_siblings()] == [home.pk]


class TestHomePage:
    def test_search_form_is_first_and_works_without_javascript(self, client: Client, home: HomePage) -> None:
        html = html_of(client, "/")
        assert '<form class="search" action="/tim-kiem/" method="get" role="search"' in html
        assert html.index('name="q"') < html.index('name="ma"')
        assert "?q=sao%20y%20b%E1%BA%A3n%20ch%C3%ADnh" in html

    def test_life_events_link_to_search_results(self, client: Client, home: HomePage) -> None:
        event = {"title": "Có con nhỏ", "description": "Khai sinh", "query": "khai sinh & nhận con"}
        home.life_events = json.dumps([{"type": "event", "value": event}])
        home.save()
        html = html_of(client, "/")
        assert 'href="/tim-kiem/?q=khai%20sinh%20%26%20nh%E1%BA%ADn%20con">Có con nhỏ</a>' in html

    def test_four_newest_news_are_listed_newest_first(self, client: Client) -> None:
        for number in (3, 1, 5, 2, 4):
            factories.news(number)
        html = html_of(client, "/")
        places = [html.index(f"Tin số {number}<") for number in (5, 4, 3, 2)]
        assert places == sorted(places)
        assert "Tin số 1<" not in html

    def test_figures_of_the_last_month_are_shown(
        self, client: Client, home: HomePage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert "Kết quả giải quyết hồ sơ" not in html_of(client, "/")
        figures = [Figure("Hồ sơ đã giải quyết", "18.402")]
        monkeypatch.setattr("home.templatetags.home_tags.figures_of_last_month", lambda: figures)
        assert "18.402" in html_of(client, "/")

    def test_accounts_are_shown_only_in_the_demo(
        self, client: Client, home: HomePage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = {"role": "Cán bộ tiếp nhận", "username": "tiep-nhan", "password": "demo-mot-cua"}
        monkeypatch.setattr("demo.context_processors.demo_accounts", lambda: [account])
        assert "demo-mot-cua" not in html_of(client, "/")
        with override_settings(**demo_settings()):
            assert "demo-mot-cua" in html_of(client, "/")

    def test_front_page_is_smaller_than_25_kilobytes(self, client: Client) -> None:
        for number in range(5):
            factories.news(number)
        assert len(client.get("/").content) < 25_000

    def test_query_count_does_not_grow_with_news_and_alerts(self, client: Client, home: HomePage) -> None:
        agency = AgencyFactory()
        for number in range(3):
            factories.news(number, agency=agency)
            factories.alert()
        few = count_queries(client, "/")
        for number in range(3, 8):
            factories.news(number, agency=agency)
            factories.alert(agency=agency)
        assert count_queries(client, "/") == few
        assert few <= 10


class TestAlerts:
    def test_alert_is_shown_only_while_in_force(self, client: Client, home: HomePage) -> None:
        now = timezone.now()
        factories.alert(title="Đang báo")
        factories.alert(title="Sắp báo", starts_at=now + dt.timedelta(hours=1))
        factories.alert(
            title="Hết báo", starts_at=now - dt.timedelta(days=2), ends_at=now - dt.timedelta(seconds=1)
        )
        html = html_of(client, "/")
        assert "Đang báo" in html
        assert "Sắp báo" not in html
        assert "Hết báo" not in html

    def test_end_is_required_and_must_be_after_the_start(self) -> None:
        now = timezone.now()
        with pytest.raises(ValidationError) as caught:
            Alert(title="Bão", starts_at=now, ends_at=now).full_clean()
        assert "ends_at" in caught.value.message_dict
        with pytest.raises(IntegrityError), transaction.atomic():
            Alert.objects.create(title="Bão", starts_at=now, ends_at=now)
        with pytest.raises(IntegrityError), transaction.atomic():
            Alert.objects.create(title="Bão", starts_at=now, ends_at=None)

    def test_link_requires_a_text(self) -> None:
        page = factories.information()
        row = factories.alert()
        row.link_page = page.page_ptr
        with pytest.raises(ValidationError) as caught:
            row.full_clean()
        assert "link_text" in caught.value.message_dict

    def test_link_to_an_unpublished_page_is_not_shown(self, client: Client) -> None:
        page = factories.information()
        factories.alert(link_page=page, link_text="Nơi thay thế")
        assert "Nơi thay thế" in html_of(client, "/")
        page.unpublish()
        assert "Nơi thay thế" not in html_of(client, "/")

    @time_machine.travel(NOON, tick=False)
    def test_front_page_is_cached_until_the_next_alert_change(self, home: HomePage) -> None:
        assert home.cache_seconds == 300
        factories.alert(starts_at=NOON + dt.timedelta(seconds=90), ends_at=NOON + dt.timedelta(days=1))
        assert home.cache_seconds == 90

    @time_machine.travel(dt.datetime(2026, 3, 4, 23, 59, 20, tzinfo=LOCAL), tick=False)
    def test_front_page_is_cached_at_most_until_midnight(self, home: HomePage) -> None:
        assert home.cache_seconds == 40


class TestAgencies:
    def test_agency_site_shows_contacts_news_and_alerts_of_the_agency(self, client: Client) -> None:
        agency = AgencyFactory(
            name="Sở Tư pháp", address="12 Bờ Kè", phone="0290 000 0227", working_hours="07:00–11:30"
        )
        factories.agency_site(agency, duties="<ul><li>Hộ tịch</li></ul>", head_title="Giám đốc Sở")
        factories.news(1, agency=agency)
        factories.news(2, agency=AgencyFactory())
        factories.alert(title="Sở nghỉ chiều nay", agency=agency)
        factories.alert(title="Nơi khác nghỉ", agency=AgencyFactory())
        html = html_of(client, f"/co-quan/{agency.slug}/")
        for text in ("12 Bờ Kè", "0290 000 0227", "07:00–11:30", "Hộ tịch", "Giám đốc Sở", agency.code):
            assert text in html
        assert "Tin số 1" in html
        assert "Tin số 2" not in html
        assert "Sở nghỉ chiều nay" in html
        assert "Nơi khác nghỉ" not in html

    def test_agency_has_at_most_one_site(self) -> None:
        site = factories.agency_site()
        again = AgencySitePage(title="Lần nữa", slug="lan-nua", agency=site.agency, locale=site.locale)
        with pytest.raises(ValidationError) as caught:
            again.full_clean(exclude=["path", "depth"])
        assert "agency" in caught.value.message_dict

    def test_list_is_grouped_by_kind_and_empty_kinds_are_left_out(self, client: Client) -> None:
        factories.agency_site(AgencyFactory(kind="commune", name="UBND xã Đất Mũi"))
        factories.agency_site(AgencyFactory(kind="department", name="Sở Y tế"))
        html = html_of(client, "/co-quan/")
        assert html.index("Sở Y tế") < html.index("UBND xã Đất Mũi")
        assert html.count("<section") == 2

    def test_empty_list_shows_a_message(self, client: Client, home: HomePage) -> None:
        assert "Chưa có cơ quan nào có trang ở đây" in html_of(client, "/co-quan/")

    def test_query_count_does_not_grow(self, client: Client, home: HomePage) -> None:
        first = factories.agency_site()
        factories.news(0, agency=first.agency)
        listed, shown = count_queries(client, "/co-quan/"), count_queries(client, f"/co-quan/{first.slug}/")
        for number in range(1, 6):
            factories.agency_site()
            factories.news(number, agency=first.agency)
        assert count_queries(client, "/co-quan/") == listed
        assert count_queries(client, f"/co-quan/{first.slug}/") == shown
        assert listed <= 7
        assert shown <= 12


class TestNews:
    def test_news_is_paginated_and_filtered_by_agency(self, client: Client) -> None:
        agency = AgencyFactory(name="Sở Y tế", slug="so-y-te")
        for number in range(12):
            factories.news(number, agency=agency if number == 0 else None)
        first = html_of(client, "/tin-tuc/")
        assert "Tin số 11<" in first
        assert "Tin số 0<" not in first
        assert "Tin số 0<" in html_of(client, "/tin-tuc/?page=2")
        chosen = html_of(client, "/tin-tuc/?co-quan=so-y-te")
        assert "Tin số 0<" in chosen
        assert "Tin số 11<" not in chosen
        assert '<option value="so-y-te" selected>' in chosen

    @pytest.mark.parametrize(
        "query", ["page=999", "page=-1", "page=x", "co-quan=khong-co", "co-quan=" + "a" * 500]
    )
    def test_invalid_query_parameters_are_ignored(self, client: Client, query: str) -> None:
        factories.news()
        assert client.get(f"/tin-tuc/?{query}").status_code == 200

    def test_unpublished_news_is_not_listed(self, client: Client) -> None:
        factories.news(1).unpublish()
        assert "Chưa có tin ở đây" in html_of(client, "/tin-tuc/")

    def test_news_below_an_agency_site_belongs_to_its_agency(self) -> None:
        site = factories.agency_site()
        other = AgencyFactory()
        page = factories.published(site, NewsPage(title="Tin của sở", agency=other))
        assert page.agency == site.agency

    def test_article_links_only_to_live_procedures(self, client: Client) -> None:
        factories.news(1, slug="bai", body=factories.body("Nội dung bài.", codes=("1.001193", "rác")))
        html = html_of(client, "/tin-tuc/bai/")
        assert "Nội dung bài." in html
        assert "Thủ tục liên quan" not in html

    def test_query_count_does_not_grow(self, client: Client, home: HomePage) -> None:
        for number in range(3):
            factories.news(number, agency=AgencyFactory())
        few = count_queries(client, "/tin-tuc/")
        for number in range(3, 8):
            factories.news(number, agency=AgencyFactory())
        assert count_queries(client, "/tin-tuc/") == few
        assert few <= 8


class TestLanguages:
    def test_untranslated_page_on_the_english_site_is_marked_vietnamese(self, client: Client) -> None:
        factories.information("Liên hệ", slug="lien-he", summary="Nơi hỏi")
        html = html_of(client, "/en/lien-he/")
        assert '<html lang="en">' in html
        assert '<main id="main" tabindex="-1" lang="vi">' in html
        assert '<meta name="robots" content="noindex">' in html
        assert 'rel="canonical" href="http://testserver/lien-he/"' in html
        assert "You are reading the Vietnamese original." in html

    def test_menu_is_in_the_interface_language(self, client: Client, home: HomePage) -> None:
        html = html_of(client, "/en/tin-tuc/")
        assert '<a href="/en/tin-tuc/" aria-current="page">News</a>' in html


def test_deleted_menu_item_disappears(client: Client, home: HomePage) -> None:
    assert '<a href="/tin-tuc/">Tin tức</a>' in html_of(client, "/")
    MenuItem.objects.get(path="/tin-tuc/").delete()
    page_cache.watch.expire()
    assert '<a href="/tin-tuc/">Tin tức</a>' not in html_of(client, "/")
