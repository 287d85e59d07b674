"""Levels of government named in a query, and closeness to the citizen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language.levels import UNKNOWN_NEARNESS, find_levels, nearness
from search.language.tokenizer import syllables
from tests.search.words import ask, order, row


class TestGovernmentLevels:
    @pytest.mark.parametrize(
        ("text", "levels"),
        [
            ("khai sinh ở xã", {"cap_xa"}),
            ("khai sinh o phuong", {"cap_xa"}),
            ("UBND xã chứng thực", {"cap_xa"}),
            ("ủy ban nhân dân tỉnh cho thuê đất", {"cap_tinh"}),
            ("lý lịch tư pháp sở tư pháp", {"cap_tinh"}),
            ("bộ công thương cấp phép", {"cap_bo"}),
            ("kết hôn cấp xã hay cấp tỉnh", {"cap_xa", "cap_tinh"}),
            ("thành lập hợp tác xã", set()),
            ("giấy phép cơ sở kinh doanh", set()),
            ("hồ sơ sổ đỏ", set()),
            ("trợ cấp xã hội", set()),
            ("", set()),
        ],
    )
    def test_levels_are_read_from_offices(self, text: str, levels: set[str]):
        assert find_levels(syllables(text))[1] == levels

    def test_words_naming_a_level_are_light(self):
        weights = {word.folded: word.weight for word in ask("kết hôn ở xã").words}
        assert weights["xa"] < 0.5 * min(weights["ket"], weights["hon"])

    @given(st.text(max_size=60))
    def test_any_text_is_read(self, text: str):
        query = syllables(text)
        places, _levels = find_levels(query)
        assert places <= set(range(len(query)))


class TestLevels:
    def test_the_commune_comes_first(self):
        rows = [
            row("Đăng ký kết hôn", level=[level], key=level) for level in ("cap_bo", "cap_tinh", "cap_xa")
        ]
        assert order("kết hôn", *rows) == ["cap_xa", "cap_tinh", "cap_bo"]

    @pytest.mark.parametrize(
        ("query", "first"),
        [
            ("kết hôn cấp tỉnh", "cap_tinh"),
            ("ket hon o tinh", "cap_tinh"),
            ("kết hôn trung ương", "cap_bo"),
            ("kết hôn sở tư pháp", "cap_tinh"),
            ("kết hôn cap huyen", "cap_huyen"),
            ("kết hôn ở xã", "cap_xa"),
        ],
    )
    def test_unless_another_level_is_requested(self, query: str, first: str):
        known = ("cap_bo", "cap_tinh", "cap_huyen", "cap_xa")
        rows = [row("Đăng ký kết hôn", level=[level], key=level) for level in known]
        assert order(query, *rows)[0] == first

    def test_if_one_is_requested_the_others_are_equal(self):
        asked = frozenset({"cap_tinh"})
        assert nearness(["cap_xa"], asked) == nearness(["cap_bo"], asked) == 0
        assert nearness(["cap_xa", "cap_tinh"], asked) == 1
        assert nearness([], asked) == UNKNOWN_NEARNESS

    @pytest.mark.parametrize("known", [[], ["something"], ["cap_tinh"]])
    def test_unknown_levels_rank_in_between(self, known: list[str]):
        assert nearness(["cap_bo"]) < nearness(known) < nearness(["cap_xa"])

    def test_the_nearest_of_several_counts(self):
        assert nearness(["cap_bo", "cap_xa"]) == 1.0

    def test_a_better_title_beats_a_nearer_level(self):
        far = row("Đăng ký kết hôn", level=["cap_bo"], key="far")
        near = row("Đăng ký khai sinh", level=["cap_xa"], key="near")
        assert order("đăng ký kết hôn", near, far)[0] == "far"
