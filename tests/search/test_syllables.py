"""Cutting text into syllables: folded for finding, as written for exactness, with places that fit the original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import nfc
from search.analysis.syllables import (
    exact_form,
    folded_syllables,
    marked_syllables,
    searchable,
    syllables,
)

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
vietnamese = st.text(alphabet=LETTERS + LETTERS.upper() + "  .,-/0123456789()", max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đăng ký khai sinh", ["dang", "ki", "khai", "sinh"]),
        ("ĐĂNG KÝ KẾT HÔN", ["dang", "ki", "ket", "hon"]),
        ("quý, quí; kỹ thuật - kĩ thuật", ["qui", "qui", "ki", "thuat", "ki", "thuat"]),
        ("Nghị định 85/2023/NĐ-CP", ["nghi", "dinh", "85", "2023", "nd", "cp"]),
        ("thuỷ/thủy", ["thuy", "thuy"]),
        ("yêu cầu", ["yeu", "cau"]),
        ("", []),
        (" \n\t ", []),
        ("🎉 中文", []),
        ("giấy\u00a0phép\u200bxây", ["giay", "phep", "xay"]),
    ],
)
def test_text_is_folded_and_cut(text: str, expected: list[str]):
    assert folded_syllables(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hòa", "hoà"),
        ("thủy", "thuỷ"),
        ("khoẻ", "khỏe"),
        ("kỹ", "kĩ"),
        ("QUÝ", "quí"),
        ("lý", "lí"),
        ("Hóa", "hoá"),
    ],
)
def test_both_spellings_that_are_taught_have_one_exact_form(one: str, other: str):
    assert exact_form(one) == exact_form(other)


@pytest.mark.parametrize(
    ("one", "other"), [("hòa", "hóa"), ("tư", "tử"), ("ky", "kỳ"), ("đa", "da"), ("thi", "thì")]
)
def test_other_words_have_other_exact_forms(one: str, other: str):
    assert exact_form(one) != exact_form(other)


@given(vietnamese)
def test_the_searchable_form_is_as_long_as_the_text(text: str):
    assert len(searchable(text)) == len(nfc(text))


@given(vietnamese)
def test_places_lead_back_to_the_original(text: str):
    normal = nfc(text)
    for syllable in syllables(text):
        assert exact_form(normal[syllable.start : syllable.end]) == syllable.marked
        assert folded_syllables(normal[syllable.start : syllable.end]) == [syllable.folded]


@given(vietnamese)
def test_folding_what_is_folded_changes_nothing(text: str):
    once = folded_syllables(text)
    assert folded_syllables(" ".join(once)) == once


@given(vietnamese)
def test_there_is_one_exact_form_for_each_folded_one(text: str):
    assert len(marked_syllables(text)) == len(folded_syllables(text))


@given(st.text(max_size=80))
def test_any_text_can_be_cut(text: str):
    assert all(word.isascii() and word.isalnum() for word in folded_syllables(text))
