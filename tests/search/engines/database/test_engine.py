"""Both engines find and count the same, whatever the query; the scorer determines the order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.analysis import MIN_PART, Expansion, Query
from search.engines import base as engines
from search.engines.database.engine import (
    PHRASE_BONUS,
    DatabaseEngine,
    _documents,
    _FoundTitle,
    _has_value,
    _placeholders,
    _where,
    _with_phrases,
)
from search.engines.database.text_index import text_index
from search.language.vocabulary import Word
from search.requests import Filters, SearchRequest
from search.selectors import search as selectors
from search.selectors.search import search
from tests.search.samples import SearchFixture
from tests.search.words import TITLES, ask

WORDS = sorted({word for title in TITLES for word in title.split()})


LEVELS = ("cap_xa", "cap_tinh", "cap_bo")


PUBLIC = Filters("public", "vi", ("public",))


@pytest.fixture
def filled(samples: SearchFixture) -> SearchFixture:
    """The titles of the small language, at three levels, with codes and texts."""
    for number, title in enumerate(TITLES):
        samples.add(
            title, codes=(f"1.{number:06}.H12",), body=f"Thân bài của {TITLES[number - 1]}.",
            facets={"level": (LEVELS[number % 3],)}, facet_labels={"cap_xa": "Cấp xã"},
        )  # fmt: skip
    samples.sync()
    return samples


def asked(samples: SearchFixture, query: str, **facts: Any) -> Any:
    return search(SearchRequest(query, **facts), engine=samples.name)


class TestSameAsTheDatabase:
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
    def test_titles_found_by_their_own_words(self, filled: SearchFixture, words: list[str]):
        query = " ".join(words)
        here = asked(filled, query, per_page=50, verbatim=True)
        there = search(SearchRequest(query, per_page=50, verbatim=True), engine=engines.DATABASE)
        assert not here.degraded
        assert [hit.ref for hit in here.hits][:1] == [hit.ref for hit in there.hits][:1] or _tied(here, there)

    def test_facet_counts_and_totals_equal_those_of_the_database_engine(self, filled: SearchFixture):
        for query in ("đăng ký", "giấy phép xây dựng", "hợp tác xã", ""):
            for level in ((), ("cap_xa",), ("cap_xa", "cap_bo"), ("nowhere",)):
                here = asked(filled, query, level=level)
                there = search(SearchRequest(query, level=level), engine=engines.DATABASE)
                assert here.facet("level") == there.facet("level"), (query, level)
                assert here.total == there.total, (query, level)

    def test_browsing_gives_the_same_page_as_the_database_engine(self, filled: SearchFixture):
        for sort in ("newest", "title", "relevance"):
            here = asked(filled, "", sort=sort, page=2)
            there = search(SearchRequest("", sort=sort, page=2), engine=engines.DATABASE)
            assert [hit.ref for hit in here.hits] == [hit.ref for hit in there.hits], sort

    def test_every_style_of_a_code_finds_its_document_first(self, filled: SearchFixture):
        for number in (0, 7, 20):
            for style in ("", ".H12", ".000.00.00.H12"):
                assert asked(filled, f"1.{number:06}{style}").hits[0].ref == f"{number + 1:03}"

    def test_each_title_is_the_first_answer_to_itself(self, filled: SearchFixture):
        assert [asked(filled, title).hits[0].title.text for title in TITLES] == list(TITLES)


def _tied(here: Any, there: Any) -> bool:
    """The first two may be swapped if the engines' own text scores break a tie."""
    return abs(here.hits[0].score - there.hits[0].score) < 0.2


