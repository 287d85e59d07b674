"""Codes in every style, invalid addresses, what is not public, and what machines read in the head of a page."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from home.services import start_site
from procedures import codes
from procedures.choices import Status
from procedures.imports.apply import import_records
from procedures.models import LocalAssignment, Procedure, ProcedurePage
from procedures.search_documents import ProcedureSource
from procedures.services.versions import publish
from tests.procedures.factories import make_agency, make_page, make_section

pytestmark = pytest.mark.django_db


CORE = "1.001193"


RECORD = {
    "core_code": CORE,
    "local_code": f"{CORE}.000.00.00.H12",
    "title": "THỦ TỤC ĐĂNG KÝ KHAI SINH",
    "summary": "Con bạn được ghi vào sổ <hộ tịch>.",
    "field": "Hộ tịch",
    "audiences": ["cong_dan"],
    "results": [{"name": "Giấy khai sinh"}],
    "implementing_agencies": ["Ủy ban nhân dân cấp xã"],
}


@pytest.fixture(autouse=True)
def _site():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        start_site()
        yield


@pytest.fixture
def birth():
    import_records([RECORD])
    return ProcedurePage.objects.get()


def statements(client, path, **extra):
    with CaptureQueriesContext(connection) as asked:
        client.get(path, **extra)
    return len(asked)


class TestCodes:
    @pytest.mark.parametrize("code", codes.styles(CORE, "H12"))
    @pytest.mark.parametrize("change", [str, str.lower, str.upper, lambda code: f" {code} "])
    def test_every_style_in_every_case(self, client, birth, code, change):
        response = client.get(f"/thu-tuc/ma/{change(code)}/")

        assert (response.status_code, response["Location"]) == (302, birth.url)

    @pytest.mark.parametrize("code", codes.styles(CORE, "H12"))
    def test_without_the_trailing_slash(self, client, birth, code):
        response = client.get(f"/thu-tuc/ma/{code}", follow=True)

        assert response.redirect_chain[0] == (f"/thu-tuc/ma/{code}/", 301)
        assert response.redirect_chain[-1][0] == birth.url
        assert response.status_code == 200

    @pytest.mark.parametrize(
        "code",
        [
            "1.999999",
            "9",
            "khong-phai-ma",
            "1.00119",
            "1.0011933",
            "1.001193.H1",
            "٢.٠٠٠٨١٥",
            "<b>1</b>",
            "x" * 500,
        ],
    )
    def test_an_unknown_code_is_a_404_that_offers_the_search(self, client, birth, code):
        response = client.get(f"/thu-tuc/ma/{code}/")

        text = response.content.decode()
        assert response.status_code == 404
        assert 'role="search"' in text
        assert "<b>1<" not in text
        assert len(text) < 60_000

    def test_other_methods_are_refused(self, client, birth):
        assert client.post(f"/thu-tuc/ma/{CORE}/").status_code == 405
        assert client.head(f"/thu-tuc/ma/{CORE}/").status_code == 302

    def test_an_english_reader_gets_the_vietnamese_page(self, client, birth):
        assert client.get(f"/en/thu-tuc/ma/{CORE}/")["Location"].endswith(birth.url)

    def test_query_count_does_not_grow(self, client, birth):
        path = f"/thu-tuc/ma/{CORE}/"
        client.get(path)
        few = statements(client, path)
        for _ in range(5):
            publish(page=make_page(), decision=None)

        client.get(path)
        assert statements(client, path) == few <= 4
        assert statements(client, "/thu-tuc/ma/rac/") <= 4


class TestNotPublic:
    """A procedure that is not public (chưa công khai) appears nowhere; an ended one stays readable with a banner."""

    @pytest.fixture
    def hidden(self, birth):
        Procedure.objects.update(status=Status.HIDDEN)
        return birth

    def test_hidden_procedure_is_a_404(self, client, hidden):
        assert client.get(hidden.url).status_code == 404
        assert client.get(f"/thu-tuc/ma/{CORE}/").status_code == 404

    def test_hidden_procedure_is_in_no_list(self, client, hidden):
        site_of = make_agency()
        LocalAssignment.objects.create(
            procedure=hidden.procedure, agency=site_of, valid_from=date(2025, 7, 1)
        )
        for path in ("/thu-tuc/", hidden.get_parent().url, "/sitemap-procedures.xml", "/"):
            text = client.get(path).content.decode()
            assert hidden.url not in text, path
            assert "khai sinh" not in text.lower(), path

    def test_hidden_procedure_is_not_indexed(self, hidden):
        assert list(ProcedureSource().documents()) == []

    def test_an_import_can_hide_it_and_show_it_again(self, client, birth):
        import_records([{**RECORD, "status": "chua_cong_khai"}])
        assert client.get(birth.url).status_code == 404
        import_records([{**RECORD, "status": "cong_khai"}])
        assert client.get(birth.url).status_code == 200

    @pytest.mark.parametrize("status", [Status.EXPIRED, Status.ABOLISHED])
    def test_an_ended_procedure_stays_readable(self, client, birth, status):
        Procedure.objects.update(status=status)

        text = client.get(birth.url).content.decode()

        assert "notice--bad" in text
        assert "Giấy khai sinh" in text
        assert client.get(f"/thu-tuc/ma/{CORE}/").status_code == 302

    def test_replaced_procedure_links_to_its_successor(self, client, birth):
        import_records(
            [{**RECORD, "core_code": "1.009999", "local_code": "", "title": "Đăng ký khai sinh mới"}]
        )
        successor = Procedure.objects.get(core_code="1.009999")
        Procedure.objects.filter(core_code=CORE).update(status=Status.REPLACED, replaced_by=successor)

        assert 'href="/thu-tuc/ma/1.009999/"' in client.get(birth.url).content.decode()

    def test_editors_see_it_in_the_preview(self, hidden):
        assert hidden.make_preview_request(preview_mode="").status_code == 200


class TestHead:
    def test_head_has_title_description_and_open_graph(self, client, birth):
        text = client.get(birth.url).content.decode()

        assert "<title>Thủ tục đăng ký khai sinh" in text
        assert '<meta name="description" content="Con bạn được ghi vào sổ &lt;hộ tịch&gt;.">' in text
        assert '<meta property="og:title" content="Thủ tục đăng ký khai sinh">' in text
        assert '<meta property="og:locale" content="vi_VN">' in text
        assert f'<link rel="canonical" href="http://testserver{birth.url}">' in text
        assert text.count('rel="canonical"') == 1
        assert '<html lang="vi">' in text

    def test_an_address_with_campaign_parameters_has_the_same_canonical_one(self, client, birth):
        assert (
            f'rel="canonical" href="http://testserver{birth.url}"'
            in client.get(f"{birth.url}?utm_source=zalo").content.decode()
        )

    def test_page_contains_a_government_service(self, client, birth):
        text = client.get(birth.url).content.decode()
        (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)

        data = json.loads(block)

        assert (data["@type"], data["identifier"]) == ("GovernmentService", CORE)
        assert data["name"] == "Thủ tục đăng ký khai sinh"
        assert data["description"] == "Con bạn được ghi vào sổ <hộ tịch>."
        assert data["serviceOperator"] == [
            {"@type": "GovernmentOrganization", "name": "Ủy ban nhân dân cấp xã"}
        ]
        assert data["url"] == f"http://testserver{birth.url}"
        assert not [name for name, fact in data.items() if not fact]

    def test_record_cannot_close_the_json_ld_block(self, client):
        import_records([{**RECORD, "summary": "</script><script>alert(1)</script>"}])

        text = client.get(ProcedurePage.objects.get().url).content.decode()

        assert "<script>alert" not in text

    def test_only_unfiltered_lists_have_their_own_canonical_address(self, client, birth):
        for path in ("/thu-tuc/", birth.get_parent().url):
            assert f'rel="canonical" href="http://testserver{path}"' in client.get(path).content.decode()
            assert 'rel="canonical"' not in client.get(f"{path}?cap=cap_xa").content.decode()


class TestStatements:
    """Queries of a page with warm and with cold caches."""

    def test_uncached_procedure_page_needs_at_most_eight_queries(self, client, birth):
        client.get("/tin-tuc/")  # what every page of the site shares: site, content types, menus
        assert statements(client, birth.url) <= 8

    @pytest.mark.parametrize("place", ["catalogue", "section", "sitemap", "index of sitemaps"])
    def test_query_counts_of_lists_do_not_grow(self, client, place):
        section = make_section()
        for _ in range(3):
            publish(page=make_page(section=section), decision=None)
        path = {
            "catalogue": "/thu-tuc/",
            "section": section.url,
            "sitemap": "/sitemap-procedures.xml",
            "index of sitemaps": "/sitemap.xml",
        }[place]
        client.get(path)
        few = statements(client, path)
        for _ in range(5):
            publish(page=make_page(section=section), decision=None)
        client.get(path)

        assert statements(client, path) == few <= (20 if place == "index of sitemaps" else 12)
