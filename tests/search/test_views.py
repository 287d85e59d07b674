"""The results page and the suggestions, as a browser sees them, with and without JavaScript."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.web import page_cache
from search import documents, refreshing
from search.engines import base as engines
from search.requests import MAX_PAGE, SearchRequest
from search.selectors.search import search
from search.views import request_of
from tests.search.samples import KIND, SampleSource, SearchFixture

pytestmark = pytest.mark.django_db
PAGE = "/tim-kiem/"


@pytest.fixture
def samples(
    db: None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> SearchFixture:
    """Sample documents, searched only by the database, since pages look the same with every engine."""
    made = SearchFixture(engines.DATABASE, django_capture_on_commit_callbacks)
    monkeypatch.setattr(documents, "_sources", {KIND: made.source})
    return made


def get(client: Client, **asked: Any) -> str:
    response = client.get(f"{PAGE}?{urlencode(asked, doseq=True)}")
    assert response.status_code == 200
    return response.content.decode()


def said(page: str) -> str:
    """The text of a page without markup, with entities decoded."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1]).split()))


class TestResults:
    def test_page_without_a_query_shows_how_to_search(self, client: Client, samples: SearchFixture):
        assert "đăng ký kết hôn" in said(get(client))

    def test_hits_are_links_with_highlighted_titles_codes_and_labels(
        self, client: Client, samples: SearchFixture
    ):
        samples.add(
            "Đăng ký kết hôn", url="/thu-tuc/ket-hon/", codes=("1.000894.000.00.00.H12",), body="Nộp tờ khai kết hôn.",
            facets={"agency": ("x",), "field": ("ht",)}, facet_labels={"x": "UBND xã Thử", "ht": "Hộ tịch"},
        )  # fmt: skip
        samples.sync()
        page = get(client, q="ket hon")
        assert re.search(r'<a href="/thu-tuc/ket-hon/">Đăng ký <mark>kết hôn</mark>\s*</a>', page)
        for words in ("1.000894.000.00.00.H12", "UBND xã Thử", "Hộ tịch", "1 kết quả"):
            assert words in said(page)

    @pytest.mark.parametrize(
        ("codes", "facets", "line"),
        [
            ((), {"agency": ("x",)}, "UBND xã Thử"),
            ((), {"field": ("ht",)}, "Hộ tịch"),
            ((), {"agency": ("x",), "field": ("ht",)}, "UBND xã Thử · Hộ tịch"),
            (("1.000894",), {"field": ("ht",)}, "1.000894 · Hộ tịch"),
        ],
    )
    def test_dot_appears_only_between_two_labels(
        self,
        client: Client,
        samples: SearchFixture,
        codes: tuple[str, ...],
        facets: dict[str, Any],
        line: str,
    ):
        samples.add("Kết hôn", codes=codes, facets=facets, facet_labels={"x": "UBND xã Thử", "ht": "Hộ tịch"})
        samples.sync()
        (found,) = re.findall(r'<p class="meta">(?!\s*1 kết quả)(.*?)</p>', get(client, q="kết hôn"))
        assert re.sub(r"<[^>]+>", "", found) == line

    def test_hits_show_facts(self, client: Client, samples: SearchFixture):
        samples.add(
            "Đăng ký kết hôn", facts={"online": "Toàn trình", "time": "3 ngày làm việc", "fee": "7.500 đ"}
        )
        samples.add("Đăng ký kết hôn lưu động", facts={"time": "1 ngày"})
        samples.add("Tin về kết hôn")
        samples.sync()
        page = get(client, q="kết hôn")
        assert page.count('class="row meta"') == 2
        assert re.search(r"Toàn trình .*: 3 ngày làm việc .*: 7\.500 đ", said(page))

    def test_facts_need_no_query_per_hit(self, samples: SearchFixture, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(refreshing, "FRESH_SECONDS", 3600.0)

        def statements() -> int:
            search(SearchRequest("kết hôn"), engine=engines.DATABASE)
            with CaptureQueriesContext(connection) as captured:
                search(SearchRequest("kết hôn"), engine=engines.DATABASE)
            return len(captured)

        for number in range(10):
            samples.add(f"Đăng ký kết hôn {number}", facts={"fee": f"{number} đ"})
            samples.sync()
            if number == 4:
                few = statements()
        assert statements() == few

    def test_empty_result_offers_help(self, client: Client, samples: SearchFixture):
        words = said(get(client, q="xyzzy"))
        assert "xyzzy" in words
        assert "đăng ký kết hôn" in words

    def test_correction_is_announced_with_a_link_to_the_typed_query(
        self, client: Client, samples: SearchFixture
    ):
        samples.add("Đăng ký kết hôn")
        samples.sync()
        page = get(client, q="dangkykethon")
        assert "Kết quả cho dang ky ket hon" in said(page)
        assert "Tìm đúng nguyên văn “dangkykethon”" in said(page)
        link = html.unescape(re.search(r'href="([^"]*nguyen-van=1)"', page).group(1))
        verbatim = client.get(link).content.decode()
        assert "Kết quả cho" not in verbatim
        assert "Đăng ký" not in said(verbatim).split("dangkykethon")[-1].split("đăng ký kết hôn")[0]

    def test_a_possible_correction_is_a_link(self, client: Client, samples: SearchFixture):
        samples.add("Xác nhận tình trạng hôn nhân của công dân Việt Nam cư trú ở nước ngoài")
        samples.sync()
        typed = "xác nhận tình trạng hôn nhân của công dân việt nam cư trú ở nước ngoàii"
        page = get(client, q=typed)
        assert f'?{urlencode({"q": typed[:-1]}).replace("+", "%20")}"' in page

    def test_verbatim_stays_when_the_results_are_narrowed(self, client: Client, samples: SearchFixture):
        for number, level in enumerate(("cap_xa", "cap_tinh")):
            samples.add(f"Ketq hon {number}", facets={"level": (level,)}, facet_labels={level: level})
        samples.sync()
        page = get(client, q="ketq", **{"nguyen-van": "1"})
        assert '<input type="hidden" name="nguyen-van" value="1">' in page
        assert 'name="nguyen-van"' not in get(client, q="ketq")

    def test_choices_are_checkboxes_that_work_without_script(self, client: Client, samples: SearchFixture):
        for number in range(12):
            level = "cap_xa" if number % 3 else "cap_tinh"
            samples.add(
                f"Giấy phép {number}", facets={"level": (level,), "field": (f"f{number}",)},
                facet_labels={"cap_xa": "Cấp xã", "cap_tinh": "Cấp tỉnh"},
            )  # fmt: skip
        samples.sync()
        page = get(client, q="giấy phép", cap="cap_tinh")
        assert 'name="cap" value="cap_tinh" checked' in page
        assert "Cấp xã (8)" in said(page)
        assert "4 kết quả" in said(page)
        assert re.search(r"Thêm \d+ mục", said(page)) is None
        assert "Thêm 4 mục" in said(get(client, q="giấy phép"))

    def test_pages_keep_the_query(self, client: Client, samples: SearchFixture):
        for number in range(25):
            samples.add(f"Giấy phép {number}", facets={"level": ("cap_xa",)})
        samples.sync()
        page = html.unescape(get(client, q="giấy phép", cap="cap_xa", trang="2"))
        links = re.findall(r'href="[^"?]*\?([^"]*trang=3[^"]*)"', page)
        assert links
        assert "cap=cap_xa" in links[0]
        assert "giấy phép" in QueryDict(links[0]).get("q", "")

    @pytest.mark.parametrize("page", ["3", "40"])
    def test_page_beyond_the_last_shows_the_last(self, client: Client, samples: SearchFixture, page: str):
        for number in range(12):
            samples.add(f"Giấy phép {number}")
        samples.sync()
        asked = get(client, q="giấy phép", trang=page)
        assert "12 kết quả" in said(asked)
        assert asked.count("Giấy phép") == get(client, q="giấy phép", trang="2").count("Giấy phép")

    def test_degraded_answer_says_so_and_is_not_cached(
        self, client: Client, samples: SearchFixture, settings
    ):
        samples.add("Đăng ký kết hôn")
        samples.sync()
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
        response = client.get(PAGE, {"q": "kết hôn"})
        assert "Đăng ký" in response.content.decode()
        assert "chế độ dự phòng" in said(response.content.decode())

    def test_search_engines_do_not_index_it(self, client: Client, samples: SearchFixture):
        assert '<meta name="robots" content="noindex">' in get(client, q="kết hôn")

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_unsafe_methods_are_not_allowed(self, client: Client, samples: SearchFixture, method: str):
        assert getattr(client, method)(PAGE).status_code == 405


ABSURD = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% load i18n %}",
    "%00%0d%0aSet-Cookie: x=1",
    "\x01\x02\x7f",
    '"' * 300,
    "'\"`´",
    "a" * 10_000,
    "kết hôn " * 1250,
    "\u202ekết hôn\u202c",
    "שלום مرحبا",
    "🎉👩‍👩‍👧‍👦",
    "\ud7ff\ufdd0",
    "%",
    "_" * 50,
    "\\" * 50,
]


