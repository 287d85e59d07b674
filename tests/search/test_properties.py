"""What holds for every text a person may type and every page they may turn to, on every engine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.marking import mark, snippet
from search.analysis.syllables import folded_syllables
from search.requests import readable
from tests.search.library import Library
from tests.search.words import ask

ANY = st.text(max_size=120)


@given(ANY)
def test_any_text_is_analysed(text: str):
    query = ask(readable(text))
    assert all(word.folded.isalnum() and word.weight > 0 for word in query.words)
    for expansion in query.expansions:
        assert set(expansion.places) <= set(range(len(query.words)))


@given(ANY)
def test_folding_twice_is_folding_once(text: str):
    once = folded_syllables(text)
    assert folded_syllables(" ".join(once)) == once


@given(ANY, st.sampled_from(["kết hôn", "<b>khai sinh", "sao y", "a"]))
def test_marking_loses_no_text(text: str, asked: str):
    query = ask(asked)
    for shown in (mark(text, query), snippet(text, query)):
        assert "".join(piece for piece, _marked in shown.pieces()) == shown.text


@pytest.fixture
def shelf(library: Library) -> Library:
    for number in range(23):
        facets = {"level": ("cap_xa" if number % 3 else "cap_tinh",)}
        library.add(f"Đăng ký kết hôn {number}", facets=facets)
    library.sync()
    return library


@pytest.mark.parametrize("per_page", [5, 23])
@pytest.mark.parametrize("query", ["kết hôn", ""])
def test_pages_part_the_hits(shelf: Library, query: str, per_page: int):
    first = shelf.ask(query, per_page=per_page)
    pages = [shelf.ask(query, per_page=per_page, page=number + 1) for number in range(first.pages)]
    refs = [hit.ref for page in pages for hit in page.hits]
    assert len(refs) == len(set(refs)) == first.total == 23


@pytest.mark.parametrize("query", ["kết hôn", ""])
def test_a_facet_with_one_value_for_each_adds_up_and_keeps_its_promise(shelf: Library, query: str):
    whole = shelf.ask(query)
    values = whole.facet("level").values
    assert sum(value.count for value in values) == whole.total
    for value in values:
        assert shelf.ask(query, level=(value.value,)).total == value.count
