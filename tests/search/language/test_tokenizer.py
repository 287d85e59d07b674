"""Syllables: folded for searching, exact for diacritics, with offsets; codes in queries and documents."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.text import nfc
from search.language.tokenizer import (
    blank_codes,
    codes_in,
    exact_form,
    fold_spelling,
    folded_syllables,
    index_codes,
    marked_syllables,
    query_codes,
    syllables,
)

ANY = st.text(max_size=120)


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
def test_text_is_folded_and_split(text: str, expected: list[str]):
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
def test_both_taught_spellings_have_one_exact_form(one: str, other: str):
    assert exact_form(one) == exact_form(other)


@pytest.mark.parametrize(
    ("one", "other"), [("hòa", "hóa"), ("tư", "tử"), ("ky", "kỳ"), ("đa", "da"), ("thi", "thì")]
)
def test_other_words_have_other_exact_forms(one: str, other: str):
    assert exact_form(one) != exact_form(other)


@given(vietnamese)
def test_folded_text_is_as_long_as_the_text(text: str):
    assert len(fold_spelling(text)) == len(nfc(text))


@given(vietnamese)
def test_offsets_point_into_the_original(text: str):
    normal = nfc(text)
    for syllable in syllables(text):
        assert exact_form(normal[syllable.start : syllable.end]) == syllable.marked
        assert folded_syllables(normal[syllable.start : syllable.end]) == [syllable.folded]


@given(vietnamese)
def test_folding_what_is_folded_changes_nothing(text: str):
    once = folded_syllables(text)
    assert folded_syllables(" ".join(once)) == once


@given(vietnamese)
def test_there_is_one_exact_form_per_folded_form(text: str):
    assert len(marked_syllables(text)) == len(folded_syllables(text))


@given(st.text(max_size=80))
def test_any_text_can_be_split(text: str):
    assert all(word.isascii() and word.isalnum() for word in folded_syllables(text))


@given(ANY)
@example("KYÆ")
@example("ky_")
def test_folding_twice_is_folding_once(text: str):
    once = folded_syllables(text)
    assert folded_syllables(" ".join(once)) == once


national = st.from_regex(r"[1-9]\.[0-9]{6}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("1.002407", ("1.002407",)),
        ("1.002407.H12", ("1.002407",)),
        ("1.002407.000.00.00.h12", ("1.002407",)),
        ("thủ tục 1.002407 và 2.000815.H12", ("1.002407", "2.000815")),
        ("(1.002407)", ("1.002407",)),
        ("1.002407,2.000815", ("1.002407", "2.000815")),
        ("1.002407 1.002407.H12", ("1.002407",)),
        ("H12-19-261123-0002", ("h12-19-261123-0002",)),
        ("1724/QĐ-UBND", ("1724/qd-ubnd",)),
        ("096185001234", ("096185001234",)),
        ("11.0024077", ("11.0024077",)),
        ("kết hôn", ()),
        ("lớp 3", ()),
        ("năm 2025", ()),
        ("", ()),
    ],
)
def test_codes_are_read_from_a_query(text: str, codes: tuple[str, ...]):
    assert codes_in(text) == codes


@pytest.mark.parametrize("hyphen", ["\u2010", "\u2011", "\u2013", "\u2212"])
def test_hyphens_of_word_processors_equal_typed_ones(hyphen: str) -> None:
    assert codes_in(f"85/2019/TT{hyphen}BTC") == index_codes(["85/2019/TT-BTC"]) == ("85/2019/tt-btc",)


def test_number_after_thong_tu_is_not_a_date() -> None:
    assert codes_in("thông tư 85/2019") == codes_in("thong tu  85/2019") == ("85/2019",)
    assert codes_in("từ 8/2019 đến 12/2024") == ()


@given(national, st.sampled_from(["", ".H12", ".h12", ".000.00.00.H12", ".000.00.00.h01"]))
def test_every_style_of_a_national_code_is_the_same_code(code: str, style: str):
    assert codes_in(f"mã {code}{style} ạ") == (code,)
    assert code in index_codes([code + style])


@pytest.mark.parametrize(
    "text",
    ["2000815", "2-000815", "2 000815", "2,000815", "2_000815", "2.000815h12", "2000815.H12", "2-000815-h12",
     "thủ tục 2000815 làm sao", "2.000815.000.00.00-H12", "2000815.000.00.00.H12"],
)  # fmt: skip
def test_a_carelessly_written_code_is_recognised(text: str):
    assert query_codes(text)[0] == "2.000815"
    blank = blank_codes(text)
    assert "000815" not in blank or "2000815" in blank.split()


@pytest.mark.parametrize(
    "text",
    ["096185001234", "H12-19-261123-0002", "11-0024077", "2.0008151", "20008151", "12/000815",
     "1724/2025", "0000815", "2-000815-1", "ngày 25/11/2026", "1.000.000 đồng", "12000815"],
)  # fmt: skip
def test_other_numbers_are_not_careless_codes(text: str):
    assert query_codes(text) == codes_in(text)


@given(national, st.sampled_from([".", "", "-", " ", ",", "_"]), st.sampled_from(["", ".H12", "h12", "-H12"]))
def test_every_careless_style_of_a_national_code_is_the_same_code(code: str, mark: str, style: str):
    assert code in query_codes(f"mã {code.replace('.', mark)}{style} ạ")


@given(national, st.text(alphabet="ab đềcửa ", max_size=20))
def test_blanking_codes_keeps_offsets(code: str, words: str):
    text = f"{words} {code}.H12 xã"
    blank = blank_codes(text)
    assert len(blank) == len(nfc(text)) == len(text)
    assert code not in blank
    assert blank.endswith(" xã")


def test_document_codes_are_indexed_in_every_form():
    assert index_codes(["1.000894.000.00.00.H12"]) == ("1.000894", "1.000894.000.00.00.h12")
    assert index_codes(["H12-19-261123-0002"]) == ("h12-19-261123-0002",)
    assert index_codes(["", "  "]) == ()
