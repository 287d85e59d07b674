"""Titles in capitals: what Vietnamese writes large and what not, in whole titles of the national list."""

from __future__ import annotations

import pytest

from core.titles import sentence_case


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        # abbreviations stay
        ("CẤP GIẤY CHỨNG NHẬN CHO HTX, LIÊN HIỆP HTX", "Cấp giấy chứng nhận cho HTX, liên hiệp HTX"),
        ("THỦ TỤC CỦA UBND CẤP XÃ", "Thủ tục của UBND cấp xã"),
        ("NGHỊ QUYẾT CỦA HĐND TỈNH", "Nghị quyết của HĐND tỉnh"),
        ("HỖ TRỢ HỌC NGHỀ TỪ QUỸ BHTN", "Hỗ trợ học nghề từ quỹ BHTN"),
        ("CẤP LẠI THẺ BHYT", "Cấp lại thẻ BHYT"),
        ("THẨM ĐỊNH BÁO CÁO ĐTM", "Thẩm định báo cáo ĐTM"),
        ("CẤP ĐỔI GCN QSDĐ", "Cấp đổi GCN QSDĐ"),
        ("CỬA HÀNG BÁN LẺ LPG CHAI", "Cửa hàng bán lẻ LPG chai"),
        ("HỒ SƠ DỰ ÁN PPP", "Hồ sơ dự án PPP"),
        # numbers of the Romans
        ("CÔNG TRÌNH CẤP II", "Công trình cấp II"),
        ("DỰ ÁN NHÓM B, CẤP III VÀ CẤP IV", "Dự án nhóm B, cấp III và cấp IV"),
        ("GIAI ĐOẠN III", "Giai đoạn III"),
        # classes and marks
        ("GIẤY PHÉP LÁI XE HẠNG A1, B2", "Giấy phép lái xe hạng A1, B2"),
        ("PHƯƠNG TIỆN LOẠI C", "Phương tiện loại C"),
        # names
        ("TỈNH CÀ MAU", "Tỉnh Cà Mau"),
        ("XÃ ĐẤT MŨI, HUYỆN NGỌC HIỂN", "Xã Đất Mũi, huyện Ngọc Hiển"),
        ("CÔNG DÂN VIỆT NAM CƯ TRÚ Ở LÀO VÀ CAMPUCHIA", "Công dân Việt Nam cư trú ở Lào và Campuchia"),
        ("PHONG TẶNG BÀ MẸ VIỆT NAM ANH HÙNG", "Phong tặng Bà mẹ Việt Nam anh hùng"),
        ("CHỦ TỊCH ỦY BAN NHÂN DÂN CẤP XÃ", "Chủ tịch Ủy ban nhân dân cấp xã"),
        ("SỞ TƯ PHÁP", "Sở Tư pháp"),
        ("BỘ QUỐC PHÒNG", "Bộ Quốc phòng"),
        ("CƠ QUAN NHÀ NƯỚC", "Cơ quan Nhà nước"),
        # single letters that are words
        ("Ở RỂ, Ý KIẾN, Y TẾ", "Ở rể, ý kiến, y tế"),
        # brackets, quotes, slashes, dashes
        ("CẤP (CẤP LẠI) GIẤY PHÉP", "Cấp (cấp lại) giấy phép"),
        ("CẤP/CẤP ĐỔI THẺ", "Cấp/cấp đổi thẻ"),
        ("“GIA ĐÌNH VĂN HÓA”", "“Gia đình văn hóa”"),
        ("THU HỒI - BỒI THƯỜNG", "Thu hồi - bồi thường"),
        ("1. ĐĂNG KÝ", "1. đăng ký"),
        # ordinary titles are left alone
        ("Đăng ký khai sinh", "Đăng ký khai sinh"),
        ("Thủ tục TTHC nội bộ của UBND", "Thủ tục TTHC nội bộ của UBND"),
        ("Cấp phép bay cho UAV", "Cấp phép bay cho UAV"),
        ("đăng ký khai sinh", "Đăng ký khai sinh"),
    ],
)
def test_a_title(written: str, shown: str) -> None:
    assert sentence_case(written) == shown


@pytest.mark.parametrize("end", [".", " .", ". .", ",", ";", ":", " ", "...", " ;"])
def test_no_stop_at_the_end(end: str) -> None:
    assert sentence_case(f"ĐĂNG KÝ KHAI SINH{end}") == "Đăng ký khai sinh"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("", ""), (" ", ""), (".", ""), ("…", "…"), ("()", "()"), ("1", "1"), ("1.001193", "1.001193"), ("HTX", "HTX"),
     ("Ở", "Ở"), ("B", "B"), ("(x)", "(X)")],
)  # fmt: skip
def test_what_is_no_title_is_left_as_it_is(text: str, shown: str) -> None:
    assert sentence_case(text) == shown


@pytest.mark.parametrize("written", ["CẤP GIẤY PHÉP", "ĐĂNG KÝ", "KHAI TỬ"])
def test_twice_is_once(written: str) -> None:
    assert sentence_case(sentence_case(written)) == sentence_case(written)