@pytest.mark.parametrize("typed", ABSURD)
class TestAbsurd:
    def test_the_page_responds_and_shows_only_text(self, client: Client, samples: SearchFixture, typed: str):
        samples.add("Kết hôn <script>alert(1)</script>", body='Hôn "<img src=x onerror=alert(1)>" kết. ' * 20)
        samples.sync()
        page = get(client, q=typed)
        for attack in ("<script>alert", "<img src=x", "</title><script"):
            assert attack not in page

    def test_suggestions_accept_any_input(self, client: Client, samples: SearchFixture, typed: str):
        samples.add("Kết hôn <script>alert(1)</script>")
        samples.sync()
        response = client.get(reverse("search:suggestions"), {"q": typed})
        assert response.status_code == 200
        assert response["Content-Type"].startswith("application/json")
        assert isinstance(response.json()["suggestions"], list)


def test_markup_in_titles_and_texts_stays_text(client: Client, samples: SearchFixture):
    samples.add("Kết hôn <script>alert(1)</script>", body="Tờ khai <img src=x onerror=alert(1)> kết hôn")
    samples.sync()
    page = get(client, q="kết hôn")
    assert "<mark>Kết hôn</mark> &lt;script&gt;" in page
    assert "&lt;img src=x" in page


class TestAddress:
    @pytest.mark.parametrize(
        ("address", "facts"),
        [
            ("q=k%E1%BA%BFt", {"query": "kết", "page": 1, "verbatim": False}),
            ("trang=3", {"page": 3}),
            ("trang=0", {"page": 1}),
            ("trang=-1", {"page": 1}),
            ("trang=abc", {"page": 1}),
            ("trang=99999", {"page": MAX_PAGE}),
            ("trang=" + "9" * 50, {"page": 1}),
            ("trang=²", {"page": 1}),
            ("loai=procedure&loai=secret", {"kinds": ("procedure",)}),
            ("loai=dossier", {"kinds": ()}),
            ("co-quan=a&co-quan=b&linh-vuc=c", {"agency": ("a", "b"), "field": ("c",)}),
            ("cap=x&doi-tuong=y", {"level": ("x",), "audience": ("y",)}),
            ("nguyen-van=1", {"verbatim": True}),
            ("nguyen-van=yes", {"verbatim": False}),
            (
                "scope=agency:1&collection=dossiers&status=x",
                {"scopes": ("public",), "collection": "public", "status": ()},
            ),
        ],
    )
    def test_invalid_values_are_ignored(self, address: str, facts: dict[str, Any]):
        asked = request_of(QueryDict(address))
        assert {name: getattr(asked, name) for name in facts} == facts


