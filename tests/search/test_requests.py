"""How a request treats absurd parameters, and what results report."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.requests import MAX_PAGE, MAX_PER_PAGE, MAX_QUERY, MAX_VALUES, SearchRequest, readable

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class TestRequest:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("  kết   hôn ", "kết hôn"),
            ("kết\x00hôn", "kết hôn"),
            ("kết\nhôn\t", "kết hôn"),
            ("\u202ekết hôn\u202c", "kết hôn"),
            ("a" * 10_000, "a" * MAX_QUERY),
            ("\x00" * 10_000, ""),
            ('"""', '"""'),
        ],
    )
    def test_the_query_is_normalised(self, typed: str, kept: str):
        assert SearchRequest(typed).query == kept

    @given(st.text(max_size=2000))
    def test_normalisation_is_idempotent(self, text: str):
        once = readable(text)
        assert len(once) <= MAX_QUERY
        assert readable(once) == once
        assert "\x00" not in once

    @pytest.mark.parametrize(("asked", "kept"), [(-3, 1), (0, 1), (7, 7), (10**9, MAX_PAGE)])
    def test_page_numbers_are_limited(self, asked: int, kept: int):
        assert SearchRequest(page=asked).page == kept

    @pytest.mark.parametrize(("asked", "kept"), [(0, 1), (10, 10), (10**9, MAX_PER_PAGE)])
    def test_page_sizes_are_limited(self, asked: int, kept: int):
        assert SearchRequest(per_page=asked).per_page == kept

    def test_facet_values_are_limited_and_unique(self):
        many = tuple(str(number % 40) for number in range(100))
        request = SearchRequest(field=many, kinds=("procedure", "procedure"))
        assert len(request.field) == MAX_VALUES
        assert request.selected == {"kind": ("procedure",), "field": request.field}

    def test_filters_can_be_dropped(self):
        request = SearchRequest("kết hôn", kinds=("procedure",), agency=("x",), page=3, verbatim=True)
        bare = request.without_filters()
        assert bare.selected == {}
        assert (bare.query, bare.page, bare.verbatim) == ("kết hôn", 3, True)

    def test_the_offset_counts_from_the_first_page(self):
        assert [SearchRequest(page=page, per_page=20).offset for page in (1, 2, 5)] == [0, 20, 80]

    @pytest.mark.parametrize("facts", [{"collection": "secrets"}, {"sort": "random"}])
    def test_unknown_values_are_rejected(self, facts: dict[str, str]):
        with pytest.raises(ValueError, match="unknown"):
            SearchRequest(**facts)
