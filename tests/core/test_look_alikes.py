"""Letters that look like Đ become Đ wherever text is entered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean, fold, nfc, normalise_lines, order_key, slugify, sort_key, tokens
from tests.core.vietnamese import ALPHABET

vietnamese = st.text(ALPHABET + " 0123456789.,-/", max_size=60)

LOOK_ALIKES = {"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"}


@pytest.mark.parametrize("letter", LOOK_ALIKES)
@pytest.mark.parametrize(
    "text", ["{}ất đai", "{}", "50.000 {}", "Lê {}ình, {}ường", "242/Q{}-UBND", "H{}ND", "{}/c"]
)
def test_letters_that_look_like_d_with_stroke_become_it(letter: str, text: str) -> None:
    wrong, right = text.replace("{}", letter), text.replace("{}", LOOK_ALIKES[letter])
    assert nfc(wrong) == right
    assert (clean(wrong), normalise_lines(wrong)) == (clean(right), normalise_lines(right))
    assert (fold(wrong), slugify(wrong), sort_key(wrong)) == (fold(right), slugify(right), sort_key(right))
    assert tokens(wrong) == tokens(right)


@pytest.mark.parametrize("name", ["Sigurðsson", "Guðrún", "Þórður", "SIGURÐSSON"])
def test_foreign_names_keep_their_letters(name: str) -> None:
    assert nfc(name) == name
    assert "ð" not in fold(name).replace("þ", "")


def test_d_with_stroke_sorts_after_d() -> None:
    assert sorted(["Ðất", "Dân", "Em"], key=sort_key) == ["Dân", "Ðất", "Em"]
    assert sorted(["Ðất", "Dân", "Em"], key=order_key) == ["Dân", "Ðất", "Em"]


@given(vietnamese)
def test_folding_keeps_the_length_with_look_alikes(text: str) -> None:
    typed = text.replace("Đ", "Ð").replace("đ", "ð")
    assert len(fold(typed)) == len(nfc(typed))
