"""Search documents, robots.txt and sitemaps of the portal's pages."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import AdministrativeUnitSuccession
from core.models import CacheGeneration, OutboxMessage
from home.models import HomePage, InformationPage, NewsPage
from home.search_documents import AgencySource, InformationSource, NewsSource, body_text
from home.wagtail_hooks import admin_colours
from search.documents import UNTRANSLATED
from search.requests import SearchRequest
from search.selectors.search import search
from search.services.indexing import rebuild
from tests.accounts.factories import AgencyFactory, UnitFactory
from tests.home import factories

pytestmark = pytest.mark.django_db


def queued_refs(kind: str) -> set[str]:
    payloads = OutboxMessage.objects.filter(kind="search.index").values_list("payload", flat=True)
    return {ref for payload in payloads if payload["kind"] == kind for ref in payload["refs"]}


def generation() -> int:
    return CacheGeneration.objects.values_list("number", flat=True).first() or 0


class TestDocuments:
    def test_news_document_contains_text_and_agency(self) -> None:
        agency = AgencyFactory(name="Sở Y tế", slug="so-y-te")
        page = factories.news(1, agency=agency, summary="Tóm tắt", body=factories.body("Một <b>hai</b>."))
        (document,) = NewsSource().documents()
        assert (document.kind, document.ref, document.url) == ("news", str(page.pk), page.url)
        assert (document.title, document.summary, document.body) == ("Tin số 1", "Tóm tắt", "Một hai.")
        assert document.facets == {"agency": ("so-y-te",)}
        assert document.facet_labels == {"so-y-te": "Sở Y tế"}
        assert document.locale == UNTRANSLATED

    def test_agency_document_contains_the_code(self) -> None:
        site = factories.agency_site()
        (document,) = AgencySource().documents([str(site.pk)])
        assert document.codes == (site.agency.code,)

    def test_agency_is_found_by_the_former_communes_of_its_area(self) -> None:
        ended = {"valid_from": dt.date(2004, 7, 8), "valid_to": dt.date(2025, 6, 30)}
        unit = UnitFactory(name="Phường Tân Thành", gso_code="32025")
        for name, share in (("Xã Tắc Vân", "default"), ("Phường 6", "part")):
            AdministrativeUnitSuccession.objects.create(
                predecessor=UnitFactory(name=name, **ended),
                successor=unit,
                share=share,
                date=dt.date(2025, 7, 1),
            )
        factories.agency_site(AgencyFactory(unit=unit))
        (document,) = AgencySource().documents()
        assert document.keywords == ("Xã Tắc Vân", "Phường 6")
        assert document.body.endswith("Xã Tắc Vân"), "not the one of which it has a lesser part"

    @pytest.mark.parametrize("query", ["Tắc Vân", "tac van", "xã Tắc Vân", "UBND xã Tắc Vân"])
    def test_divided_commune_leads_to_the_successor_of_its_greater_part_first(self, query: str) -> None:
        ended = {"valid_from": dt.date(2004, 7, 8), "valid_to": dt.date(2025, 6, 30)}
        old = UnitFactory(name="Xã Tắc Vân", **ended)
        for name, share in (("Hòa Thành", "part"), ("Tân Thành", "default"), ("Lý Văn Lâm", "")):
            unit = UnitFactory(name=f"Phường {name}")
            if share:
                AdministrativeUnitSuccession.objects.create(
                    predecessor=old, successor=unit, share=share, date=dt.date(2025, 7, 1)
                )
            factories.agency_site(AgencyFactory(unit=unit, name=f"Ủy ban nhân dân phường {name}"))
        rebuild(engine="database")
        found = search(SearchRequest(query=query)).hits
        titles = [hit.title.text for hit in found]
        assert titles[0] == "Ủy ban nhân dân phường Tân Thành"
        assert "Ủy ban nhân dân phường Hòa Thành" in titles

    def test_unpublished_pages_have_no_document(self) -> None:
        page = factories.information("Câu hỏi thường gặp")
        other = factories.information("Liên hệ")
        page.unpublish()
        refs = [str(page.pk), str(other.pk)]
        assert [found.title for found in InformationSource().documents(refs)] == ["Liên hệ"]

    def test_document_version_increases_with_each_publication(self) -> None:
        page = factories.information()
        (before,) = InformationSource().documents()
        InformationPage.objects.filter(pk=page.pk).update(
            last_published_at=page.last_published_at + dt.timedelta(seconds=1)
        )
        (after,) = InformationSource().documents()
        assert after.version > before.version

    def test_body_text_contains_neither_codes_nor_tones(self) -> None:
        blocks = [
            {"type": "heading", "value": "Đầu đề"},
            {"type": "notice", "value": {"tone": "wait", "title": "Lưu ý", "text": "Đọc kỹ"}},
            {"type": "procedures", "value": {"title": "Liên quan", "codes": ["1.001193"]}},
        ]
        page = NewsPage(title="x", body=json.dumps(blocks))
        assert body_text(page.body) == "Đầu đề Lưu ý Đọc kỹ Liên quan"


class TestFreshness:
    def test_publishing_queues_indexing_and_purges_the_page_cache(self) -> None:
        before = generation()
        page = factories.news()
        assert queued_refs("news") == {str(page.pk)}
        assert generation() > before

    def test_deleting_queues_indexing_and_purges_the_page_cache(self) -> None:
        page = factories.news()
        OutboxMessage.objects.all().delete()
        before, ref = generation(), str(page.pk)
        page.delete()
        assert queued_refs("news") == {ref}
        assert generation() > before

    def test_new_slug_queues_indexing_of_pages_below(self, django_capture_on_commit_callbacks: Any) -> None:
        page = factories.news()
        OutboxMessage.objects.all().delete()
        parent = page.get_parent().specific
        parent.slug = "ban-tin"
        revision = parent.save_revision()
        with django_capture_on_commit_callbacks(execute=True):
            revision.publish()
        assert queued_refs("news") == {str(page.pk)}

    def test_alert_changes_purge_the_page_cache(self) -> None:
        before = generation()
        row = factories.alert()
        after_creation = generation()
        row.delete()
        assert before < after_creation < generation()


class TestRobotsAndSitemaps:
    def test_robots_txt_disallows_private_addresses(self, client: Client) -> None:
        response = client.get("/robots.txt")
        text = response.content.decode()
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        for place in ("/quan-tri/", "/mot-cua/", "/ho-so/", "/nop-ho-so/"):
            assert f"Disallow: {place}\n" in text
        assert "Sitemap: http://testserver/sitemap.xml" in text

    def test_sitemaps_list_only_live_pages(self, client: Client) -> None:
        live = factories.news(1)
        unpublished = factories.news(2)
        unpublished.unpublish()
        assert "/sitemap-news.xml" in client.get("/sitemap.xml").content.decode()
        text = client.get("/sitemap-news.xml").content.decode()
        assert f"<loc>http://testserver{live.url}</loc>" in text
        assert str(unpublished.slug) not in text
        assert "/co-quan/" in client.get("/sitemap-front.xml").content.decode()

    def test_sitemap_query_count_is_bounded(self, client: Client, django_assert_max_num_queries: Any) -> None:
        for number in range(6):
            factories.news(number)
        with django_assert_max_num_queries(8):
            client.get("/sitemap-news.xml")


def test_start_site_is_idempotent(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("start_site")
    call_command("start_site")
    assert capsys.readouterr().out == "Trang chủ: 3 pages below\n" * 2
    assert HomePage.objects.count() == 1


def test_admin_loads_the_portal_colours() -> None:
    assert 'css/admin.css"' in admin_colours()


def test_admin_shows_the_portal_logo(admin_client: Client) -> None:
    html = admin_client.get("/quan-tri/").content.decode()
    logo = html.split("data-wagtail-sidebar-branding-logo>")[1].split("</template>")[0]
    assert "<svg" in logo
    assert "portal-mark" in logo


class TestFooterContacts:
    def test_contacts_are_on_every_page(self, client: Client, settings: Any) -> None:
        settings.PORTAL_PHONE, settings.PORTAL_EMAIL = "0290 000 0099", "hotro@example.vn"
        for path in ("/tra-cuu/", "/khong-co/"):
            html = client.get(path).content.decode()
            assert 'href="tel:02900000099">0290 000 0099</a>' in html
            assert 'href="mailto:hotro@example.vn"' in html

    def test_empty_contact_settings_show_nothing(self, client: Client) -> None:
        html = client.get("/khong-co/").content.decode()
        assert "tel:" not in html
        assert "mailto:" not in html
