"""Search and suggestions on every engine; values kept in memory and compared with the database once per second."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search import refreshing
from search.candidates import load_rows
from search.engines import base as engines
from search.engines.base import Candidate
from search.engines.database.engine import DatabaseEngine
from search.engines.elastic import index_integrity
from search.models import LexiconEntry
from search.refreshing import FRESH_SECONDS
from search.requests import Filters, SearchRequest
from search.results import Facet, count_facets, facets_of
from search.selectors import search as selectors
from search.selectors.search import (
    LEXICON,
    invalidate_resources,
    search,
    suggest,
)
from tests.search.factories import LexiconEntryFactory, UsageWeightFactory
from tests.search.samples import SearchFixture


@pytest.fixture
def filled(samples: SearchFixture) -> SearchFixture:
    for number in range(23):
        facets = {"level": ("cap_xa" if number % 3 else "cap_tinh",)}
        samples.add(f"Đăng ký kết hôn {number}", facets=facets)
    samples.sync()
    return samples


class TestCorrections:
    """What is reported about a typing error is the same on every engine."""

    def _fill(self, samples: SearchFixture) -> None:
        samples.add("Thủ tục cấp Giấy xác nhận tình trạng hôn nhân")
        samples.add("Đăng ký thành lập hộ kinh doanh")
        samples.add("Đăng ký kết hôn")
        samples.sync()

    @pytest.mark.parametrize(
        ("typed", "answered", "title"),
        [
            ("hokinhdoanh", "ho kinh doanh", "Đăng ký thành lập hộ kinh doanh"),
            ("tinh trnag hon nhan", "tinh trang hon nhan", "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân"),
            ("ket hoon", "ket hon", "Đăng ký kết hôn"),
            ("dangkykethon", "dang ky ket hon", "Đăng ký kết hôn"),
        ],
    )
    def test_correction_replaces_a_query_that_finds_less(
        self, samples: SearchFixture, typed: str, answered: str, title: str
    ):
        self._fill(samples)
        result = samples.ask(typed)
        assert (result.corrected_query, result.did_you_mean) == (answered, "")
        assert result.hits[0].title.text == title
        assert result.hits[0].title.spans

    def test_verbatim_query_is_left_as_typed(self, samples: SearchFixture):
        self._fill(samples)
        result = samples.ask("hokinhdoanh", verbatim=True)
        assert (result.corrected_query, result.did_you_mean, result.total) == ("", "", 0)

    def test_error_among_enough_correct_words_is_only_a_suggested_correction(self, samples: SearchFixture):
        samples.add("Xác nhận tình trạng hôn nhân của công dân Việt Nam cư trú ở nước ngoài")
        samples.sync()
        typed = "xác nhận tình trạng hôn nhân của công dân việt nam cư trú ở nước ngoàii"
        result = samples.ask(typed)
        assert (result.did_you_mean, result.corrected_query) == (typed[:-1], "")
        assert result.total == 1

    def test_known_words_are_never_corrected(self, samples: SearchFixture):
        self._fill(samples)
        result = samples.ask("đăng ký kết hôn")
        assert (result.corrected_query, result.did_you_mean) == ("", "")

    def test_a_correction_that_finds_nothing_better_is_not_used(self, samples: SearchFixture):
        samples.add("Đăng ký kết hôn", facets={"level": ("xa",)})
        samples.sync()
        assert samples.ask("zzkethon").hits == ()

    @pytest.mark.parametrize(
        ("typed", "weak"),
        [
            ("đăng ký kết hôn", False),
            ("ket hon", False),
            ("hộ chiếu phổ thông", True),  # only hộ occurs anywhere
            ("1.000894", False),
            ("zzz", False),  # nothing is found, which the page reports in another way
            ("", False),
        ],
    )
    def test_hits_that_cover_little_have_low_confidence(self, samples: SearchFixture, typed: str, weak: bool):
        samples.add("Đăng ký kết hôn", codes=("1.000894",))
        samples.add("Đăng ký thành lập hộ kinh doanh")
        samples.sync()
        assert samples.ask(typed).low_confidence is weak

    def test_filters_apply_to_the_corrected_query(self, samples: SearchFixture):
        samples.add("Đăng ký kết hôn", facets={"level": ("xa",)})
        samples.add("Đăng ký kết hôn lưu động", facets={"level": ("tinh",)})
        samples.sync()
        result = samples.ask("kethon", level=("tinh",))
        assert [hit.title.text for hit in result.hits] == ["Đăng ký kết hôn lưu động"]
        assert result.corrected_query == "ket hon"

    def test_corrections_use_only_words_of_the_scope(self, dossier_samples: SearchFixture):
        dossier_samples.add("Hồ sơ đất đai", scopes=("agency:1",))
        dossier_samples.sync()
        assert dossier_samples.ask("dat daii", scopes=("agency:1",)).total == 1


class TestExpandedTerms:
    def test_expanded_terms_in_titles_are_reported(self, samples: SearchFixture):
        LexiconEntryFactory(terms="cưới nhau", official="kết hôn\nhôn lễ")
        samples.add("Đăng ký kết hôn")
        samples.sync()
        assert samples.ask("cưới nhau").expanded_terms == ("kết hôn",)
        assert samples.ask("kết hôn").expanded_terms == ()
        assert samples.ask("").expanded_terms == ()


class TestTexts:
    """If titles do not match, texts, keywords and fields help."""

    def test_required_documents_in_the_text_find_their_procedure(self, samples: SearchFixture):
        samples.add("Thủ tục loại một", body="Người yêu cầu nộp giấy chứng sinh của trạm y tế.")
        samples.add("Thủ tục loại hai", body="Người yêu cầu nộp ảnh chân dung.")
        samples.sync()
        assert samples.titles("giấy chứng sinh") == ["Thủ tục loại một"]

    def test_text_without_two_significant_terms_is_not_found(self, samples: SearchFixture):
        samples.add("Thủ tục loại một", body="giấy chứng sinh của trạm y tế xã")
        samples.sync()
        assert samples.titles("chứng sinh trạm xá") == ["Thủ tục loại một"]
        assert samples.titles("chứng khoán ngân hàng") == []

    def test_text_breaks_ties_of_equal_titles(self, samples: SearchFixture):
        samples.add("Cấp giấy xác nhận", body="Ảnh chân dung.")
        samples.add("Cấp giấy xác nhận", body="Giấy ra viện của bệnh viện.")
        samples.sync()
        assert samples.ask("giấy xác nhận ra viện").hits[0].ref == "002"

    def test_the_name_of_the_field_finds_procedures(self, samples: SearchFixture):
        samples.add("Thủ tục loại một", facets={"field": ("ht",)}, facet_labels={"ht": "Hộ tịch"})
        samples.sync()
        assert samples.titles("hộ tịch") == ["Thủ tục loại một"]

    def test_the_commune_comes_before_the_ministry(self, samples: SearchFixture):
        samples.add("Đăng ký kết hôn", ref="bo", facets={"level": ("cap_bo",)})
        samples.add("Đăng ký kết hôn", ref="xa", facets={"level": ("cap_xa",)})
        samples.add("Đăng ký kết hôn", ref="tinh", facets={"level": ("cap_tinh",)})
        samples.sync()
        assert [hit.ref for hit in samples.ask("kết hôn").hits] == ["xa", "tinh", "bo"]

    def test_popularity_breaks_ties(self, samples: SearchFixture):
        for code in ("1.000001", "1.000002"):
            samples.add("Đăng ký kết hôn", ref=code, codes=(code,))
        samples.sync()
        UsageWeightFactory(code="1.000001", uses=10**6)
        selectors.invalidate_resources()
        assert [hit.ref for hit in samples.ask("kết hôn").hits] == ["1.000001", "1.000002"]


class TestSuggestions:
    def test_unfinished_word_is_completed(self, samples: SearchFixture):
        samples.add("Đăng ký kết hôn")
        samples.add("Đăng ký khai tử")
        samples.sync()
        lines = suggest("dang ky kh", engine=samples.name)
        assert lines[0].text == "Đăng ký khai tử"

    def test_hits_of_a_search_fill_the_remaining_places(self, samples: SearchFixture):
        LexiconEntryFactory(terms="cưới nhau", official="kết hôn")
        samples.add("Đăng ký kết hôn")
        samples.sync()
        assert [line.text for line in suggest("cưới nhau", engine=samples.name)] == ["Đăng ký kết hôn"]

    @pytest.mark.parametrize("typed", ["", " ", "a", "!!", "\x00", '"'])
    def test_too_short_a_query_suggests_nothing(self, samples: SearchFixture, typed: str):
        samples.add("Đăng ký kết hôn")
        samples.sync()
        assert suggest(typed, engine=samples.name) == ()

    @pytest.mark.parametrize("typed", ["k" * 10_000, "kết " * 3000, "🎉🎉", "\u202ekết", "kết\x00h"])
    def test_odd_prefixes_raise_no_error(self, samples: SearchFixture, typed: str):
        samples.add("Đăng ký kết hôn")
        samples.sync()
        assert len(suggest(typed, engine=samples.name)) <= 1

    def test_suggestions_are_limited(self, samples: SearchFixture):
        for number in range(9):
            samples.add(f"Giấy phép {number}")
        samples.sync()
        assert len(suggest("giấy ph", engine=samples.name)) == 6
        assert len(suggest("giấy ph", 3, engine=samples.name)) == 3

    def test_dossiers_are_never_suggested(self, dossier_samples: SearchFixture):
        dossier_samples.add("Hồ sơ đất đai", scopes=("public", "agency:1"))
        dossier_samples.sync()
        assert suggest("hồ sơ", engine=dossier_samples.name) == ()


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
def test_statements_do_not_grow_with_the_documents(
    samples: SearchFixture, monkeypatch: pytest.MonkeyPatch, ask: Any
):
    # On a slow machine more than a second may pass between two searches.
    monkeypatch.setattr(refreshing, "FRESH_SECONDS", 3600.0)
    monkeypatch.setattr(index_integrity, "COUNT_SECONDS", 3600.0)

    def fill(number: int) -> int:
        for place in range(number):
            samples.add(
                f"Giấy phép {place}", facets={"level": ("xa",), "field": (f"f{place}",)}, body="nộp " * 9
            )
        samples.sync()
        ask(samples.name)
        with CaptureQueriesContext(connection) as queries:
            ask(samples.name)
        return len(queries)

    few = fill(12)
    assert fill(5) == few
    assert few <= 12


@pytest.mark.django_db
class TestFacets:
    def test_values_are_labelled_from_any_document_that_has_them(self, samples: SearchFixture):
        samples.add("Giấy phép", facets={"field": ("ht",)}, facet_labels={"ht": "Hộ tịch"})
        samples.sync()
        facet = samples.ask("giấy phép", field=("ht", "nowhere")).facet("field")
        assert {value.value: value.label for value in facet.values} == {"ht": "Hộ tịch", "nowhere": "nowhere"}

    def test_no_hits_have_no_facets(self):
        counts = count_facets([], {})
        assert facets_of(counts, {}, {}) == ()
        assert Facet("kind", ()).values == ()


class _Odd(DatabaseEngine):
    """An engine that finds mostly documents unknown to the database."""

    name = "odd"

    def candidates(self, *_arguments: Any, **_options: Any) -> list[Candidate]:
        return [Candidate("unknown:1"), Candidate("unknown:2"), Candidate("sample:001")]

    def start_text_searches(self, searches: Any, _filters: Any) -> Any:
        return lambda: [self.candidates() for _search in searches]


def test_an_engine_that_finds_mostly_unknown_documents_is_unavailable(
    samples: SearchFixture, monkeypatch: pytest.MonkeyPatch
):
    samples.add("Đăng ký kết hôn")
    samples.sync()
    monkeypatch.setattr(engines, "engine_or_primary", lambda _name="": _Odd())
    result = search(SearchRequest("kết hôn"))
    assert (result.degraded, result.engine, result.total) == (True, "database", 1)


def test_a_collection_that_is_not_in_memory_must_be_known_too(
    dossier_samples: SearchFixture, monkeypatch: pytest.MonkeyPatch
):
    dossier_samples.add("Đăng ký kết hôn")
    dossier_samples.sync()
    monkeypatch.setattr(engines, "engine_or_primary", lambda _name="": _Odd())
    result = search(SearchRequest("kết hôn", collection="dossiers"))
    assert (result.degraded, result.engine, result.total) == (True, "database", 1)


class _ForeignEngine(DatabaseEngine):
    """An engine whose index is wrong about who may find a document and about its language."""

    name = "foreign"
    keys = ("sample:001", "sample:002", "sample:003", "sample:004")

    def candidates(self, *_arguments: Any, **_options: Any) -> list[Candidate]:
        return [Candidate(key) for key in self.keys]

    def browse(self, *_arguments: Any, **_options: Any) -> list[str]:
        return list(self.keys)


@pytest.mark.parametrize("query", ["nguyễn văn an", ""])
def test_rows_of_another_scope_or_language_are_dropped_whatever_the_engine_returns(
    dossier_samples: SearchFixture, monkeypatch: pytest.MonkeyPatch, query: str
):
    dossier_samples.add("Nguyễn Văn An", scopes=("agency:1",))
    dossier_samples.add("Nguyễn Văn An", scopes=("agency:2",))
    dossier_samples.add("Nguyễn Văn An", scopes=("agency:1",), locale="en")
    dossier_samples.add("Nguyễn Văn An", scopes=("agency:1", "agency:2"))
    dossier_samples.sync()
    monkeypatch.setattr(engines, "engine_or_primary", lambda _name="": _ForeignEngine())
    found = search(SearchRequest(query, collection="dossiers", scopes=("agency:1",), locale="vi"))
    assert sorted(hit.ref for hit in found.hits) == ["001", "004"]
    assert (found.engine, found.degraded) == ("foreign", False)


def test_rows_of_another_collection_are_dropped(dossier_samples: SearchFixture):
    dossier_samples.add("Nguyễn Văn An", scopes=("public",))
    dossier_samples.sync()
    assert load_rows([Candidate("sample:001")], Filters("public", "", ("public",))) == []


@pytest.mark.parametrize("per_page", [5, 23])
@pytest.mark.parametrize("query", ["kết hôn", ""])
def test_pages_partition_the_hits(filled: SearchFixture, query: str, per_page: int):
    first = filled.ask(query, per_page=per_page)
    pages = [filled.ask(query, per_page=per_page, page=number + 1) for number in range(first.pages)]
    refs = [hit.ref for page in pages for hit in page.hits]
    assert len(refs) == len(set(refs)) == first.total == 23


@pytest.mark.parametrize("query", ["kết hôn", ""])
def test_facet_counts_add_up_and_equal_the_hits_after_selection(filled: SearchFixture, query: str):
    whole = filled.ask(query)
    values = whole.facet("level").values
    assert sum(value.count for value in values) == whole.total
    for value in values:
        assert filled.ask(query, level=(value.value,)).total == value.count


def test_excerpt_is_from_the_end_of_a_long_text_if_only_that_has_the_words(samples: SearchFixture):
    samples.add("Hướng dẫn", body="Nội dung khác. " * 900 + "Đăng ký tạm trú ở đây.")
    samples.sync()
    (hit,) = samples.ask("đăng ký tạm trú").hits
    assert "Đăng ký tạm trú" in hit.snippet.text
    assert hit.snippet.spans


class TestFreshness:
    """Values in memory are looked up again at most once a second, documents in every search."""

    def test_a_document_is_found_and_a_restricted_one_is_not_at_once(self, samples: SearchFixture):
        samples.add("Đăng ký kết hôn")
        samples.sync()
        assert samples.titles("kết hôn") == ["Đăng ký kết hôn"]
        samples.add("Ghi chú kết hôn")
        first = samples.source.documents_by_ref["001"]
        samples.source.documents_by_ref["001"] = replace(first, scopes=("agency:3",))
        samples.deliver()
        assert samples.titles("kết hôn") == ["Ghi chú kết hôn"]

    def test_a_change_of_the_lexicon_is_seen_after_a_second(
        self, samples: SearchFixture, monkeypatch: pytest.MonkeyPatch
    ):
        clock = [1000.0]
        monkeypatch.setattr("search.refreshing.time.monotonic", lambda: clock[0])
        samples.add("Đăng ký kết hôn")
        samples.sync()
        assert samples.titles("cưới nhau") == []
        entry = LexiconEntryFactory(terms="cưới nhau", official="kết hôn")
        clock[0] += FRESH_SECONDS
        assert samples.titles("cưới nhau") == ["Đăng ký kết hôn"]
        LexiconEntry.objects.filter(pk=entry.pk).delete()
        clock[0] += FRESH_SECONDS
        assert samples.titles("cưới nhau") == []

    def test_empty_query_is_none(self):
        assert selectors.analyse_request(SearchRequest("")) is None


class TestLexicon:
    def test_unchanged_lexicon_is_not_compiled_again(self, db: None):
        before = LEXICON.get()
        invalidate_resources()
        assert LEXICON.get() is before

    def test_changed_lexicon_is_compiled_again(self, db: None):
        before = LEXICON.get()
        LexiconEntryFactory(terms="sổ hường", official="sổ hồng")
        invalidate_resources()
        assert LEXICON.get() is not before
        assert "sổ hường" in LEXICON.get().phrases
