"""Money: what a person pays is never said to be less than it is, and who need not pay is always said beside it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.importing.fee_words import read_note
from procedures.importing.flat_channels import channels_of, fees_of
from procedures.importing.words import amount

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
def test_free_with_a_word_that_the_province_sets_the_sum_is_not_free(note: str) -> None:
    value, words, _exemption = read_note(Decimal(0), note)

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
def test_free_stays_free(note: str) -> None:
    assert read_note(Decimal(0), note)[0] == 0


def test_exemption_and_note_are_parted() -> None:
    assert read_note(Decimal(0), f"{COUNCIL} {EXEMPT} {COPY}") == (
        None,
        f"{COUNCIL} {COPY}",
        EXEMPT.rstrip("."),
    )
    assert read_note(Decimal(0), f"{COUNCIL}{EXEMPT}") == (None, COUNCIL.rstrip("."), EXEMPT.rstrip("."))


@pytest.mark.parametrize("word", ["giám hộ", "giám sát", "giam giữ", "giám định"])
def test_a_guardian_is_no_reduction(word: str) -> None:
    note = f"Phí cấp bản sao Trích lục đăng ký {word} theo quy định."

    assert read_note(Decimal(8000), note) == (8000, note.rstrip("."), "")


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
def test_an_amount_is_said_once(beside: str, note: str) -> None:
    assert read_note(Decimal(70000), beside) == (70000, note, "")


@pytest.mark.parametrize(
    ("digits", "value"),
    [
        ("8,000", "8000"), ("8.000", "8000"), ("4,500,000", "4500000"), ("4.500.000", "4500000"), ("10", "10"),
        ("1.5", "1.5"), ("1,5", "1.5"), ("0", "0"), ("12.50", "12.50"), ("1,234.5", "1234.5"),
    ],
)  # fmt: skip
def test_numbers_of_both_habits(digits: str, value: str) -> None:
    assert amount(digits) == Decimal(value)


@given(st.integers(min_value=0, max_value=10**12))
def test_grouping_never_changes_an_amount(value: int) -> None:
    for mark in ",.":
        assert amount(f"{value:,}".replace(",", mark)) == value


@given(st.decimals(min_value=0, max_value=10**9, places=0), st.text(max_size=200))
def test_a_known_amount_survives_any_words(value: Decimal, note: str) -> None:
    read, words, exemption = read_note(value, note)

    assert read == value or (value == 0 and read is None)
    assert len(words) + len(exemption) <= len(note) + 8


@given(st.text(max_size=300))
def test_no_text_of_a_fee_breaks_the_parser(text: str) -> None:
    fees, rest = fees_of(text)

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

    counter, online = channels_of({"kenh_parsed": rows, "cach_thuc_thuc_hien": text})

    assert (counter.channel, counter.time_value, counter.time_unit) == ("truc_tiep", 3, "ngay_lam_viec")
    assert [(fee.amount, fee.currency, fee.note) for fee in counter.fees] == [
        (2000, "VND", "/trang"), (10, "USD", "/bản"),
    ]  # fmt: skip
    assert counter.time_note == "Nộp tại Trung tâm."
    assert (online.time_value, online.time_note, online.fees[0].amount) == (None, "", 0)
    assert online.fees[0].note == ""


def test_a_time_without_a_unit_is_not_guessed() -> None:
    row = {**ROW, "thoi_han": "5"}

    (channel,) = channels_of({"kenh_parsed": [row], "cach_thuc_thuc_hien": "Trực tiếp5Miễn phí"})

    assert (channel.time_value, channel.time_unit) == (None, "")
    assert channel.time_note.startswith("5 ")
    assert channel.fees[0].amount == 0


def test_words_that_cannot_be_told_apart_are_left_to_the_parsed_row() -> None:
    (channel,) = channels_of(
        {
            "kenh_parsed": [{**ROW, "phi_le_phi": "8,000 VNĐ"}],
            "cach_thuc_thuc_hien": "Trực tiếp 1 Trực tiếp2 Ngày",
        }
    )

    assert channel.fees[0].amount == 8000


def test_an_unknown_channel_is_named() -> None:
    with pytest.raises(ValueError, match="bồ câu"):
        channels_of({"kenh_parsed": [{**ROW, "hinh_thuc": "bồ câu"}], "cach_thuc_thuc_hien": ""})