class TestEngineAlone:
    """Without the scorer: what an engine finds and counts."""

    def query(self, text: str) -> Any:
        found = selectors.analyse_request(SearchRequest(text))
        assert found is not None
        return found

    def engine(self, samples: SearchFixture) -> Any:
        return engines.engine(samples.name)

    def test_candidates_by_word_code_and_text(self, filled: SearchFixture):
        by_word = {c.key for c in self.engine(filled).candidates(self.query("tranh chấp"), PUBLIC, limit=50)}
        assert "sample:021" in by_word
        by_code = {c.key for c in self.engine(filled).candidates(self.query("1.000003"), PUBLIC, limit=50)}
        assert by_code == {"sample:004"}

    def test_no_more_candidates_of_each_kind_than_requested(self, filled: SearchFixture):
        assert len(self.engine(filled).candidates(self.query("đăng ký"), PUBLIC, limit=3)) <= 3 + 1 + 3

    def test_prefix_candidates(self, filled: SearchFixture):
        keys = [
            c.key
            for c in self.engine(filled).prefix_candidates(self.query("tranh chấp đất đ"), PUBLIC, limit=5)
        ]
        assert keys == ["sample:021"]

    def test_counting_everything_and_documents_with_all_words(self, filled: SearchFixture):
        engine = self.engine(filled)
        everything = engine.count_facets(None, PUBLIC, facets=("level", "kind"))
        assert everything.total == len(TITLES) == sum(everything.counts["level"].values())
        strict = self.engine(filled).count_facets(self.query("kết hôn"), PUBLIC, facets=("level",))
        assert 2 <= strict.total < everything.total

    @pytest.mark.parametrize(
        "filters",
        [
            Filters("public", "vi", ()),
            Filters("public", "en", ("public",)),
            Filters("dossiers", "", ("public",)),
            Filters("public", "vi", ("agency:1",)),
            Filters("public", "vi", ("public",), {"level": ("nowhere",)}),
        ],
        ids=["nobody", "another language", "another collection", "another scope", "another choice"],
    )
    def test_hidden_documents_are_neither_found_nor_counted(self, filled: SearchFixture, filters: Filters):
        query = self.query("đăng ký kết hôn 1.000003")
        assert self.engine(filled).candidates(query, filters, limit=50) == []
        assert self.engine(filled).prefix_candidates(query, filters, limit=50) == []
        assert self.engine(filled).browse(filters, sort="newest", offset=0, limit=50) == []
        assert self.engine(filled).count_facets(query, filters, facets=()).total == 0


class TestSql:
    """The pieces of SQL: parameters are kept apart from the text, and nothing selected means nothing found."""

    def test_each_value_has_a_placeholder(self):
        assert _placeholders(()) == ""
        assert _placeholders(("a", "b", "c")) == "%s, %s, %s"

    def test_without_values_no_document_is_found(self):
        assert _has_value("scope", ()).text == "1 = 0"

    def test_values_are_parameters(self):
        nasty = "'; DROP TABLE x; --"
        condition = _where(Filters("public", nasty, (nasty,), {"field": (nasty,)}))
        assert nasty not in condition.text
        assert condition.params.count(nasty) == 3
        assert condition.text.count("%s") == len(condition.params)

    def test_a_match_comes_before_the_condition(self):
        matching = text_index("public").match_all(ask("ket hon"))
        assert matching is not None
        joined = _documents(PUBLIC, matching)
        assert joined.params[: len(matching.params)] == matching.params

    def test_titles_with_an_expansion_as_a_phrase_come_first(self):
        words = (Word("tinh"), Word("trang"))
        query = Query("độc thân", words=(Word("doc"),), expansions=(Expansion((0,), words),))
        titles = [
            _FoundTitle(1, "a", 1, "trang tinh", 2.0),
            _FoundTitle(2, "b", 1, "xac nhan tinh trang", 2.0),
        ]
        assert [(one.id, one.score) for one in _with_phrases(titles, query)] == [
            (2, 2.0 + 2 * PHRASE_BONUS),
            (1, 2.0),
        ]

    @pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
    def test_empty_query_matches_nothing(self, vendor: str):
        text = text_index("public", vendor)
        empty = ask("!!!")
        assert [
            text.match_any(empty, empty.candidate_terms),
            text.match_most(empty),
            text.match_all(empty),
            text.match_prefix(empty),
        ] == [None] * 4

    @pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
    def test_only_letters_and_digits_reach_the_query_language_of_the_server(self, vendor: str):
        text = text_index("public", vendor)
        query = ask("kết\" OR (hôn) & !x:* <-> 'y'")
        for matching in (
            text.match_any(query, query.candidate_terms, 10),
            text.match_most(query),
            text.match_most(query, [1, 2]),
            text.match_all(query),
            text.match_prefix(query),
        ):
            assert matching is not None
            written = " ".join(value for value in matching.params if isinstance(value, str))
            assert not set(written) - set('abcdefghijklmnopqrstuvwxyz0123456789 "ANDOR()*&|:<->')
            assert "!" not in written

    def test_the_engine_has_a_name(self):
        assert DatabaseEngine.name == engines.DATABASE


