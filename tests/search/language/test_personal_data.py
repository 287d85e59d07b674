"""What is removed from a query before it is counted, and what a lexicon editor still sees."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language.personal_data import MAX_LENGTH, without_personal_data


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("gọi 0912345678 hỏi sổ đỏ", "gọi hỏi sổ đỏ"),
        ("sđt 0912 345 678", "sđt"),
        ("+84.912.345.678 sổ đỏ", "sổ đỏ"),
        ("số CCCD 096085001234 của tôi", "số cccd của tôi"),
        ("an.nguyen@thu.example xin việc", "xin việc"),
        ("https://thu.example/ho-so/KHOA sổ đỏ", "sổ đỏ"),
        ("sinh ngày 01/02/1980 khai sinh lại", "sinh ngày khai sinh lại"),
        ("Hồ sơ H12.46.18-261119-0007 tới đâu", "hồ sơ tới đâu"),
        ("sang tên xe 69A1-123.45", "sang tên xe"),
        ("xe 69-A1 12345", "xe"),
        ("số nhà 12/3 cấp lại", "cấp lại"),
    ],
)
def test_numbers_and_addresses_of_people_are_removed(typed: str, kept: str) -> None:
    assert without_personal_data(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("khai sinh cho con tên Trần Thị Bông, nhanh", "khai sinh cho con tên, nhanh"),
        ("con tên trần bông", "con tên"),
        ("họ tên là lê an", "họ tên là"),
        ("khai sinh nguyễn văn an", "khai sinh"),
        ("khai sinh nguyen van an", "khai sinh"),
        ("Lê Thị Bé Ba khai sinh", "khai sinh"),
        ("bà Lan mất sổ đỏ", "bà mất sổ đỏ"),
        ("con tên Bông nhập học", "con tên nhập học"),
    ],
)
def test_names_are_removed(typed: str, kept: str) -> None:
    assert without_personal_data(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "đổi tên cho con",
            "hồ sơ đất đai",
            "lý lịch tư pháp",
            "quy hoach do thi",
            "quy hoạch đô thị",
            "đào ao",
        ),
        *(
            "thông tư 85/2019/tt-btc",
            "nghị định 118/2025",
            "đổi tên doanh nghiệp",
            "con tôi 14 tuổi",
            "mẫu số 02",
        ),
    ],
)
def test_questions_about_services_are_kept(typed: str) -> None:
    assert without_personal_data(typed) == typed


def test_capital_letters_and_spaces_do_not_matter() -> None:
    assert without_personal_data("  ĐĂNG KÝ   Kết Hôn? ") == "đăng ký kết hôn"


def test_a_procedure_code_is_not_a_telephone_number() -> None:
    assert without_personal_data("thủ tục 2.000815.000.00.00.H12") == "2.000815"


def test_long_queries_are_cut_at_a_word() -> None:
    found = without_personal_data("tôi muốn hỏi " * 20)
    assert len(found) <= MAX_LENGTH
    assert found.split()[-1] in {"tôi", "muốn", "hỏi"}


@given(st.text(max_size=300))
def test_any_text_is_accepted_and_keeps_no_six_digits_in_a_row(text: str) -> None:
    found = without_personal_data(text)
    assert len(found) <= MAX_LENGTH
    assert not re.search(r"\S@\S", found)
    run = 0
    for character in found:
        run = run + 1 if character.isdigit() else 0
        assert run < 7
