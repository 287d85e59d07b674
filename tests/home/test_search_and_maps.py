"""What the search and machines learn of the portal's own pages."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from core.models import CacheEpoch, OutboxMessage
from home.models import HomePage, InformationPage, NewsPage
from home.search_documents import AgencySource, InformationSource, NewsSource, body_text
from home.wagtail_hooks import admin_colours
from tests.accounts.factories import AgencyFactory
from tests.home import factories

pytestmark = pytest.mark.django_db


def asked_for(kind: str) -> set[str]:
    payloads = OutboxMessage.objects.filter(kind="search.index").values_list("payload", flat=True)
    return {ref for payload in payloads if payload["kind"] == kind for ref in payload["refs"]}


def epoch() -> int:
    return CacheEpoch.objects.values_list("epoch", flat=True).first() or 0


class TestDocuments:
    def test_news_with_agency(self) -> None:
        agency = AgencyFactory(name="Sở Y tế", slug="so-y-te")
        page = factories.news(1, agency=agency, summary="Tóm tắt", body=factories.body("Một <b>hai</b>."))
        (document,) = NewsSource().documents()
        assert (document.kind, document.ref, document.url) == ("news", str(page.pk), page.url)
        assert (document.title, document.summary, document.body) == ("Tin số 1", "Tóm tắt", "Một hai.")
        assert document.facets == {"agency": ("so-y-te",)}
        assert document.facet_labels == {"so-y-te": "Sở Y tế"}
        assert document.locale == "vi"

    def test_agency_is_found_by_its_code(self) -> None:
        site = factories.agency_site()
        (document,) = AgencySource().documents([str(site.pk)])
        assert document.codes == (site.agency.code,)

    def test_drafts_and_what_was_taken_away_are_not_yielded(self) -> None:
        page = factories.information("Câu hỏi thường gặp")
        other = factories.information("Liên hệ")
        page.unpublish()
        refs = [str(page.pk), str(other.pk)]
        assert [found.title for found in InformationSource().documents(refs)] == ["Liên hệ"]

    def test_version_rises_with_each_publish(self) -> None:
        page = factories.information()
        (before,) = InformationSource().documents()
        InformationPage.objects.filter(pk=page.pk).update(
            last_published_at=page.last_published_at + dt.timedelta(seconds=1)
        )
        (after,) = InformationSource().documents()
        assert after.version > before.version

    def test_codes_and_tones_are_no_words(self) -> None:
        blocks = [
            {"type": "heading", "value": "Đầu đề"},
            {"type": "notice", "value": {"tone": "wait", "title": "Lưu ý", "text": "Đọc kỹ"}},
            {"type": "procedures", "value": {"title": "Liên quan", "codes": ["1.001193"]}},
        ]
        page = NewsPage(title="x", body=json.dumps(blocks))
        assert body_text(page.body) == "Đầu đề Lưu ý Đọc kỹ Liên quan"


class TestFreshness:
    def test_publishing_asks_the_index_and_makes_pages_stale(self) -> None:
        before = epoch()
        page = factories.news()
        assert asked_for("news") == {str(page.pk)}
        assert epoch() > before

    def test_deleting_asks_the_index_to_forget(self) -> None:
        page = factories.news()
        OutboxMessage.objects.all().delete()
        before, ref = epoch(), str(page.pk)
        page.delete()
        assert asked_for("news") == {ref}
        assert epoch() > before

    def test_new_slug_concerns_everything_below(self, django_capture_on_commit_callbacks: Any) -> None:
        page = factories.news()
        OutboxMessage.objects.all().delete()
        parent = page.get_parent().specific
        parent.slug = "ban-tin"
        revision = parent.save_revision()
        with django_capture_on_commit_callbacks(execute=True):
            revision.publish()
        assert asked_for("news") == {str(page.pk)}

    def test_alerts_make_pages_stale(self) -> None:
        before = epoch()
        row = factories.alert()
        made = epoch()
        row.delete()
        assert before < made < epoch()


class TestMachines:
    def test_robots_keep_out_of_private_places(self, client: Client) -> None:
        response = client.get("/robots.txt")
        text = response.content.decode()
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        for place in ("/quan-tri/", "/mot-cua/", "/ho-so/", "/nop-ho-so/"):
            assert f"Disallow: {place}\n" in text
        assert "Sitemap: http://testserver/sitemap.xml" in text

    def test_index_leads_to_files_with_live_pages(self, client: Client) -> None:
        shown = factories.news(1)
        hidden = factories.news(2)
        hidden.unpublish()
        assert "/sitemap-news.xml" in client.get("/sitemap.xml").content.decode()
        text = client.get("/sitemap-news.xml").content.decode()
        assert f"<loc>http://testserver{shown.url}</loc>" in text
        assert str(hidden.slug) not in text
        assert "/co-quan/" in client.get("/sitemap-front.xml").content.decode()

    def test_statements_do_not_grow_with_pages(
        self, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(6):
            factories.news(number)
        with django_assert_max_num_queries(8):
            client.get("/sitemap-news.xml")


def test_command_starts_a_site_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("start_site")
    call_command("start_site")
    assert capsys.readouterr().out == "Trang chủ: 3 pages below\n" * 2
    assert HomePage.objects.count() == 1


def test_admin_wears_our_colours() -> None:
    assert 'css/admin.css"' in admin_colours()


def test_admin_shows_the_mark_of_the_province(admin_client: Client) -> None:
    html = admin_client.get("/quan-tri/").content.decode()
    logo = html.split("data-wagtail-sidebar-branding-logo>")[1].split("</template>")[0]
    assert "<svg" in logo
    assert "portal-mark" in logo


class TestHelpAtTheFoot:
    def test_whom_to_ask_stands_on_every_page(self, client: Client, settings: Any) -> None:
        settings.PORTAL_PHONE, settings.PORTAL_EMAIL = "0290 000 0099", "hotro@example.vn"
        for path in ("/tra-cuu/", "/khong-co/"):
            html = client.get(path).content.decode()
            assert 'href="tel:02900000099">0290 000 0099</a>' in html
            assert 'href="mailto:hotro@example.vn"' in html

    def test_an_empty_setting_shows_nothing(self, client: Client) -> None:
        html = client.get("/khong-co/").content.decode()
        assert "tel:" not in html
        assert "mailto:" not in html
