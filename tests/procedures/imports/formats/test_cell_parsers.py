"""Single cells of the national lists: amounts, fee notes, times, closed lists, steps."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.imports.formats import cell_parsers
from procedures.imports.formats.cell_parsers import parse_amount, parse_steps, split_fee_note
from procedures.imports.formats.flattened_tables import (
    parse_channels,
    parse_fees,
)

COUNCIL = "Mức lệ phí cụ thể do Hội đồng nhân dân tỉnh, thành phố trực thuộc Trung ương quyết định."


EXEMPT = "Miễn lệ phí cho người thuộc gia đình có công với cách mạng; người thuộc hộ nghèo; người khuyết tật."


COPY = "Phí cấp bản sao Trích lục (nếu có yêu cầu) thực hiện theo quy định tại Thông tư số 281/2016/TT-BTC."


@pytest.mark.parametrize(
    "note",
    [
        COUNCIL,
        f"Lệ phí: {COUNCIL}",
        f"Lệ phí : Đồng (- {COUNCIL})",
        f"Đồng ({COUNCIL} {COPY})",
        "Mức lệ phí (nếu có) theo quy định của Hội đồng nhân dân cấp tỉnh.",
        "Theo mức thu lệ phí do Hội đồng nhân dân cấp tỉnh quy định.",
        "Theo quy định của Luật phí và lệ phí và các văn bản hướng dẫn",
        "Theo quy định của Hội đồng nhân dân cấp tỉnh",
    ],
)
def test_free_is_unknown_if_the_province_sets_the_amount(note: str) -> None:
    value, words, _exemption = split_fee_note(Decimal(0), note)

    assert value is None
    assert words
    assert not words.startswith(("(", "Đồng", "Lệ phí :", "-"))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "Không quy định.",
        "Không có",
        "Không",
        COPY,
        f"Miễn lệ phí. {COPY}",
        "Không thu lệ phí đối với tổ hợp tác.",
    ],
)
def test_free_of_charge_is_zero(note: str) -> None:
    assert split_fee_note(Decimal(0), note)[0] == 0


def test_exemption_and_note_are_separated() -> None:
    assert split_fee_note(Decimal(0), f"{COUNCIL} {EXEMPT} {COPY}") == (
        None,
        f"{COUNCIL} {COPY}",
        EXEMPT.rstrip("."),
    )
    assert split_fee_note(Decimal(0), f"{COUNCIL}{EXEMPT}") == (None, COUNCIL.rstrip("."), EXEMPT.rstrip("."))


@pytest.mark.parametrize("word", ["giám hộ", "giám sát", "giam giữ", "giám định"])
def test_guardian_is_not_read_as_reduction(word: str) -> None:
    note = f"Phí cấp bản sao Trích lục đăng ký {word} theo quy định."

    assert split_fee_note(Decimal(8000), note) == (8000, note.rstrip("."), "")


@pytest.mark.parametrize(
    ("beside", "note"),
    [
        ("70.000 đồng/giấy", "/giấy"),
        ("70.000 đồng/Giấy chứng nhận.", "/Giấy chứng nhận"),
        ("70.000đ/ lần", "/lần"),
        ("70,000 VNĐ/trang; từ trang thứ 3: 1.000 đồng/trang", "/trang; từ trang thứ 3: 1.000 đồng/trang"),
        ("50.000 đồng/giấy", "50.000 đồng/giấy"),
        ("Phí thẩm định: 70.000 đồng/lần.", "Phí thẩm định: 70.000 đồng/lần"),
        ("((bảy mươi nghìn đồng)Lệ phí đăng ký", "(bảy mươi nghìn đồng) Lệ phí đăng ký"),
        ("(Áp dụng (từ 2025) cho cả nước)", "Áp dụng (từ 2025) cho cả nước"),
    ],
)
def test_repeated_amount_becomes_a_unit(beside: str, note: str) -> None:
    assert split_fee_note(Decimal(70000), beside) == (70000, note, "")


@pytest.mark.parametrize(
    ("digits", "value"),
    [
        ("8,000", "8000"), ("8.000", "8000"), ("4,500,000", "4500000"), ("4.500.000", "4500000"), ("10", "10"),
        ("1.5", "1.5"), ("1,5", "1.5"), ("0", "0"), ("12.50", "12.50"), ("1,234.5", "1234.5"),
    ],
)  # fmt: skip
def test_amounts_with_either_separator(digits: str, value: str) -> None:
    assert parse_amount(digits) == Decimal(value)


@given(st.integers(min_value=0, max_value=10**12))
def test_grouping_never_changes_an_amount(value: int) -> None:
    for mark in ",.":
        assert parse_amount(f"{value:,}".replace(",", mark)) == value


@given(st.decimals(min_value=0, max_value=10**9, places=0), st.text(max_size=200))
def test_known_amount_survives_any_note(value: Decimal, note: str) -> None:
    read, words, exemption = split_fee_note(value, note)

    assert read == value or (value == 0 and read is None)
    assert len(words) + len(exemption) <= len(note) + 8


@given(st.text(max_size=300))
def test_no_fee_text_breaks_the_parser(text: str) -> None:
    fees, rest = parse_fees(text)

    assert text.endswith(rest)
    assert all(fee.amount is None or fee.amount >= 0 for fee in fees)


ROW = {"hinh_thuc": "Trực tiếp", "thoi_han": "3 Ngày làm việc", "phi_le_phi": ""}


def test_a_table_row_gives_time_fees_and_description() -> None:
    text = (
        "Hình thức nộpThời gianPhí, lệ phíMô tảTrực tiếp3 Ngày làm việc"
        "2,000 Việt Nam Đồng(/trang)10 USD(/bản)Nộp tại Trung tâm."
        "Trực tuyếnKhông có thông tinMiễn phí(Không quy định)"
    )
    rows = [ROW, {"hinh_thuc": "Trực tuyến", "thoi_han": "Không có thông tin", "phi_le_phi": ""}]

    counter, online = parse_channels({"kenh_parsed": rows, "cach_thuc_thuc_hien": text})

    assert (counter.channel, counter.time_value, counter.time_unit) == ("truc_tiep", 3, "ngay_lam_viec")
    assert [(fee.amount, fee.currency, fee.note) for fee in counter.fees] == [
        (2000, "VND", "/trang"), (10, "USD", "/bản"),
    ]  # fmt: skip
    assert counter.time_note == "Nộp tại Trung tâm."
    assert (online.time_value, online.time_note, online.fees[0].amount) == (None, "", 0)
    assert online.fees[0].note == ""


def test_a_time_without_a_unit_is_not_guessed() -> None:
    row = {**ROW, "thoi_han": "5"}

    (channel,) = parse_channels({"kenh_parsed": [row], "cach_thuc_thuc_hien": "Trực tiếp5Miễn phí"})

    assert (channel.time_value, channel.time_unit) == (None, "")
    assert channel.time_note.startswith("5 ")
    assert channel.fees[0].amount == 0


def test_ambiguous_text_falls_back_to_the_parsed_row() -> None:
    (channel,) = parse_channels(
        {
            "kenh_parsed": [{**ROW, "phi_le_phi": "8,000 VNĐ"}],
            "cach_thuc_thuc_hien": "Trực tiếp 1 Trực tiếp2 Ngày",
        }
    )

    assert channel.fees[0].amount == 8000


def test_an_unknown_channel_is_named() -> None:
    with pytest.raises(ValueError, match="bồ câu"):
        parse_channels({"kenh_parsed": [{**ROW, "hinh_thuc": "bồ câu"}], "cach_thuc_thuc_hien": ""})


class TestSteps:
    @pytest.mark.parametrize(
        ("text", "items"),
        [
            ("Bước 1: Nộp.\nBước 2: Nhận.", ["Nộp.", "Nhận."]),
            ("- Bước 1. Nộp.\n- Bước 2. Nhận.", ["Nộp.", "Nhận."]),
            ("a) Bước 1: Nộp\nTại xã.\nb) Bước 2: Nhận", ["Nộp\nTại xã.", "Nhận"]),
            ("Chuẩn bị.\nBước 1: Nộp.", ["Chuẩn bị.", "Nộp."]),
            ("- Nộp.\n- Nhận.", ["Nộp.", "Nhận."]),
            ("1. Nộp.\n2) Nhận.", ["Nộp.", "Nhận."]),
            ("Nộp hồ sơ.\nRồi nhận.", ["Nộp hồ sơ.\nRồi nhận."]),
            ("Không có thông tin", []),
            ("", []),
        ],
    )
    def test_running_text_is_split_into_steps(self, text, items):
        assert [item for group in parse_steps(text) for item in group.items] == items

    def test_cases_are_separated(self):
        one, two = parse_steps("Trường hợp nộp trực tiếp:\n- Nộp.\n* Trường hợp nộp trực tuyến:\n- Gửi.")

        assert (one.case, one.items) == ("Trường hợp nộp trực tiếp", ("Nộp.",))
        assert (two.case, two.items) == ("Trường hợp nộp trực tuyến", ("Gửi.",))

    @given(st.lists(st.sampled_from(["Nộp hồ sơ", "Nhận kết quả", "Trả phí"]), min_size=1, max_size=9))
    def test_every_numbered_step_is_read_back(self, items):
        text = "\n".join(f"- Bước {number}: {item}" for number, item in enumerate(items, start=1))

        assert [item for group in parse_steps(text) for item in group.items] == items


class TestWords:
    @pytest.mark.parametrize(
        ("text", "limit"),
        [
            ("15 Ngày làm việc", (15, "ngay_lam_viec", "")),
            ("03 ngày làm việc", (3, "ngay_lam_viec", "")),
            ("30 Ngày", (30, "ngay", "")),
            ("2 Giờ", (2, "gio", "")),
            ("1 Tháng", (1, "thang", "")),
            ("Không có thông tin", (None, "", "")),
            ("0 Ngày", (None, "", "0 Ngày")),
            ("Ngay trong ngày", (None, "", "Ngay trong ngày")),
            ("3 - 5 ngày", (None, "", "3 - 5 ngày")),
        ],
    )
    def test_time_limit_is_read(self, text, limit):
        assert cell_parsers.parse_time_limit(text) == limit

    @pytest.mark.parametrize(
        ("text", "status"),
        [
            ("Công khai", "cong_khai"), ("Chưa công khai", "chua_cong_khai"), ("Không công khai", "chua_cong_khai"),
            ("Hết hiệu lực", "het_hieu_luc"), ("Đã bãi bỏ", "bai_bo"), ("", ""), ("Khác", ""),
        ],
    )  # fmt: skip
    def test_status_is_read(self, text, status):
        assert cell_parsers.parse_status(text) == status

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Hộ tịch (Bộ Tư pháp)", ("Hộ tịch", "Bộ Tư pháp")),
            ("Tín ngưỡng, tôn giáo (Dân tộc và Tôn giáo)", ("Tín ngưỡng, tôn giáo", "Dân tộc và Tôn giáo")),
            ("Thuế (phí, lệ phí)", ("Thuế (phí, lệ phí)", "")),
            ("Không có thông tin", ("", "")),
        ],
    )
    def test_field_and_ministry_are_read(self, text, found):
        assert cell_parsers.parse_field(text) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Công dân Việt Nam", {"cong_dan"}),
            ("Doanh nghiệp; Tổ chức (không bao gồm doanh nghiệp, HTX)", 2),
            ("Doanh nghiệp có vốn đầu tư nước ngoài", 1),
            ("", 0),
        ],
    )
    def test_audiences_are_not_found_inside_longer_names(self, text, found):
        read = cell_parsers.parse_audiences(text)

        assert set(read) == found if isinstance(found, set) else len(read) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("1544/QĐ-UBND (TTHC đặc thù, Sở GTVT)", ("1544/QĐ-UBND", "TTHC đặc thù, Sở GTVT")),
            ("Quyết định số 163/QĐ-BTP", ("163/QĐ-BTP", "")),
            ("qđ số 9/QĐ-UBND", ("9/QĐ-UBND", "")),
            ("1544/QĐ\u2011UBND", ("1544/QĐ-UBND", "")),
            ("1544/QĐ\u2013UBND ngày 12/6/2025", ("1544/QĐ-UBND", "ngày 12/6/2025")),
            ("Quyết định số 163/QĐ-BTP, ký ngày 1/2/2026", ("163/QĐ-BTP", "ký ngày 1/2/2026")),
        ],
    )
    def test_decision_number_and_note_are_read(self, text, found):
        assert cell_parsers.parse_decision(text) == found


@pytest.mark.parametrize(
    ("names", "levels"),
    [
        ("Ủy ban nhân dân cấp xã", ("cap_xa",)),
        ("UBND các xã, phường", ("cap_xa",)),
        ("Ủy ban nhân dân phường", ("cap_xa",)),
        ("Sở Tư pháp; Ủy ban nhân dân cấp xã", ("cap_tinh", "cap_xa")),
        ("Uỷ ban nhân dân tỉnh", ("cap_tinh",)),
        ("Bộ Tư pháp", ("cap_bo",)),
        ("Bộ phận một cửa cấp xã", ("cap_xa",)),
        ("Công an tỉnh", ()),
        ("", ()),
    ],
)
def test_levels_are_read_from_agencies(names, levels):
    assert cell_parsers.levels_of_agencies(names) == levels
