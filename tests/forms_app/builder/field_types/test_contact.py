"""Rules of telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

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
            "+1 202 555 0100",
            "0912345678 hoặc 0913", "091234567a", "84912345678",
            "\u0660\u0669\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
        ],
    )  # fmt: skip
    def test_invalid_phone_number_is_quoted_in_the_error(self, typed: str) -> None:
        assert "Bạn đã nhập" in error_of("phone", typed)

    @given(st.text(min_size=1, max_size=45))
    def test_any_text_is_stored_as_a_number_or_rejected(self, text: str) -> None:
        form = asked(spec_of("phone", required=False), {"f": text})
        if form.is_valid() and (answer := form.answers()["f"]):
            assert re.fullmatch(r"0\d{9,10}", answer, re.ASCII)
