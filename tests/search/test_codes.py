"""Codes in what people type and in what documents carry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import nfc
from search.analysis.codes import codes_in, normal_codes, without_codes

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