class TestSuggestions:
    def test_a_procedure_needs_no_kind(self, client: Client, samples: SearchFixture):
        samples.add("Đăng ký kết hôn", url="/ket-hon/", kind="procedure")
        samples.sync()
        lines = client.get(reverse("search:suggestions"), {"q": "ket h"}).json()["suggestions"]
        assert lines == [{"text": "Đăng ký kết hôn", "url": "/ket-hon/", "kind": ""}]

    def test_suggestion_names_other_kinds(
        self, client: Client, samples: SearchFixture, monkeypatch: pytest.MonkeyPatch
    ):
        news = SampleSource()
        news.kind, news.label = "news", "Tin tức"
        monkeypatch.setitem(documents._sources, "news", news)
        samples.add("Tin kết hôn", url="/tin/", kind="news")
        samples.sync()
        (line,) = client.get(reverse("search:suggestions"), {"q": "ket h"}).json()["suggestions"]
        assert line["kind"] == "Tin tức"

    def test_empty_input_suggests_nothing(self, client: Client, samples: SearchFixture):
        assert client.get(reverse("search:suggestions")).json() == {"suggestions": []}


@pytest.mark.parametrize(
    "address", [f"{PAGE}?q=giấy+phép", f"{PAGE}?q=giấy+phép&cap=cap_xa&trang=2", f"{PAGE}goi-y/?q=giấy+ph"]
)
def test_statements_do_not_grow_with_the_documents(
    client: Client, samples: SearchFixture, settings, monkeypatch: pytest.MonkeyPatch, address: str
):
    settings.PAGE_CACHE_ENABLED = False
    # A slow machine may look the values up again between two visits.
    monkeypatch.setattr(refreshing, "FRESH_SECONDS", 3600.0)
    monkeypatch.setattr(page_cache, "POLL_SECONDS", 3600.0)

    def statements(more: int) -> int:
        for number in range(more):
            samples.add(f"Giấy phép {number}", facets={"level": ("cap_xa",), "field": (f"f{number}",)})
        samples.sync()
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    few = statements(12)
    assert statements(5) == few
    assert few <= 16


def test_the_page_says_that_nothing_fits_before_showing_similar_hits(client: Client, samples: SearchFixture):
    samples.add("Đăng ký thành lập hộ kinh doanh")
    samples.add("Đăng ký kết hôn")
    samples.sync()
    page = client.get("/tim-kiem/", {"q": "hộ chiếu phổ thông"}).content.decode()
    assert 0 < page.find("Cổng chưa chắc kết quả nào đúng với câu hỏi") < page.find("list__title")
    sure = client.get("/tim-kiem/", {"q": "đăng ký kết hôn"}).content.decode()
    assert "Cổng chưa chắc kết quả nào đúng" not in sure


def test_a_question_of_three_sentences_is_read_to_the_end(client: Client, samples: SearchFixture):
    samples.add("Đăng ký kết hôn")
    samples.add("Đăng ký khai tử")
    samples.sync()
    told = "Hai vợ chồng đăng ký kết hôn năm 1985, có giấy đàng hoàng. " * 4
    page = client.get(
        "/tim-kiem/", {"q": told + "Nay chồng tôi mất, tôi muốn làm khai tử thì cần gì?"}
    ).content.decode()
    assert (
        0 < page.find("khai tử</mark>") < page.find("kết hôn</mark></a>") or "kết hôn</mark></a>" not in page
    )
