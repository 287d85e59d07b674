"""Parts of a question that may each ask for something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import nfc
from search.language.subjects import MAX_SUBJECTS, split


class TestSplit:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("đăng ký kết hôn và làm khai sinh cho con", ["đăng ký kết hôn", "làm khai sinh cho con"]),
            ("khai tử cho ông, đồng thời khai nhận di sản", ["khai tử cho ông", "khai nhận di sản"]),
            ("khai tu cho ong roi khai nhan di san", ["khai tu cho ong", "khai nhan di san"]),
            ("Chứng thực di chúc. Chứng thực chữ ký.", ["Chứng thực di chúc", "Chứng thực chữ ký"]),
            ("lam khai sinh cho con nho", []),
            ("đăng ký kết hôn", []),
            ("ăn và ngủ", []),
            ("", []),
        ],
    )
    def test_conjunctions_and_punctuation_split_a_question(self, text: str, parts: list[str]):
        assert split(text) == parts

    def test_sentences_that_only_describe_are_left_out(self):
        text = "Ông tôi mất hôm qua, thọ 80 tuổi. Tôi muốn làm khai tử thì cần gì?"
        assert split(text) == []

    def test_a_long_list_is_not_split(self):
        assert split(", ".join(["khai sinh cho con"] * (MAX_SUBJECTS + 1))) == []

    @given(st.text(max_size=120))
    def test_parts_are_substrings_of_the_text_in_order(self, text: str):
        normal, place = nfc(text), 0
        for part in split(normal):
            place = normal.index(part, place) + len(part)
