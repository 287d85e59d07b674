"""Primary keys in texts that a browser sent (`core.text.parse_pk`)."""

from __future__ import annotations

import pytest

from core.text import MAX_DIGITS, parse_pk


@pytest.mark.parametrize(("text", "pk"), [("0", 0), ("12", 12), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_primary_key(text: str, pk: int) -> None:
    assert parse_pk(text) == pk


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", " 1", "²", "١", "9" * 19, "9" * 5000])
def test_anything_else_is_none(text: str) -> None:
    assert parse_pk(text) is None


def test_every_accepted_number_fits_into_a_column_of_64_bits() -> None:
    assert 10**MAX_DIGITS - 1 < 2**63
