"""Codes in what people type and in what documents carry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import nfc
from search.analysis.codes import codes_asked, codes_in, normal_codes, without_codes

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


@given(national, st.sampled_from(["", ".H12", ".h12", ".000.00.00.H12", ".000.00.00.h01"]))
def test_every_style_of_a_national_code_is_the_same_code(code: str, style: str):
    assert codes_in(f"mã {code}{style} ạ") == (code,)
    assert code in normal_codes([code + style])


@pytest.mark.parametrize(
    "text",
    ["2000815", "2-000815", "2 000815", "2,000815", "2_000815", "2.000815h12", "2000815.H12", "2-000815-h12",
     "thủ tục 2000815 làm sao", "2.000815.000.00.00-H12", "2000815.000.00.00.H12"],
)  # fmt: skip
def test_a_code_written_carelessly_is_the_code(text: str):
    assert codes_asked(text)[0] == "2.000815"
    blank = without_codes(text)
    assert "000815" not in blank or "2000815" in blank.split()


@pytest.mark.parametrize(
    "text",
    ["096185001234", "H12-19-261123-0002", "11-0024077", "2.0008151", "20008151", "12/000815",
     "1724/2025", "0000815", "2-000815-1", "ngày 25/11/2026", "1.000.000 đồng", "12000815"],
)  # fmt: skip
def test_other_numbers_are_no_careless_codes(text: str):
    assert codes_asked(text) == codes_in(text)


@given(national, st.sampled_from([".", "", "-", " ", ",", "_"]), st.sampled_from(["", ".H12", "h12", "-H12"]))
def test_every_careless_style_of_a_national_code_is_the_same_code(code: str, mark: str, style: str):
    assert code in codes_asked(f"mã {code.replace('.', mark)}{style} ạ")


@given(national, st.text(alphabet="ab đềcửa ", max_size=20))
def test_blanking_codes_moves_nothing(code: str, words: str):
    text = f"{words} {code}.H12 xã"
    blank = without_codes(text)
    assert len(blank) == len(nfc(text)) == len(text)
    assert code not in blank
    assert blank.endswith(" xã")


def test_a_document_keeps_its_codes_in_every_form_it_is_asked_by():
    assert normal_codes(["1.000894.000.00.00.H12"]) == ("1.000894", "1.000894.000.00.00.h12")
    assert normal_codes(["H12-19-261123-0002"]) == ("h12-19-261123-0002",)
    assert normal_codes(["", "  "]) == ()
