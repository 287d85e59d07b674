"""Rules of numbers: Vietnamese notation, bounds, and years, which are not grouped."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from forms_app.builder.field_types import registry
from forms_app.builder.field_types.number import Number
from forms_app.builder.schema import FieldSpec
from tests.forms_app.builder.factories import answer_of, asked, error_of, spec_of


@pytest.fixture(autouse=True, scope="module")
def _today() -> Iterator[None]:
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


class TestNumber:
    @given(st.integers(-(10**12), 10**12))
    def test_integers_are_accepted_with_or_without_thousands_separators(self, number: int) -> None:
        grouped = f"{number:,}".replace(",", ".")
        assert answer_of("number", grouped) == str(number)
        assert answer_of("number", grouped.replace(".", " ")) == str(number)

    @given(st.decimals(-(10**9), 10**9, places=3, allow_nan=False, allow_infinity=False))
    def test_displayed_number_is_read_back_unchanged(self, number: Decimal) -> None:
        field_type, options = registry.get("number"), {"decimals": 3}
        answer = field_type.to_answer(number)
        shown = field_type.to_initial(answer)
        assert Decimal(str(answer_of("number", shown, options=options))) == number

    @pytest.mark.parametrize(
        ("typed", "answer"),
        [
            ("1.234.567,89", "1234567.89"), ("0,5", "0.5"), ("+7", "7"), ("007", "7"), ("1 000 000", "1000000"),
            ("1\u00a0000", "1000"), ("-0", "0"), ("0", "0"), ("0,00", "0"), ("12,50", "12.5"),
        ],
    )  # fmt: skip
    def test_number_is_accepted_in_every_notation(self, typed: str, answer: str) -> None:
        found = answer_of("number", typed, options={"decimals": 2})
        assert Decimal(str(found)) == Decimal(answer)

    @pytest.mark.parametrize("typed", ["50000000 đồng", "50.000.000 Đồng", "50 000 000đ", "50.000.000 VNĐ"])
    def test_the_unit_of_the_question_may_be_typed(self, typed: str) -> None:
        assert answer_of("number", typed, options={"unit": "đồng"}) == "50000000"

    def test_another_unit_is_refused(self) -> None:
        assert "không phải số" in error_of("number", "50 m²", options={"unit": "đồng"})
        assert "không phải số" in error_of("number", "đồng", options={"unit": "đồng"})

    @pytest.mark.parametrize(
        ("options", "example"),
        [
            ({}, "1.500"),
            ({"unit": "đồng", "min": 1_000_000}, "50.000.000"),
            ({"decimals": 2}, "1.234,5"),
            ({"decimals": 2, "max": 100}, "12,5"),
            ({"min": 0, "max": 10}, "2"),
            ({"min": 1930, "max": 2012}, "1930"),
            ({"min": -5, "max": -3}, "-5"),
        ],
    )
    def test_the_example_of_the_message_is_accepted(self, options: dict[str, Any], example: str) -> None:
        assert f"Viết như {example}." in error_of("number", "năm mươi triệu", options=options)
        assert answer_of("number", example, options=options) is not None

    @pytest.mark.parametrize(
        "typed",
        [
            "1,2,3",
            "1.2.3",
            "12.34.567",
            "--1",
            "1-",
            "1/2",
            "0x10",
            "1e9",
            "Infinity",
            "nan",
            "½",
            "٣",
            "5 %",
            "1.234.5",
        ],
    )
    def test_invalid_number_is_rejected(self, typed: str) -> None:
        assert "không phải số" in error_of("number", typed, options={"decimals": 2})

    @pytest.mark.parametrize(
        ("typed", "answer"),
        [
            ("50 triệu", "50000000"), ("1 tỷ", "1000000000"), ("50tr", "50000000"), ("50,000,000", "50000000"),
            ("1,2 tỷ đồng", "1200000000"), ("1 tỷ 200 triệu", "1200000000"), ("900k", "900000"),
            ("1.500 triệu", "1500000000"), ("50.000.000", "50000000"),
        ],
    )  # fmt: skip
    def test_money_may_be_written_in_millions(self, typed: str, answer: str) -> None:
        assert answer_of("number", typed, options={"unit": "đồng"}) == answer

    def test_only_money_is_counted_in_millions(self) -> None:
        assert "không phải số" in error_of("number", "50 triệu", options={"unit": "m²"})

    @pytest.mark.parametrize(
        ("typed", "unit"), [("2 bản", "bản"), ("2 copies", "bản"), ("2 người", "người"), ("2 biển", "biển")]
    )
    def test_counts_take_their_own_word(self, typed: str, unit: str) -> None:
        assert answer_of("number", typed, options={"unit": unit}) == "2"

    @pytest.mark.parametrize(("typed", "accepted"), [("4", False), ("5", True), ("10", True), ("11", False)])
    def test_bounds_are_inclusive(self, typed: str, accepted: bool) -> None:
        assert (error_of("number", typed, options={"min": 5, "max": 10}) == "") == accepted

    @given(st.text(min_size=1, max_size=40))
    def test_any_text_is_stored_as_a_number_or_rejected(self, text: str) -> None:
        form = asked(spec_of("number", required=False, options={"decimals": 4}), {"f": text})
        if form.is_valid() and (answer := form.answers()["f"]) is not None:
            assert Decimal(answer).is_finite()


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"min": 1930, "max": 2012}, "1987"),
        ({"min": 1000, "max": 2999}, "1987"),
        ({"min": 1930, "max": 2012, "unit": "m"}, "1.987 m"),
        ({"min": 1, "max": 2012}, "1.987"),
        ({"min": 1930, "max": 3000}, "1.987"),
        ({"min": 1930}, "1.987"),
        ({"max": 2012}, "1.987"),
        ({}, "1.987"),
    ],
)
def test_number_limited_to_years_is_not_grouped(options, shown):
    spec = FieldSpec(id="n", type="number", label="Năm sinh", options=options)
    assert Number().display(spec, "1987") == shown


@pytest.mark.parametrize(
    ("typed", "decimals", "answer"), [("0.500", 1, "0.5"), ("1,250", 3, "1.25"), ("2,50", 1, "2.5")]
)
def test_decimals_are_distinguished_from_thousands(typed: str, decimals: int, answer: str) -> None:
    assert answer_of("number", typed, options={"decimals": decimals}) == answer


@pytest.mark.parametrize(("typed", "decimals"), [("50,000", 0), ("2,000", 2), ("-1,500", 1)])
def test_thousands_in_english_notation_are_refused(typed: str, decimals: int) -> None:
    message = error_of("number", typed, options={"decimals": decimals})
    assert f"“{typed}” có thể hiểu theo hai cách" in message
    assert typed.replace(",", ".") in message


def test_fraction_is_not_a_whole_number() -> None:
    assert "số nguyên" in error_of("number", "0.500")
