"""Answers: corrections, freshness of what a process knows, facets of ranked hits, suggestions, query counts."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search.engines import registry as engines
from search.engines.base import Candidate
from search.engines.database import DatabaseEngine
from search.models import LexiconEntry
from search.requests import SearchRequest
from search.results import Facet
from search.selectors import knowledge, search, suggest, tallying
from search.selectors.knowledge import FRESH_SECONDS, Known
from tests.search.factories import LexiconEntryFactory, UsageWeightFactory
from tests.search.library import Library


class TestCorrections:
    """What is said of a slip, the same on every engine."""

    def _fill(self, library: Library) -> None:
        library.add("Thủ tục cấp Giấy xác nhận tình trạng hôn nhân")
        library.add("Đăng ký thành lập hộ kinh doanh")
        library.add("Đăng ký kết hôn")
        library.sync()

    @pytest.mark.parametrize(
        ("typed", "answered", "title"),
        [
            ("hokinhdoanh", "ho kinh doanh", "Đăng ký thành lập hộ kinh doanh"),
            ("tinh trnag hon nhan", "tinh trang hon nhan", "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân"),
            ("ket hoon", "ket hon", "Đăng ký kết hôn"),
            ("dangkykethon", "dang ky ket hon", "Đăng ký kết hôn"),
        ],
    )
    def test_the_correction_answers_where_what_was_typed_finds_less(
        self, library: Library, typed: str, answered: str, title: str
    ):
        self._fill(library)
        result = library.ask(typed)
        assert (result.answered, result.did_you_mean) == (answered, "")
        assert result.hits[0].title.text == title
        assert result.hits[0].title.spans

    def test_what_is_meant_verbatim_is_left_as_typed(self, library: Library):
        self._fill(library)
        result = library.ask("hokinhdoanh", verbatim=True)
        assert (result.answered, result.did_you_mean, result.total) == ("", "", 0)

    def test_a_slip_beside_enough_right_words_is_only_asked_about(self, library: Library):
        library.add("Xác nhận tình trạng hôn nhân của công dân Việt Nam cư trú ở nước ngoài")
        library.sync()
        typed = "xác nhận tình trạng hôn nhân của công dân việt nam cư trú ở nước ngoàii"
        result = library.ask(typed)
        assert (result.did_you_mean, result.answered) == (typed[:-1], "")
        assert result.total == 1

    def test_known_words_are_never_corrected(self, library: Library):
        self._fill(library)
        result = library.ask("đăng ký kết hôn")
        assert (result.answered, result.did_you_mean) == ("", "")

    def test_a_correction_that_finds_nothing_better_is_not_used(self, library: Library):
        library.add("Đăng ký kết hôn", facets={"level": ("xa",)})
        library.sync()
        assert library.ask("zzkethon").hits == ()

    @pytest.mark.parametrize(
        ("typed", "weak"),
        [
            ("đăng ký kết hôn", False),
            ("ket hon", False),
            ("hộ chiếu phổ thông", True),  # only hộ stands anywhere
            ("1.000894", False),
            ("zzz", False),  # nothing is found, which the page says otherwise
            ("", False),
        ],
    )
    def test_hits_that_only_touch_the_question_say_so(self, library: Library, typed: str, weak: bool):
        library.add("Đăng ký kết hôn", codes=("1.000894",))
        library.add("Đăng ký thành lập hộ kinh doanh")
        library.sync()
        assert library.ask(typed).weak is weak

    def test_choices_narrow_the_corrected_answer(self, library: Library):
        library.add("Đăng ký kết hôn", facets={"level": ("xa",)})
        library.add("Đăng ký kết hôn lưu động", facets={"level": ("tinh",)})
        library.sync()
        result = library.ask("kethon", level=("tinh",))
        assert [hit.title.text for hit in result.hits] == ["Đăng ký kết hôn lưu động"]
        assert result.answered == "ket hon"

    def test_the_words_of_one_scope_are_all_that_correct(self, office: Library):
        office.add("Hồ sơ đất đai", scopes=("agency:1",))
        office.sync()
        assert office.ask("dat daii", scopes=("agency:1",)).total == 1


class TestAlso:
    def test_words_of_the_lexicon_that_were_found_are_told(self, library: Library):
        LexiconEntryFactory(terms="cưới nhau", official="kết hôn\nhôn lễ")
        library.add("Đăng ký kết hôn")
        library.sync()
        assert library.ask("cưới nhau").also == ("kết hôn",)
        assert library.ask("kết hôn").also == ()
        assert library.ask("").also == ()


class TestTexts:
    """Where titles say nothing, texts, keywords and fields help."""

    def test_papers_in_the_text_find_their_procedure(self, library: Library):
        library.add("Thủ tục loại một", body="Người yêu cầu nộp giấy chứng sinh của trạm y tế.")
        library.add("Thủ tục loại hai", body="Người yêu cầu nộp ảnh chân dung.")
        library.sync()
        assert library.titles("giấy chứng sinh") == ["Thủ tục loại một"]

    def test_a_text_needs_all_but_one_of_the_telling_words(self, library: Library):
        library.add("Thủ tục loại một", body="giấy chứng sinh của trạm y tế xã")
        library.sync()
        assert library.titles("chứng sinh trạm xá") == ["Thủ tục loại một"]
        assert library.titles("chứng khoán ngân hàng") == []

    def test_the_text_parts_equal_titles(self, library: Library):
        library.add("Cấp giấy xác nhận", body="Ảnh chân dung.")
        library.add("Cấp giấy xác nhận", body="Giấy ra viện của bệnh viện.")
        library.sync()
        assert library.ask("giấy xác nhận ra viện").hits[0].ref == "002"

    def test_the_name_of_the_field_finds(self, library: Library):
        library.add("Thủ tục loại một", facets={"field": ("ht",)}, facet_labels={"ht": "Hộ tịch"})
        library.sync()
        assert library.titles("hộ tịch") == ["Thủ tục loại một"]

    def test_the_commune_comes_before_the_ministry(self, library: Library):
        library.add("Đăng ký kết hôn", ref="bo", facets={"level": ("cap_bo",)})
        library.add("Đăng ký kết hôn", ref="xa", facets={"level": ("cap_xa",)})
        library.add("Đăng ký kết hôn", ref="tinh", facets={"level": ("cap_tinh",)})
        library.sync()
        assert [hit.ref for hit in library.ask("kết hôn").hits] == ["xa", "tinh", "bo"]

    def test_popularity_parts_equals(self, library: Library):
        for code in ("1.000001", "1.000002"):
            library.add("Đăng ký kết hôn", ref=code, codes=(code,))
        library.sync()
        UsageWeightFactory(code="1.000001", uses=10**6)
        knowledge.forget()
        assert [hit.ref for hit in library.ask("kết hôn").hits] == ["1.000001", "1.000002"]


class TestSuggestions:
    def test_an_unfinished_word_goes_on(self, library: Library):
        library.add("Đăng ký kết hôn")
        library.add("Đăng ký khai tử")
        library.sync()
        lines = suggest("dang ky kh", engine=library.name)
        assert lines[0].text == "Đăng ký khai tử"

    def test_what_a_search_would_find_fills_the_rest(self, library: Library):
        LexiconEntryFactory(terms="cưới nhau", official="kết hôn")
        library.add("Đăng ký kết hôn")
        library.sync()
        assert [line.text for line in suggest("cưới nhau", engine=library.name)] == ["Đăng ký kết hôn"]

    @pytest.mark.parametrize("typed", ["", " ", "a", "!!", "\x00", '"'])
    def test_too_little_suggests_nothing(self, library: Library, typed: str):
        library.add("Đăng ký kết hôn")
        library.sync()
        assert suggest(typed, engine=library.name) == ()

    @pytest.mark.parametrize("typed", ["k" * 10_000, "kết " * 3000, "🎉🎉", "\u202ekết", "kết\x00h"])
    def test_absurd_beginnings_are_survived(self, library: Library, typed: str):
        library.add("Đăng ký kết hôn")
        library.sync()
        assert len(suggest(typed, engine=library.name)) <= 1

    def test_no_more_than_asked_for(self, library: Library):
        for number in range(9):
            library.add(f"Giấy phép {number}")
        library.sync()
        assert len(suggest("giấy ph", engine=library.name)) == 6
        assert len(suggest("giấy ph", 3, engine=library.name)) == 3

    def test_dossiers_are_never_suggested(self, office: Library):
        office.add("Hồ sơ đất đai", scopes=("public", "agency:1"))
        office.sync()
        assert suggest("hồ sơ", engine=office.name) == ()


@pytest.mark.parametrize(
    "ask",
    [
        lambda name: search(SearchRequest("giấy phép"), engine=name),
        lambda name: search(SearchRequest("giấy phép", level=("xa",), page=2), engine=name),
        lambda name: search(SearchRequest(""), engine=name),
        lambda name: search(SearchRequest("giayphep"), engine=name),
        lambda name: suggest("giấy ph", engine=name),
    ],
    ids=["words", "narrowed", "everything", "corrected", "suggestions"],
)
def test_statements_do_not_grow_with_the_documents(library: Library, ask: Any):
    def fill(number: int) -> int:
        for place in range(number):
            library.add(
                f"Giấy phép {place}", facets={"level": ("xa",), "field": (f"f{place}",)}, body="nộp " * 9
            )
        library.sync()
        ask(library.name)
        with CaptureQueriesContext(connection) as queries:
            ask(library.name)
        return len(queries)

    few = fill(12)
    assert fill(5) == few
    assert few <= 12


class TestKnown:
    """What is kept in memory and looked up again at most once a second."""

    def test_it_is_made_again_only_when_the_stamp_changes(self, monkeypatch: pytest.MonkeyPatch):
        clock, stamp, made = [100.0], [1], []
        monkeypatch.setattr("search.selectors.knowledge.time.monotonic", lambda: clock[0])
        known = Known(lambda: stamp[0], lambda: made.append(1) or len(made))
        assert [known.get(), known.get()] == [1, 1]
        stamp[0] = 2
        assert known.get() == 1, "not looked at again within the second"
        clock[0] += FRESH_SECONDS
        assert known.get() == 2
        clock[0] += FRESH_SECONDS
        assert known.get() == 2

    def test_it_can_be_forgotten(self):
        made: list[int] = []
        known = Known(lambda: 1, lambda: made.append(1) or len(made))
        known.get()
        known.forget()
        assert known.get() == 2

    def test_a_change_of_the_lexicon_is_seen_after_a_second(
        self, library: Library, monkeypatch: pytest.MonkeyPatch
    ):
        clock = [1000.0]
        monkeypatch.setattr("search.selectors.knowledge.time.monotonic", lambda: clock[0])
        library.add("Đăng ký kết hôn")
        library.sync()
        assert library.titles("cưới nhau") == []
        entry = LexiconEntryFactory(terms="cưới nhau", official="kết hôn")
        clock[0] += FRESH_SECONDS
        assert library.titles("cưới nhau") == ["Đăng ký kết hôn"]
        LexiconEntry.objects.filter(pk=entry.pk).delete()
        clock[0] += FRESH_SECONDS
        assert library.titles("cưới nhau") == []

    def test_an_empty_query_is_no_query(self):
        assert knowledge.analyse(SearchRequest("")) is None


@pytest.mark.django_db
class TestTally:
    def test_values_are_labelled_from_any_document_that_has_them(self, library: Library):
        library.add("Giấy phép", facets={"field": ("ht",)}, facet_labels={"ht": "Hộ tịch"})
        library.sync()
        facet = library.ask("giấy phép", field=("ht", "nowhere")).facet("field")
        assert {value.value: value.label for value in facet.values} == {"ht": "Hộ tịch", "nowhere": "nowhere"}

    def test_no_hits_have_no_facets(self):
        tally = tallying.tally_of([], SearchRequest("x"))
        assert tallying.facets_of(tally, SearchRequest("x"), {}) == ()
        assert Facet("kind", ()).values == ()


class _Odd(DatabaseEngine):
    """An engine that finds what nobody knows."""

    name = "odd"

    def candidates(self, *_arguments: Any, **_options: Any) -> list[Candidate]:
        return [Candidate("stranger:1"), Candidate("stranger:2"), Candidate("sample:001")]


def test_an_engine_that_finds_mostly_strangers_is_not_believed(
    library: Library, monkeypatch: pytest.MonkeyPatch
):
    library.add("Đăng ký kết hôn")
    library.sync()
    monkeypatch.setattr(engines, "asked_first", lambda _name="": _Odd())
    result = search(SearchRequest("kết hôn"))
    assert (result.degraded, result.engine, result.total) == (True, "database", 1)
