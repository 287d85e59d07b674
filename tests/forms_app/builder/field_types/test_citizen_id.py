"""Rules of citizen ID numbers over their whole range."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from hypothesis import assume, given
from hypothesis import strategies as st

from forms_app.builder.field_types import citizen_id, registry
from tests.forms_app.builder.factories import answer_of, asked, error_of, spec_of

GAPS = st.sampled_from(["", " ", ".", "-", "  ", "\u00a0"])
# TT 59/2021/TT-BCA, Phụ lục I: the 63 provinces of the cards.
PROVINCES = [
    "001", "002", "004", "006", "008", "010", "011", "012", "014", "015", "017", "019", "020", "022", "024", "025",
    "026", "027", "030", "031", "033", "034", "035", "036", "037", "038", "040", "042", "044", "045", "046", "048",
    "049", "051", "052", "054", "056", "058", "060", "062", "064", "066", "067", "068", "070", "072", "074", "075",
    "077", "079", "080", "082", "083", "084", "086", "087", "089", "091", "092", "093", "094", "095", "096",
]  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def _today() -> Iterator[None]:
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


class TestCitizenId:
    def test_first_digits_other_than_those_of_63_provinces_are_questioned(self) -> None:
        assert len(PROVINCES) == 63
        expected = {*map(int, PROVINCES)} | set(range(97, 1000))
        assert {n for n in range(1000) if not citizen_id.doubt(f"{n:03d}185001234")} == expected

    @pytest.mark.parametrize(
        ("digits", "year"),
        [
            ("000", 1900),
            ("099", 1999),
            ("185", 1985),
            ("200", 2000),
            ("226", 2026),
            ("300", 2000),
            ("326", 2026),
        ],
    )
    def test_birth_year_is_derived_from_century_digit_and_year(self, digits: str, year: int) -> None:
        number = f"096{digits}001234"
        assert citizen_id.doubt(number) == ""
        assert citizen_id.birth_year(number) == year

    @pytest.mark.parametrize(
        ("number", "word"),
        [
            ("096227001234", "sinh năm 2027"),
            ("096399001234", "sinh năm 2099"),
            ("096485001234", "Chữ số thứ tư là 4"),
            ("096985001234", "Chữ số thứ tư là 9"),
            ("003085001234", "Ba chữ số đầu là 003"),
        ],
    )
    def test_number_outside_the_old_structure_is_accepted_but_questioned(
        self, number: str, word: str
    ) -> None:
        """The structure lapsed on 1 July 2024 (Luật Căn cước 26/2023/QH15)."""
        assert answer_of("citizen_id", number) == number
        assert word in registry.get("citizen_id").doubt(spec_of("citizen_id"), number)
        card = {"kind": "citizen_id", "number": number}
        assert word in registry.get("identity_document").doubt(spec_of("identity_document"), card)

    def test_masked_number_or_other_document_is_not_questioned(self) -> None:
        assert citizen_id.doubt(citizen_id.mask("003085001234")) == ""
        passport = {"kind": "passport", "number": "003085001234"}
        assert registry.get("identity_document").doubt(spec_of("identity_document"), passport) == ""

    @given(
        st.builds(
            "{}{}{:02d}{:06d}".format, st.sampled_from(PROVINCES), st.sampled_from("01"), st.integers(0, 99),
            st.integers(0, 999_999),
        ),
        GAPS,
    )  # fmt: skip
    def test_valid_number_is_accepted_with_any_spacing(self, number: str, gap: str) -> None:
        assert answer_of("citizen_id", f" {number[:3]}{gap}{number[3:6]}{gap}{number[6:]} ") == number

    @given(st.text("0123456789", min_size=1, max_size=30))
    def test_wrong_length_error_gives_the_number_of_digits(self, digits: str) -> None:
        assume(len(digits) != citizen_id.LENGTH)
        assert f"Bạn đã nhập {len(digits)}." in error_of("citizen_id", digits)

    @given(st.text(min_size=1, max_size=60))
    def test_any_text_is_stored_as_a_number_or_rejected_with_a_message(self, text: str) -> None:
        assume("None" not in text)
        form = asked(spec_of("citizen_id", required=False), {"f": text})
        if form.is_valid():
            assert re.fullmatch(r"\d{12}|", form.answers()["f"], re.ASCII)
        else:
            assert form.errors["f"]
            assert "None" not in str(form.errors["f"])

    @given(st.sampled_from(PROVINCES), st.integers(0, 99_999_999))
    def test_masked_number_shows_six_digits(self, province: str, rest: int) -> None:
        masked = citizen_id.mask(f"{province}0{rest:08d}")
        assert len(re.findall(r"\d", masked)) == 6
        assert masked.startswith(province)
