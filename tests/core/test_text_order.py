"""Vietnamese dictionary order."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import sort_key


@pytest.mark.parametrize(
    "ordered",
    [
        ["a", "à", "ả", "ã", "á", "ạ", "ă", "ắ", "â", "ấ", "b"],
        ["dân", "đan", "đơn", "e", "ê", "g"],
        ["o", "ô", "ơ", "p", "u", "ư", "v", "w", "x", "y"],
        ["Bạc Liêu", "Cà Mau", "Cái Nước", "Đất Mũi", "Năm Căn", "U Minh"],
        ["Cấp bản sao", "Cấp giấy phép", "Chấm dứt", "Chứng thực", "Công nhận"],
        ["Sở Tài chính", "Sở Tư pháp", "Sở Xây dựng", "Sở Y tế"],
        ["Khu vực 2", "Khu vực 3", "Khu vực A"],
    ],
)
def test_names_stand_where_a_vietnamese_reader_looks_for_them(ordered):
    shuffled = ordered[::2] + ordered[1::2]
    assert sorted(shuffled, key=sort_key) == ordered


def test_a_tone_decides_only_between_words_of_the_same_letters():
    assert sorted(["má b", "ma c", "ma b"], key=sort_key) == ["ma b", "má b", "ma c"]


@given(st.text(max_size=30))
def test_any_text_has_a_key_and_its_unicode_form_does_not_matter(text):
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert sort_key(composed) == sort_key(decomposed)
