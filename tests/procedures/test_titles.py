"""Titles in capitals are shown in sentence case; names, abbreviations and what is not shouted stay."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import fold
from core.titles import sentence_case
from tests.paths import shared_data


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("CẤP GIẤY PHÉP XÂY DỰNG", "Cấp giấy phép xây dựng"),
        ("KHAI TỬ", "Khai tử"),
        ("THỦ TỤC CẤP LẠI GCN QSDĐ CỦA UBND XÃ ĐẤT MŨI", "Thủ tục cấp lại GCN QSDĐ của UBND xã Đất Mũi"),
        ("CẤP PHÉP CHO CƠ SỞ BÁN LẺ LPG", "Cấp phép cho cơ sở bán lẻ LPG"),
        ("GIẢI QUYẾT CHẾ ĐỘ TNLĐ, BNN", "Giải quyết chế độ TNLĐ, BNN"),
        ("SỞ Y TẾ VÀ BỘ GIÁO DỤC VÀ ĐÀO TẠO", "Sở Y tế và Bộ Giáo dục và Đào tạo"),
        ("HOẠT ĐỘNG Ở MỘT XÃ", "Hoạt động ở một xã"),
        ("CÔNG TRÌNH CẤP III, CẤP IV", "Công trình cấp III, cấp IV"),
        ("TRANG THIẾT BỊ LOẠI B, C, D", "Trang thiết bị loại B, C, D"),
        ("GIẤY PHÉP LÁI XE HẠNG B2", "Giấy phép lái xe hạng B2"),
        ("XỬ LÝ VI PHẠM TẠI VIỆT NAM", "Xử lý vi phạm tại Việt Nam"),
        ("Cấp thẻ CĂN CƯỚC công dân", "Cấp thẻ căn cước công dân"),
        ("QUYẾT ĐỊNH Về việc công bố", "Quyết định Về việc công bố"),
        (
            "Thiết bị tích hợp với PET (PET/CT), tích hợp với SPECT",
            "Thiết bị tích hợp với PET (PET/CT), tích hợp với SPECT",
        ),
        (
            "Đăng ký sử dụng dịch vụ T-VAN/ ngừng dịch vụ T-VAN",
            "Đăng ký sử dụng dịch vụ T-VAN/ ngừng dịch vụ T-VAN",
        ),
        ("Cấp lại sổ BHXH, thẻ BHYT", "Cấp lại sổ BHXH, thẻ BHYT"),
        ("thẩm định dự án", "Thẩm định dự án"),
        ("Bổ sung hồ sơ liệt sĩ. .", "Bổ sung hồ sơ liệt sĩ"),
        ("  Đăng  ký\u200b kết hôn ", "Đăng ký kết hôn"),
        ("HTX", "HTX"),
        ("", ""),
    ],
)
def test_what_is_shown(written: str, shown: str) -> None:
    assert sentence_case(written) == shown
    assert sentence_case(unicodedata.normalize("NFD", written)) == shown


WORDS = [
    "cấp",
    "GIẤY",
    "PHÉP",
    "xây",
    "dựng",
    "HTX",
    "LPG",
    "Ở",
    "xã",
    "Cà Mau",
    "CÀ MAU",
    "loại II",
    "(y tế)",
    "2025",
    "B2,",
]


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_showing_changes_nothing_but_case_and_is_done_once(words: list[str]) -> None:
    title = " ".join(words)
    shown = sentence_case(title)

    assert fold(shown) == fold(title).rstrip(" ,")
    assert sentence_case(shown) == shown


@given(st.text(max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    assert len(sentence_case(text)) <= len(unicodedata.normalize("NFC", text)) + 2


def test_no_title_of_the_province_is_shown_shouting() -> None:
    lines = shared_data("camau", "DanhSachTTHC_CaMau_capxa.csv").read_text(encoding="utf-8-sig")
    shouted = [line for line in lines.splitlines() if "THỦ TỤC" in line]
    assert shouted, "the list has titles in capitals"
    for line in shouted:
        assert "THỦ TỤC" not in sentence_case(line.split(",")[2])