class TestDecidingWords:
    def test_lightest_words_are_left_out(self) -> None:
        words = (Word("cap", weight=1.0), Word("giay", weight=0.4), Word("doc", weight=3.0))
        query = Query("cấp giấy độc", words=words)
        assert query.deciding_terms == {"doc": 3.0, "cap": 1.0}

    def test_words_of_an_expansion_can_be_deciding(self) -> None:
        led = Expansion((0,), (Word("hon", weight=3.0), Word("nhan", weight=1.0)))
        query = Query("độc", words=(Word("doc", weight=3.0),), expansions=(led,))
        assert query.deciding_terms == {"doc": 3.0, "hon": 3.0}

    def test_words_that_are_too_small_a_part_of_an_expansion_do_not_decide(self) -> None:
        words = (
            Word("quyen", weight=2.0),
            Word("su", weight=1.0),
            Word("dung", weight=1.0),
            Word("dat", weight=1.0),
        )
        query = Query("sổ", words=(Word("so", weight=3.0),), expansions=(Expansion((0,), words),))
        assert query.deciding_terms == {"so": 3.0, "quyen": 2.0, "dat": 1.0}
        assert sum(word.weight for word in words[1:3]) / sum(word.weight for word in words) < MIN_PART

    def test_a_single_word_decides(self) -> None:
        assert Query("cấp", words=(Word("cap", weight=0.1),)).deciding_terms == {"cap": 0.1}


@pytest.mark.django_db
class TestTexts:
    """The database engine reads texts beyond the titles found only if no title contains half of the query."""

    def keys(self, samples: SearchFixture, query: str) -> set[str]:
        samples.sync()
        asked = selectors.analyse_request(SearchRequest(query))
        assert asked is not None
        return {one.key for one in DatabaseEngine().candidates(asked, PUBLIC, limit=50)}

    def test_text_is_found_if_no_title_matches(self, samples: SearchFixture) -> None:
        samples.add("Hộ tịch", body="Trích lục bản đồ địa chính")
        samples.add("Đăng ký kết hôn")
        assert self.keys(samples, "trích lục bản đồ") == {"sample:001"}

    @pytest.mark.postgres
    def test_text_beside_a_good_title_is_not_read(self, samples: SearchFixture) -> None:
        samples.add("Hộ tịch", body="Trích lục bản đồ địa chính")
        samples.add("Trích lục bản đồ địa chính")
        assert self.keys(samples, "trích lục bản đồ") == {"sample:002"}

    def test_text_decides_between_equal_titles(self, samples: SearchFixture) -> None:
        samples.add("Trích lục bản đồ")
        samples.add("Trích lục bản đồ", body="Trích lục bản đồ địa chính, trích lục bản đồ")
        samples.sync()
        found = search(SearchRequest("trích lục bản đồ"), engine=engines.DATABASE)
        assert [hit.explanation["text"] > 0 for hit in found.hits] == [True, True]
