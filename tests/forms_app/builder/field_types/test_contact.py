"""Rules of telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from forms_app.builder.field_types import registry
from forms_app.builder.field_types.contact import email_doubt
from tests.forms_app.builder.factories import answer_of, asked, error_of, spec_of

GAPS = st.sampled_from(["", " ", ".", "-", "  ", "\u00a0"])


@pytest.fixture(autouse=True, scope="module")
def _today() -> Iterator[None]:
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


class TestPhone:
    @pytest.mark.parametrize("prefix", ["03", "05", "07", "08", "09"])
    @given(rest=st.integers(0, 99_999_999), gap=GAPS, country=st.sampled_from(["0", "+84", "0084", "+84 "]))
    def test_mobile_numbers_are_accepted_in_every_notation(
        self, prefix: str, rest: int, gap: str, country: str
    ) -> None:
        number = f"{prefix}{rest:08d}"
        typed = f"{country}{number[1:4]}{gap}{number[4:7]}{gap}{number[7:]}"
        assert answer_of("phone", typed) == number

    @given(st.integers(0, 999_999_999))
    def test_landline_numbers_have_eleven_digits(self, rest: int) -> None:
        assert answer_of("phone", f"02{rest:09d}") == f"02{rest:09d}"

    @pytest.mark.parametrize(
        "typed",
        [
            "0112345678", "0212345678", "0412345678", "0612345678", "091234567", "09123456789", "113",
            "0912345678 hoặc 0913", "091234567a", "12025550100", "849123",
            "\u0660\u0669\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
        ],
    )  # fmt: skip
    def test_invalid_phone_number_is_quoted_in_the_error(self, typed: str) -> None:
        assert "Bạn đã nhập" in error_of("phone", typed)

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("+82 010-1234-5678", "+821012345678"), ("+44 (0)20 7946 0000", "+442079460000"),
            ("0049 030 123456", "+4930123456"), ("+39 06 1234 5678", "+390612345678"),
        ],
    )  # fmt: skip
    def test_zero_dialled_within_a_country_is_dropped(self, typed: str, kept: str) -> None:
        assert answer_of("phone", typed) == kept

    @pytest.mark.parametrize("typed", ["+1 202 555 0100 x5", "+1800FLOWERS", "+1 202 555 0100 ext. 5"])
    def test_extensions_and_letters_in_foreign_numbers_are_refused(self, typed: str) -> None:
        assert "không phải số điện thoại của quốc gia nào" in error_of("phone", typed)

    @given(st.text(min_size=1, max_size=45))
    def test_any_text_is_stored_as_a_number_or_rejected(self, text: str) -> None:
        form = asked(spec_of("phone", required=False), {"f": text})
        if form.is_valid() and (answer := form.answers()["f"]):
            assert re.fullmatch(r"0\d{9,10}|\+[1-9]\d{4,16}", answer, re.ASCII)

    @pytest.mark.parametrize(
        "typed",
        [
            "0912345678", "0912 345 678", "0912.345.678", "(0912) 345-678", "+84912345678", "+84 912 345 678",
            "+84 0912345678", "(+84) 912345678", "+84(0)912345678", "0084912345678", "84912345678", "84 912 345 678",
            "\uff10\uff19\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
        ],
    )  # fmt: skip
    def test_vietnamese_number_in_any_usual_notation_is_stored_alike(self, typed: str) -> None:
        assert answer_of("phone", typed) == "0912345678"

    @pytest.mark.parametrize(
        ("typed", "kept", "shown"),
        [
            ("+1 202 555 0100", "+12025550100", "+1 202-555-0100"),
            ("001-202-555-0100", "+12025550100", "+1 202-555-0100"),
            ("+855 12 345 678", "+85512345678", "+855 12 345 678"),
            ("+81 90-1234-5678", "+819012345678", "+81 90-1234-5678"),
            ("+84 290 3831 111", "02903831111", "0290 383 1111"),
        ],
    )
    def test_number_of_any_country_is_stored_and_shown_with_its_code(
        self, typed: str, kept: str, shown: str
    ) -> None:
        assert answer_of("phone", typed) == kept
        assert registry.get("phone").display(spec_of("phone"), kept) == shown

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("0112345678", "bắt đầu bằng 03, 05, 07, 08, 09 và có 10 chữ số"),
            ("01234567890", "đã chuyển thành 10 chữ số từ năm 2018"),
            ("091234567", "Bạn đã nhập 9"),
            ("912345678", "Bạn đã nhập “912345678”"),
            ("12025550100", "dấu + và mã quốc gia"),
            ("+999 123", "không phải số điện thoại"),
            ("+1 202", "không phải số điện thoại"),
            ("không có", "chỉ gồm chữ số"),
        ],
    )
    def test_message_says_what_is_wrong(self, typed: str, message: str) -> None:
        assert message in error_of("phone", typed)


@pytest.mark.parametrize("typed", ["0000000000", "0912345678 hoặc 0913", "+999 12", "0112 345 678"])
def test_error_quotes_what_was_typed_not_the_normalised_text(typed: str) -> None:
    assert f"“{typed}”" in error_of("phone", typed)


@pytest.mark.parametrize("typed", ["an@localhost", "an@[127.0.0.1]", "an@[IPv6:::1]"])
def test_address_that_no_person_reads_is_refused(typed: str) -> None:
    assert "không phải địa chỉ thư điện tử" in error_of("email", typed)


@pytest.mark.parametrize(("address", "meant"), [
    ("an@gmial.com", "an@gmail.com"), ("an@gmail.con", "an@gmail.com"), ("An@Gmai.com", "an@gmail.com"),
    ("an@yaho.com.vn", "an@yahoo.com.vn"), ("an@hotmial.com", "an@hotmail.com"),
    ("an@gmail.com", ""), ("an@ymail.com", ""), ("an@mail.com", ""), ("an@example.vn", ""), ("an@cloud.com", ""),
])  # fmt: skip
def test_slip_in_a_well_known_domain_is_questioned(address: str, meant: str) -> None:
    found = email_doubt(address)
    assert bool(found) is bool(meant)
    assert meant in found
