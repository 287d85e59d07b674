"""The one toolkit of Vietnamese text: NFC, folding that keeps lengths, slugs, tokens."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import clean, fold, has_marks, nfc, slugify, tokens
from tests.core.vietnamese import ALPHABET, CAPITALS, LETTERS

vietnamese = st.text(ALPHABET + " 0123456789.,-/", max_size=60)
anything = st.text(max_size=60)


def test_the_alphabet_is_whole():
    assert len(LETTERS) == 12 * 6 + 1
    assert len(set(LETTERS) | set(CAPITALS)) == 2 * 73
    assert all(len(letter) == 1 for letter in ALPHABET)


@pytest.mark.parametrize(("letter", "plain"), sorted({**LETTERS, **CAPITALS}.items()))
def test_every_letter_folds_and_slugs_to_its_plain_one(letter, plain):
    assert fold(letter) == plain
    assert slugify(f"x{letter}x") == f"x{plain}x"
    assert fold(unicodedata.normalize("NFD", letter)) == plain, "typed on a Mac"
    assert slugify(unicodedata.normalize("NFD", letter)) == plain


class TestNormalForm:
    @given(vietnamese)
    def test_the_same_word_typed_in_two_ways_is_one_word(self, text):
        assert nfc(unicodedata.normalize("NFD", text)) == nfc(text) == text

    @given(anything)
    def test_is_reached_in_one_go(self, text):
        assert nfc(nfc(text)) == nfc(text)

    @given(anything)
    def test_clean_text_stays_as_it_is(self, text):
        once = clean(text)
        assert clean(once) == once
        assert once == once.strip()
        assert "  " not in once

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("  Cà   Mau ", "Cà Mau"),
            ("Cà\u00a0Mau", "Cà Mau"),
            ("Cà\n\tMau", "Cà Mau"),
            ("Cà\u200b Mau\ufeff", "Cà Mau"),
            ("kha\u00adi sinh", "khai sinh"),
            ("\u202eCà Mau\u202c", "Cà Mau"),
            ("Ca\u0300 Mau", "Cà Mau"),
            ("\u200b", ""),
            ("", ""),
        ],
    )
    def test_white_space_and_invisible_characters(self, typed, kept):
        assert clean(typed) == kept


class TestFolding:
    @given(anything)
    def test_keeps_the_length_of_whatever_is_typed(self, text):
        """Offsets of a hit in the folded text are offsets in the text that people read."""
        assert len(fold(text)) == len(nfc(text))

    @given(anything, anything)
    def test_goes_letter_by_letter(self, left, right):
        """With a space between nothing of one side composes with the other."""
        assert fold(f"{left} {right}") == f"{fold(left)} {fold(right)}"

    @given(vietnamese)
    def test_of_folded_text_is_the_same(self, text):
        assert fold(fold(text)) == fold(text)
        assert fold(text).isascii()

    @given(vietnamese)
    def test_does_not_mind_capitals_or_the_way_of_typing(self, text):
        assert fold(text.upper()) == fold(text.lower()) == fold(text)
        assert fold(unicodedata.normalize("NFD", text)) == fold(text)

    @given(vietnamese, st.integers(0, 59), st.integers(0, 59))
    def test_a_hit_can_be_marked_in_the_original(self, text, start, length):
        needle = text[start : start + length]
        found = fold(text).find(fold(needle))
        assert found >= 0
        assert fold(text[found : found + len(needle)]) == fold(needle)

    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("Đăng ký KẾT HÔN", "dang ky ket hon"),
            ("Ủy ban nhân dân", "uy ban nhan dan"),
            ("ĐƯỜNG", "duong"),
            ("ð", "ð"),
            ("Café", "cafe"),
            ("Straße", "straße"),
            ("İ", "i"),
            ("ﬁ", "ﬁ"),
            ("한", "ᄒ"),
            ("\u0301", " "),
        ],
    )
    def test_by_example(self, text, folded):
        assert fold(text) == folded


class TestSlug:
    @given(anything, st.integers(1, 80))
    def test_is_always_one(self, text, longest):
        slug = slugify(text, max_length=longest)
        assert len(slug) <= longest
        assert slug == "" or set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert not slug.startswith("-")
        assert not slug.endswith("-")
        assert "--" not in slug

    @given(anything)
    def test_of_a_slug_is_itself(self, text):
        assert slugify(slugify(text)) == slugify(text)

    @pytest.mark.parametrize(
        ("text", "slug"),
        [
            ("Đăng ký kết hôn", "dang-ky-ket-hon"),
            ("Cấp giấy phép xây dựng", "cap-giay-phep-xay-dung"),
            ("Nghị định 118/2025/NĐ-CP", "nghi-dinh-118-2025-nd-cp"),
            ("  — Điện, nước — ", "dien-nuoc"),
            ("???", ""),
            ("", ""),
        ],
    )
    def test_by_example(self, text, slug):
        assert slugify(text) == slug

    @pytest.mark.parametrize(
        ("text", "longest", "slug"),
        [
            ("dang ky ket hon", 11, "dang-ky-ket"),
            ("dang ky ket hon", 12, "dang-ky-ket"),
            ("dang ky ket hon", 7, "dang-ky"),
            ("dang ky ket hon", 8, "dang-ky"),
            ("dang ky ket hon", 4, "dang"),
            ("dang ky ket hon", 3, "dan"),
            ("khongcokhoangtrang", 6, "khongc"),
        ],
    )
    def test_is_cut_at_a_word(self, text, longest, slug):
        assert slugify(text, max_length=longest) == slug


class TestTokens:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Đăng ký kết hôn", ["dang", "ky", "ket", "hon"]),
            ("thủ tục 1.001193.H12", ["thu", "tuc", "1.001193.h12"]),
            ("NĐ 118/2025/NĐ-CP!", ["nd", "118/2025/nd-cp"]),
            ("a_b", ["a", "b"]),
            ("... -- //", []),
            ("", []),
        ],
    )
    def test_by_example(self, text, found):
        assert tokens(text) == found

    @given(vietnamese)
    def test_are_pieces_of_the_folded_text_in_order(self, text):
        rest = fold(text)
        for token in tokens(text):
            assert token in rest
            rest = rest[rest.index(token) + len(token) :]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("đăng ký", True),
        ("ĐĂNG KÝ", True),
        ("dang ky", False),
        ("DANG KY", False),
        ("đ", True),
        ("1.001193", False),
    ],
)
def test_marks_say_that_exact_words_are_meant(text, meant):
    assert has_marks(text) is meant
    assert has_marks(unicodedata.normalize("NFD", text)) is meant
