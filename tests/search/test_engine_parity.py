"""Both engines find and count the same, whatever is asked; the order is the scorer's own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.engines import registry as engines
from search.engines.base import Filters
from search.engines.database import DatabaseEngine
from search.engines.database.filtering import documents, holds, marks, where
from search.engines.database.tables import tables
from search.requests import SearchRequest
from search.selectors import knowledge, search
from tests.search.library import Library
from tests.search.words import TITLES, ask

WORDS = sorted({word for title in TITLES for word in title.split()})
LEVELS = ("cap_xa", "cap_tinh", "cap_bo")
PUBLIC = Filters("public", "vi", ("public",))


@pytest.fixture
def shelf(library: Library) -> Library:
    """The titles of the little language, on three levels, with codes and texts."""
    for number, title in enumerate(TITLES):
        library.add(
            title, codes=(f"1.{number:06}.H12",), body=f"Thân bài của {TITLES[number - 1]}.",
            facets={"level": (LEVELS[number % 3],)}, facet_labels={"cap_xa": "Cấp xã"},
        )  # fmt: skip
    library.sync()
    return library


def asked(library: Library, query: str, **facts: Any) -> Any:
    return search(SearchRequest(query, **facts), engine=library.name)


class TestSameAsTheDatabase:
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
    def test_titles_found_by_their_own_words(self, shelf: Library, words: list[str]):
        query = " ".join(words)
        here = asked(shelf, query, per_page=50, verbatim=True)
        there = search(SearchRequest(query, per_page=50, verbatim=True), engine=engines.DATABASE)
        assert not here.degraded
        assert [hit.ref for hit in here.hits][:1] == [hit.ref for hit in there.hits][:1] or _tied(here, there)

    def test_counts(self, shelf: Library):
        for query in ("đăng ký", "giấy phép xây dựng", "hợp tác xã", ""):
            for level in ((), ("cap_xa",), ("cap_xa", "cap_bo"), ("nowhere",)):
                here = asked(shelf, query, level=level)
                there = search(SearchRequest(query, level=level), engine=engines.DATABASE)
                assert here.facet("level") == there.facet("level"), (query, level)
                assert here.total == there.total, (query, level)

    def test_browsing(self, shelf: Library):
        for sort in ("newest", "title", "relevance"):
            here = asked(shelf, "", sort=sort, page=2)
            there = search(SearchRequest("", sort=sort, page=2), engine=engines.DATABASE)
            assert [hit.ref for hit in here.hits] == [hit.ref for hit in there.hits], sort

    def test_codes(self, shelf: Library):
        for number in (0, 7, 20):
            for style in ("", ".H12", ".000.00.00.H12"):
                assert asked(shelf, f"1.{number:06}{style}").hits[0].ref == f"{number + 1:03}"

    def test_each_title_is_the_first_answer_to_itself(self, shelf: Library):
        assert [asked(shelf, title).hits[0].title.text for title in TITLES] == list(TITLES)


def _tied(here: Any, there: Any) -> bool:
    """Two firsts may change places where the engines' own text scores part equals."""
    return abs(here.hits[0].score - there.hits[0].score) < 0.2


class TestEngineAlone:
    """Below the scorer: what an engine finds and counts."""

    def query(self, text: str) -> Any:
        found = knowledge.analyse(SearchRequest(text))
        assert found is not None
        return found

    def engine(self, library: Library) -> Any:
        return engines.engine(library.name)

    def test_candidates_by_word_code_and_text(self, shelf: Library):
        by_word = {c.key for c in self.engine(shelf).candidates(self.query("tranh chấp"), PUBLIC, limit=50)}
        assert "sample:021" in by_word
        by_code = {c.key for c in self.engine(shelf).candidates(self.query("1.000003"), PUBLIC, limit=50)}
        assert by_code == {"sample:004"}

    def test_no_more_candidates_than_asked_for_of_each_sort(self, shelf: Library):
        assert len(self.engine(shelf).candidates(self.query("đăng ký"), PUBLIC, limit=3)) <= 3 + 1 + 3

    def test_beginnings(self, shelf: Library):
        keys = [
            c.key for c in self.engine(shelf).starting_with(self.query("tranh chấp đất đ"), PUBLIC, limit=5)
        ]
        assert keys == ["sample:021"]

    def test_counting_everything_and_what_holds_all_words(self, shelf: Library):
        engine = self.engine(shelf)
        everything = engine.tally(None, PUBLIC, facets=("level", "kind"))
        assert everything.total == len(TITLES) == sum(everything.counts["level"].values())
        strict = self.engine(shelf).tally(self.query("kết hôn"), PUBLIC, facets=("level",))
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
    def test_what_may_not_be_found_is_neither_found_nor_counted(self, shelf: Library, filters: Filters):
        query = self.query("đăng ký kết hôn 1.000003")
        assert self.engine(shelf).candidates(query, filters, limit=50) == []
        assert self.engine(shelf).starting_with(query, filters, limit=50) == []
        assert self.engine(shelf).browse(filters, sort="newest", offset=0, limit=50) == []
        assert self.engine(shelf).tally(query, filters, facets=()).total == 0


class TestSql:
    """The pieces of SQL: parameters stay apart from text, and nothing chosen means nothing found."""

    def test_a_placeholder_for_each_value(self):
        assert marks(()) == ""
        assert marks(("a", "b", "c")) == "%s, %s, %s"

    def test_no_value_no_document(self):
        assert holds("scope", ()).text == "1 = 0"

    def test_values_are_parameters(self):
        nasty = "'; DROP TABLE x; --"
        condition = where(Filters("public", nasty, (nasty,), {"field": (nasty,)}))
        assert nasty not in condition.text
        assert condition.params.count(nasty) == 3
        assert condition.text.count("%s") == len(condition.params)

    def test_a_match_comes_before_the_condition(self):
        matching = tables("public").strict(ask("ket hon"))
        assert matching is not None
        joined = documents(PUBLIC, matching)
        assert joined.params[: len(matching.params)] == matching.params

    @pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
    def test_nothing_asked_matches_nothing(self, vendor: str):
        text = tables("public", vendor)
        empty = ask("!!!")
        assert [text.promising(empty), text.complete(empty), text.strict(empty), text.beginning(empty)] == [
            None
        ] * 4

    @pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
    def test_only_letters_and_digits_reach_the_language_of_the_server(self, vendor: str):
        text = tables("public", vendor)
        query = ask("kết\" OR (hôn) & !x:* <-> 'y'")
        for matching in (
            text.promising(query),
            text.complete(query),
            text.strict(query),
            text.beginning(query),
        ):
            assert matching is not None
            written = " ".join(value for value in matching.params if isinstance(value, str))
            assert not set(written) - set('abcdefghijklmnopqrstuvwxyz0123456789 "ANDOR()*&|:<->')
            assert "!" not in written

    def test_the_engine_has_a_name(self):
        assert DatabaseEngine.name == engines.DATABASE
