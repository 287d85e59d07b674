"""Titles in memory: the same results as comparing every title, and never out of date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from search.documents import PUBLIC
from search.models import CollectionState, IndexedDocument
from search.ranking import titles as module
from search.ranking.rows import Row
from search.ranking.titles import TitleCandidates, Titles, _add_up, _by_sum, _places, _Set
from search.requests import Filters
from tests.search.samples import SearchFixture
from tests.search.words import ask, row

EVERYBODY = Filters(PUBLIC, "vi", (PUBLIC,))
weights = st.lists(st.tuples(st.sets(st.integers(0, 200)), st.integers(0, 70)), max_size=12)


def filled(*rows: Row) -> Titles:
    titles = Titles(PUBLIC)
    for one in rows:
        titles._add(one)
    titles.is_complete = True
    return titles


def keys(found: TitleCandidates | Iterable[Row]) -> list[str]:
    rows = found.rows if isinstance(found, TitleCandidates) else found
    return [one.key.removeprefix("procedure:") for one in rows]


@given(weights)
def test_sums_are_those_of_each_place(weighted: list[tuple[set[int], int]]):
    sums: dict[int, int] = {}
    for places, weight in weighted:
        for place in places:
            sums[place] = sums.get(place, 0) + weight
    digits = _add_up((sum(1 << place for place in places), weight) for places, weight in weighted)
    found = [(total, place) for total, places in _by_sum(digits, (1 << 201) - 1) for place in _places(places)]
    assert {place: total for total, place in found} == {
        place: total for place, total in sums.items() if total
    }
    assert [total for total, _place in found] == sorted((total for total, _ in found), reverse=True)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 300)), max_size=400), st.integers(1, 20))
def test_set_of_few_or_many_places(changes: list[tuple[bool, int]], many: int):
    expected: set[int] = set()
    made = _Set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MANY", many)
        for adds, place in changes:
            if adds and place not in expected:
                expected.add(place)
                made.add(place)
            elif not adds:
                expected.discard(place)
                made.discard(place)
    assert set(_places(made.number())) == expected


def test_best_titles_come_first_and_no_more_than_requested():
    some = filled(*map(row, ("Đăng ký khai sinh", "Đăng ký kết hôn", "Kết hôn", "Đăng ký hộ kinh doanh")))
    assert keys(some.find(ask("đăng ký kết hôn"), EVERYBODY, limit=9))[0] == "Đăng ký kết hôn"
    assert keys(some.find(ask("đăng ký kết hôn"), EVERYBODY, limit=2)) == ["Đăng ký kết hôn", "Kết hôn"]


def test_phrase_of_an_expansion_counts():
    apart = row("Xác nhận nhân hôn trạng tình", key="procedure:apart")
    whole = row("Xác nhận tình trạng hôn nhân", key="procedure:whole")
    assert keys(filled(apart, whole).find(ask("giấy độc thân"), EVERYBODY, limit=9))[0] == "whole"


def test_document_with_a_code_is_found_whatever_its_title():
    coded = row("Khác hẳn", codes=["1.004873"], key="procedure:coded")
    assert keys(filled(coded).find(ask("1.004873"), EVERYBODY, limit=9)) == ["coded"]
    assert keys(filled(coded).find(ask("giấy độc thân"), EVERYBODY, limit=9)) == ["coded"]


def test_only_a_title_with_half_of_the_query_covers_it():
    some = filled(row("Đăng ký kết hôn"))
    assert some.find(ask("đăng ký kết hôn"), EVERYBODY, limit=9).covered
    assert not some.find(ask("đăng ký thành lập hợp tác xã"), EVERYBODY, limit=9).covered
    assert not filled().find(ask("đăng ký kết hôn"), EVERYBODY, limit=9).covered


@pytest.mark.parametrize(
    ("change", "filters"),
    [
        ({"scopes": ["agency:3"]}, EVERYBODY),
        ({"locale": "en"}, EVERYBODY),
        ({"facets": {"level": ["cap_xa"]}}, replace(EVERYBODY, selected={"level": ("cap_tinh",)})),
        ({}, replace(EVERYBODY, scopes=())),
    ],
)
def test_titles_that_are_hidden_or_not_selected_are_not_found(change: dict[str, object], filters: Filters):
    shown = row("Đăng ký kết hôn lại", key="procedure:shown", codes=["1.000894"], level=["cap_tinh"])
    hidden = replace(row("Đăng ký kết hôn", key="procedure:hidden", codes=["1.000894"]), **change)
    some = filled(shown, hidden)
    expected = ["shown"] if filters.scopes else []
    for text in ("đăng ký kết hôn", "1.000894"):
        assert keys(some.find(ask(text), filters, limit=9)) == expected
    if not filters.selected:
        assert keys(some.rows(["procedure:shown", "procedure:hidden", "unknown"], filters)) == expected


def test_untranslated_titles_are_found_in_every_language():
    some = filled(replace(row("Đăng ký kết hôn", key="procedure:one"), locale="vi+"))
    assert keys(some.find(ask("kết hôn"), replace(EVERYBODY, locale="en"), limit=9)) == ["one"]
    assert keys(some.find(ask("kết hôn"), replace(EVERYBODY, locale=""), limit=9)) == ["one"]


@pytest.mark.django_db
class TestFreshness:
    @pytest.fixture
    def titles(self, samples: SearchFixture) -> Titles:
        for title in ("Đăng ký kết hôn", "Đăng ký khai sinh"):
            samples.add(title)
        samples.sync()
        return self.refreshed(Titles(PUBLIC))

    @staticmethod
    def refreshed(titles: Titles) -> Titles:
        titles.refresh()
        return titles

    def words(self, titles: Titles, text: str = "đăng ký") -> set[str]:
        found = self.refreshed(titles).find(ask(text), EVERYBODY, limit=9)
        return {one.title_words for one in found.rows}

    def test_unchanged_titles_need_one_query(self, titles: Titles) -> None:
        with CaptureQueriesContext(connection) as queries:
            titles.refresh()
        assert len(queries.captured_queries) == 1
        assert self.words(titles) == {"dang ki ket hon", "dang ki khai sinh"}

    def test_new_changed_and_deleted_documents_are_noticed(
        self, titles: Titles, samples: SearchFixture
    ) -> None:
        first = next(iter(samples.source.documents_by_ref))
        samples.add("Đăng ký tạm trú")
        samples.source.documents_by_ref[first] = replace(
            samples.source.documents_by_ref[first], title="Đăng ký giám hộ"
        )
        samples.sync()
        assert self.words(titles) == {"dang ki tam tru", "dang ki giam ho", "dang ki khai sinh"}
        del samples.source.documents_by_ref[first]
        samples.sync(first)
        assert self.words(titles) == {"dang ki tam tru", "dang ki khai sinh"}
        assert self.words(titles, "giám hộ") == set()

    def test_restricted_document_is_gone_at_the_next_search(
        self, titles: Titles, samples: SearchFixture
    ) -> None:
        first = next(iter(samples.source.documents_by_ref))
        samples.source.documents_by_ref[first] = replace(
            samples.source.documents_by_ref[first], scopes=("agency:3",)
        )
        samples.sync()
        assert self.words(titles) == {"dang ki khai sinh"}

    def test_place_of_a_deleted_document_is_reused(self, titles: Titles, samples: SearchFixture) -> None:
        for number in range(5):
            samples.add("Đăng ký tạm thời", ref=f"new{number}")
            samples.sync()
            self.refreshed(titles)
            del samples.source.documents_by_ref[f"new{number}"]
            samples.sync(f"new{number}")
            self.refreshed(titles)
        assert len(titles._rows) == 3
        assert self.words(titles) == {"dang ki ket hon", "dang ki khai sinh"}

    def test_an_older_counter_is_noticed_too(self, titles: Titles) -> None:
        """This happens when a database has been restored."""
        IndexedDocument.objects.filter(title_words="dang ki ket hon").delete()
        CollectionState.objects.update(generation=0)
        assert self.words(titles) == {"dang ki khai sinh"}

    def test_more_documents_than_can_be_kept(self, samples: SearchFixture) -> None:
        for number in range(3):
            samples.add(f"Đăng ký số {number}")
        samples.sync()
        titles = self.refreshed(Titles(PUBLIC, size=2))
        assert not titles.is_complete
        assert titles.find(ask("đăng ký"), EVERYBODY, limit=9).rows == []
        del samples.source.documents_by_ref[next(iter(samples.source.documents_by_ref))]
        samples.sync("001")
        assert self.words(titles) == {"dang ki so 1", "dang ki so 2"}
        assert titles.is_complete
