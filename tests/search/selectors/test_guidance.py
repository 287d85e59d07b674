"""What is shown above the results on both engines: best bets, and the office for matters handled elsewhere."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import InvalidInput
from core.web.process_cache import process_cache
from search import office_evaluation
from search.documents import UNTRANSLATED
from search.evaluation import read_graded_queries
from search.models import BestBet, OtherOffice
from search.requests import SearchRequest
from search.results import SearchResult
from search.selectors import search as selectors
from search.selectors.best_bets import bets_without_page
from search.selectors.guidance import MAX_BETS, Guidance, guidance
from search.selectors.search import search
from search.services.other_offices import COLUMNS, FILE, load_other_offices
from tests.search.factories import LexiconEntryFactory
from tests.search.samples import SearchFixture
from tests.search.test_relevance import province  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
QUERIES = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _nothing_cached() -> Any:
    process_cache.clear()
    yield
    process_cache.clear()


def bet(words: str, *documents: Any, **facts: Any) -> BestBet:
    values = {"valid_from": date(2026, 1, 1), "documents": [document.key for document in documents]} | facts
    return BestBet.objects.create(words=words, **values)


def office(words: str, **facts: Any) -> OtherOffice:
    OtherOffice.objects.all().delete()
    values = {
        "slug": "toa-an",
        "office": "Tòa án",
        "text": "Xét xử.",
        "checked_on": date(2026, 11, 30),
    } | facts
    return OtherOffice.objects.create(words=words, **values)


def shown(query: str, engine: str = "database", **facts: Any) -> Guidance:
    request = SearchRequest(query=query, **facts)
    return guidance(request, search(request, engine=engine))


def titles(query: str, engine: str = "database", **facts: Any) -> list[str]:
    return [one.title for one in shown(query, engine, **facts).bets]


class TestBestBets:
    def test_the_documents_of_a_query_are_shown_in_their_order(self, samples: SearchFixture):
        one, two = samples.add("Đăng ký kết hôn"), samples.add("Xác nhận tình trạng hôn nhân")
        samples.sync()
        bet("lấy vợ\ncưới", two, one)
        assert titles("cưới", samples.name) == ["Xác nhận tình trạng hôn nhân", "Đăng ký kết hôn"]

    @pytest.mark.parametrize("query", ["cưới nhau", "CƯỚI NHAU", "cuoi nhau", "tôi muốn cưới nhau ở đâu"])
    def test_case_diacritics_and_stop_words_do_not_matter(self, samples: SearchFixture, query: str):
        samples.sync()
        document = samples.add("Đăng ký kết hôn")
        samples.sync()
        bet("cưới nhau", document)
        assert titles(query, samples.name) == ["Đăng ký kết hôn"]

    @pytest.mark.parametrize("query", ["cưới nhau ngoài biên giới", "cưới", "cười nhau"])
    def test_other_queries_do_not_get_it(self, samples: SearchFixture, query: str):
        document = samples.add("Đăng ký kết hôn")
        samples.sync()
        bet("cưới nhau", document)
        assert titles(query, samples.name) == []

    def test_the_words_of_a_group_count_too(self, samples: SearchFixture):
        document = samples.add("Đăng ký kết hôn")
        samples.sync()
        group = LexiconEntryFactory(terms="hôn thú\nlấy chồng")
        bet("", document, group=group)
        assert titles("lấy chồng") == ["Đăng ký kết hôn"]
        group.active = False
        group.save()
        assert titles("lấy chồng") == []

    def test_best_bet_is_shown_from_its_first_to_its_last_day(self, samples: SearchFixture):
        document = samples.add("Đăng ký kết hôn")
        samples.sync()
        today = timezone.localdate()
        for first, last, is_shown in ((0, 0, True), (1, 5, False), (-5, -1, False), (-5, None, True)):
            BestBet.objects.all().delete()
            end = None if last is None else today + timedelta(days=last)
            bet("cưới", document, valid_from=today + timedelta(days=first), valid_to=end)
            assert bool(titles("cưới")) is is_shown, (first, last)

    def test_several_bets_are_shown_in_order_and_limited(self, samples: SearchFixture):
        documents = [samples.add(f"Thủ tục số {number}") for number in range(5)]
        samples.sync()
        bet("cưới", *documents[1:], position=2)
        bet("cưới", documents[0], position=1)
        found = titles("cưới")
        assert (found[0], len(found)) == ("Thủ tục số 0", MAX_BETS)

    def test_only_public_documents_are_shown(self, samples: SearchFixture):
        hidden, gone = samples.add("Kín", scopes=("agency:7",)), samples.document("Không có")
        samples.sync()
        bet("cưới", hidden, gone)
        assert titles("cưới") == []
        assert [state for _bet, state in bets_without_page()] == ["Không hiển thị: trang không còn công khai"]

    def test_bets_without_a_page_are_reported_with_the_reason(self, samples: SearchFixture):
        public, ended = samples.add("Còn"), samples.add("Hết", facts={"state": "Bãi bỏ từ 01/01/2026"})
        samples.sync()
        bet("một", public)
        bet("hai", ended)
        bet("ba", public, samples.document("Không có"))
        bet("bốn", samples.document("Không có"), valid_to=date(2026, 1, 2))
        found = {str(one): state for one, state in bets_without_page()}
        assert found == {
            "hai": "Dẫn tới thủ tục đã hết hiệu lực",
            "ba": "Hiển thị một phần: có trang không còn công khai",
        }

    def test_english_readers_get_the_translation_or_the_vietnamese_page(self, samples: SearchFixture):
        code = ("1.000894",)
        original = samples.add("Đăng ký kết hôn", codes=code, url="/a/")
        samples.add("Marriage registration", codes=code, url="/en/other/", locale="en")
        untranslated = samples.add("Khai tử", locale=UNTRANSLATED, url="/b/")
        samples.sync()
        bet("wedding", original, untranslated)
        assert titles("wedding", locale="en") == ["Marriage registration", "Khai tử"]
        assert titles("wedding") == ["Đăng ký kết hôn", "Khai tử"]

    def test_a_bet_for_one_language_is_not_shown_in_the_other(self, samples: SearchFixture):
        document = samples.add("Đăng ký kết hôn", locale=UNTRANSLATED)
        samples.sync()
        bet("wedding", document, language="en")
        assert titles("wedding", locale="en") == ["Đăng ký kết hôn"]
        assert titles("wedding") == []

    @pytest.mark.parametrize("facts", [{"page": 2}, {"kinds": ("sample",)}])
    def test_later_and_filtered_pages_have_none(self, samples: SearchFixture, facts: dict[str, Any]):
        document = samples.add("Đăng ký cưới")
        for number in range(12):
            samples.add(f"Cưới {number}")
        samples.sync()
        bet("cưới", document)
        assert titles("cưới") != []
        assert titles("cưới", **facts) == []


class TestOffices:
    def test_a_query_that_contains_the_words_gets_the_office(self, samples: SearchFixture):
        samples.sync()
        office("ly hôn")
        for query in ("ly hôn", "tôi muốn ly hôn đơn phương", "ly hon"):
            assert [one.name for one in shown(query, samples.name).offices] == ["Tòa án"], query
        assert shown("ly kỳ hôn nhân", samples.name).offices == ()

    def test_an_exception_wins(self, samples: SearchFixture):
        samples.sync()
        office("ly hôn", exceptions="ghi chú")
        assert shown("ghi chú ly hôn", samples.name).offices == ()

    @pytest.mark.parametrize("query", ["cấp giấy phép lái xe", "1.000894"])
    def test_no_office_if_the_query_names_a_procedure(self, samples: SearchFixture, query: str):
        office("giấy phép lái xe\n1 000894")
        assert shown("cấp giấy phép lái xe", samples.name).offices != ()
        samples.add("Thủ tục cấp giấy phép lái xe", codes=("1.000894",))
        for number in range(5):
            samples.add(f"Đăng ký kết hôn {number}")
        samples.sync()
        assert shown(query, samples.name).offices == ()

    def test_no_office_if_the_lexicon_leads_to_a_procedure(self, samples: SearchFixture):
        office("bằng lái")
        samples.add("Cấp giấy phép điều khiển phương tiện", codes=("1.000894",))
        samples.sync()
        assert shown("bằng lái ghe", samples.name).offices != ()
        LexiconEntryFactory(terms="bằng lái ghe", codes="1.000894")
        selectors.invalidate_resources()
        assert shown("bằng lái ghe", samples.name).offices == ()
        assert shown("bằng lái", samples.name).offices != (), "the whole query is as explicit as the lexicon"

    def test_the_longest_words_win(self, samples: SearchFixture):
        samples.sync()
        office("thuế")
        OtherOffice.objects.create(
            slug="hai-quan", words="thuế nhập khẩu", office="Hải quan", text="x", checked_on=date(2026, 1, 1)
        )
        assert [one.name for one in shown("thuế nhập khẩu").offices] == ["Hải quan"]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (
                "đổi bằng lái xe với làm lại căn cước bị mất luôn một lượt",
                ["Cảnh sát giao thông", "Công an xã"],
            ),
            ("mất căn cước và mất bằng lái xe", ["Công an xã", "Cảnh sát giao thông"]),
            ("căn cước ghi trên bằng lái xe", ["Cảnh sát giao thông"]),
        ],
    )
    def test_each_of_several_matters_gets_its_office(
        self, samples: SearchFixture, query: str, expected: list[str]
    ):
        samples.sync()
        office("bằng lái xe", office="Cảnh sát giao thông")
        OtherOffice.objects.create(
            slug="can-cuoc", words="căn cước", office="Công an xã", text="x", checked_on=date(2026, 1, 1)
        )
        assert [one.name for one in shown(query, samples.name).offices] == expected

    @pytest.mark.parametrize(
        ("query", "number"),
        [
            ("đẻ rớt ở nhà bà mụ đỡ, không có giấy chứng sinh. Giờ làm giấy tờ cho cháu", 0),
            ("sinh ở nhà hổng có giấy chứng sinh", 0),
            ("tôi không có giấy chứng sinh", 1),
            ("sinh ở bệnh viện, mất giấy chứng sinh", 1),
        ],
    )
    def test_a_paper_lacking_in_a_case_is_not_what_is_asked_for(
        self, samples: SearchFixture, query: str, number: int
    ):
        samples.sync()
        office("giấy chứng sinh", office="Bệnh viện")
        assert len(shown(query, samples.name).offices) == number

    def test_a_best_bet_takes_precedence(self, samples: SearchFixture):
        document = samples.add("Trang giải thích")
        samples.sync()
        office("ly hôn")
        bet("ly hôn", document)
        found = shown("ly hôn")
        assert (len(found.bets), found.offices) == (1, ())

    def test_inactive_answers_are_not_shown(self, samples: SearchFixture):
        office("ly hôn", active=False)
        assert shown("ly hôn").offices == ()

    def test_english_readers_get_english_texts(self, samples: SearchFixture):
        office("divorce", office_en="Court", text_en="Decides.")
        [found] = shown("divorce", locale="en").offices
        assert (found.name, found.text) == ("Court", "Decides.")
        office("divorce")
        [found] = shown("divorce", locale="en").offices
        assert found.name == "Tòa án"

    def test_searches_without_either_need_no_query(self, samples: SearchFixture):
        samples.sync()
        request = SearchRequest(query="khai sinh")
        result = search(request)
        guidance(request, result)
        with CaptureQueriesContext(connection) as queries:
            guidance(request, result)
        assert [one["sql"] for one in queries if "cachegeneration" not in one["sql"]] == []


class TestPage:
    def get(self, client: Client, query: str, path: str = "/tim-kiem/") -> str:
        return html.unescape(client.get(path, {"q": query}).content.decode())

    def test_offices_are_a_region_with_a_heading_above_the_results(
        self, client: Client, samples: SearchFixture
    ):
        samples.add("Ghi vào sổ việc ly hôn của người khác ở một nơi khác")
        samples.sync()
        office("ly hôn", url="https://toaan.example/", address="Đường Thử", legal_basis="Luật Thử")
        page = self.get(client, "ly hôn")
        assert re.search(r'<section[^>]*aria-labelledby="noi-khac"', page)
        assert page.index('id="noi-khac"') < page.index("Ghi vào sổ")
        for words in (
            "Việc này không làm ở đây",
            "Tòa án",
            "Xét xử.",
            "https://toaan.example/",
            "Đường Thử",
            "Luật Thử",
        ):
            assert words in page
        assert "This is not handled here" in self.get(client, "ly hôn", "/en/tim-kiem/")

    def test_bets_are_a_separate_region_from_the_results(self, client: Client, samples: SearchFixture):
        document = samples.add("Đăng ký kết hôn", facts={"state": "Bãi bỏ từ 01/01/2026"})
        samples.sync()
        bet("cưới", document)
        page = self.get(client, "cưới")
        region = page[page.index('aria-labelledby="goi-y"') :].split("</section>")[0]
        assert "Gợi ý" in region
        assert "Bãi bỏ từ 01/01/2026" in region
        assert f'data-document="{document.key}"' in region

    def test_empty_results_link_to_the_offices(self, client: Client, samples: SearchFixture):
        OtherOffice.objects.all().delete()
        assert 'href="/tim-kiem/noi-khac/"' in self.get(client, "xyzzy")
        office("xyzzy")
        assert 'href="#noi-khac"' in self.get(client, "xyzzy")

    def test_all_offices_have_a_page_in_both_languages(self, client: Client):
        office("ly hôn", office_en="Court", text_en="Decides.")
        assert "Xét xử." in self.get(client, "", "/tim-kiem/noi-khac/")
        assert "Decides." in self.get(client, "", "/en/tim-kiem/noi-khac/")

    def test_a_change_is_seen_on_cached_pages(self, client: Client, settings: Any, samples: SearchFixture):
        settings.PAGE_CACHE_ENABLED = True
        client = Client()
        row = office("ly hôn")
        assert "Xét xử." in self.get(client, "ly hôn")
        row.text = "Xử ly hôn."
        row.save()
        assert "Xử ly hôn." in self.get(client, "ly hôn")
        row.delete()
        assert "Xử ly hôn." not in self.get(client, "ly hôn")

    def test_names_of_offices_are_escaped(self, client: Client, samples: SearchFixture):
        office("ly hôn", office="<script>x</script>")
        assert "<script>x" not in client.get("/tim-kiem/", {"q": "ly hôn"}).content.decode()


class TestShippedOffices:
    def test_they_are_loaded_with_the_tables_and_are_complete(self):
        report = load_other_offices()
        assert (report.created, report.unchanged) == (0, OtherOffice.objects.count())
        assert report.unchanged >= 25

    def test_changes_by_editors_are_kept(self):
        row = OtherOffice.objects.get(slug="toa-an-ly-hon")
        row.address = "Số 1 đường Thử"
        row.save()
        assert load_other_offices().kept == 1
        row.refresh_from_db()
        assert row.address == "Số 1 đường Thử"

    def test_a_newer_row_replaces_an_untouched_one(self, tmp_path: Path):
        path = tmp_path / "a.tsv"
        path.write_text(FILE.read_text().replace("Tòa án nhân dân khu vực", "Tòa án mới"))
        assert load_other_offices(path=path).updated >= 2

    @pytest.mark.parametrize(
        "text",
        [
            "slug\nx\n",
            "\t".join(COLUMNS) + "\nx" + "\t" * (len(COLUMNS) - 1) + "\n",
            "\t".join(COLUMNS) + "\n" + "\t".join("x" for _name in COLUMNS) + "\n",
        ],
    )
    def test_a_bad_file_changes_nothing(self, tmp_path: Path, text: str):
        path = tmp_path / "a.tsv"
        path.write_text(text)
        with pytest.raises(InvalidInput):
            load_other_offices(path=path)
        with pytest.raises(CommandError):
            call_command("load_other_offices", path)

    def test_graded_queries_get_their_office_and_others_get_none(
        self,
        province: SearchFixture,  # noqa: F811 - the fixture
    ):
        nothing = SearchResult((), 0, (), 1, 1, province.name)

        def ask(text: str) -> list[str]:
            # Hits can only suppress an office: without a phrase in the query no search is needed.
            if not guidance(SearchRequest(query=text), nothing).offices:
                return []
            return [one.slug for one in shown(text, province.name).offices]

        found = office_evaluation.evaluate(
            office_evaluation.read_office_queries(QUERIES / "other_office_queries.tsv"), ask
        )
        assert found.queries >= 100
        assert found.found >= 0.97, found.failures
        assert found.silent == 1.0, found.failures
        answered = [
            query.query
            for name in ("graded_queries.tsv", "independent_queries.tsv")
            for query in read_graded_queries(QUERIES / name)
            if query.corpus != "national" and query.best and ask(query.query)
        ]
        assert answered == []
