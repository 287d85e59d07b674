"""Corrections of spelling: input methods, typing errors, joined syllables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language.spelling import correct, readings, without_telex, without_vni
from search.language.tokenizer import folded_syllables, syllables
from tests.search.words import SMALL, TITLES, ask

ANY = st.text(max_size=120)


KNOWN = SMALL.vocabulary


def corrected(text: str) -> str:
    return correct(text, syllables(text), KNOWN)


class TestInputMethods:
    @pytest.mark.parametrize(
        ("typed", "plain"),
        [
            ("ddawng", "dang"),
            ("ddang", "dang"),
            ("nhaf", "nha"),
            ("hoonf", "hon"),
            ("truwowngf", "truong"),
            ("giaays", "giay"),
            ("xaay", "xay"),
            ("chuwngs", "chung"),
            ("thuwcj", "thuc"),
            ("dduowcj", "duoc"),
            ("w", "u"),
        ],
    )
    def test_telex_is_decoded(self, typed: str, plain: str):
        assert without_telex(typed) == plain

    @pytest.mark.parametrize(
        ("typed", "plain"),
        [
            ("chuye63n", "chuyen"),
            ("d9a8ng", "dang"),
            ("tru7o7ng", "truong"),
            ("ket61", "ket"),
            ("123", "123"),
            ("kt3", "kt"),
        ],
    )
    def test_vni_is_decoded(self, typed: str, plain: str):
        assert without_vni(typed) == plain

    @given(st.from_regex(r"[a-z]{1,10}", fullmatch=True))
    def test_vni_leaves_words_without_digits(self, word: str):
        assert without_vni(word) == word

    @given(st.from_regex(r"[a-z0-9]{0,15}", fullmatch=True))
    def test_decoding_never_makes_a_word_longer(self, word: str):
        assert len(without_telex(word)) <= len(word)
        assert len(without_vni(word)) <= len(word)


class TestCorrections:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("ddang ky khai sinh", "dang ky khai sinh"),
            ("giay xac nhan tinh trnag hon nhan", "giay xac nhan tinh trang hon nhan"),
            ("trích lục hộ tihc", "trích lục hộ tịch"),
            ("chuye63n truong", "chuyen truong"),
            ("ho kih doanh", "ho kinh doanh"),
            ("hokinhdoanh", "ho kinh doanh"),
            ("dangkykethon", "dang ky ket hon"),
            ("khaisinh", "khai sinh"),
            ("đăng ký khaitử", "đăng ký khai tử"),
            ("miễn gảim học phí", "miễn giảm học phí"),
            ("tranh chấpp đất đai", "tranh chấp đất đai"),
            ("giấy độc thaan", "giấy độc thân"),
        ],
    )
    def test_correction_prefers_adjacent_words(self, typed: str, meant: str):
        assert corrected(typed) == meant

    @pytest.mark.parametrize("title", TITLES)
    def test_words_of_titles_are_never_corrected(self, title: str):
        assert corrected(title) == ""
        assert corrected(" ".join(folded_syllables(title))) == ""

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "asdfgh qwerty",
            "xyz",
            "bank account",
            "123456",
            "中文 🎉",
            "a b c d",
            "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
        ],
    )
    def test_words_similar_to_nothing_are_not_corrected(self, text: str):
        assert corrected(text) == ""

    def test_a_short_word_needs_a_neighbour_that_occurs_in_titles(self):
        assert corrected("hoon nhan") == "hon nhan"
        assert corrected("hoon hoc") == ""

    def test_too_many_unknown_words_are_not_a_typing_error(self):
        assert corrected("ddang kyy khaai siinh ttu keet hoon nhaan") == ""

    def test_the_rest_of_the_text_stays_as_it_was(self):
        assert corrected("  Đăng ký   khaitử, nhanh!") == "  Đăng ký   khai tử, nhanh!"

    def test_diacritics_are_added_only_if_the_query_has_some(self):
        assert corrected("tinh trnag hon nhan") == "tinh trang hon nhan"
        assert corrected("tình trnag hôn nhân") == "tình trạng hôn nhân"

    def test_code_is_not_corrected(self):
        assert ask("1.004873 hokinhdoanh").corrected == ""

    @given(st.text(max_size=60))
    def test_any_text_can_be_corrected(self, text: str):
        result = corrected(text)
        assert result == "" or result != text

    @given(st.sampled_from(TITLES), st.integers(0, 200), st.integers(0, 3))
    def test_a_typing_error_in_a_title_never_makes_known_words_unknown(
        self, title: str, place: int, kind: int
    ):
        place %= len(title)
        slipped = [
            title[:place] + title[place + 1 :],
            title[:place] + "q" + title[place:],
            title[:place] + "q" + title[place + 1 :],
            title[:place] + title[place : place + 2][::-1] + title[place + 2 :],
        ][kind]
        fixed = corrected(slipped) or slipped
        unknown = [word for word in folded_syllables(slipped) if not KNOWN.knows(word)]
        still = [word for word in folded_syllables(fixed) if not KNOWN.knows(word)]
        assert len(still) <= len(unknown)


class TestReadings:
    def test_all_readings_are_known_words(self):
        for word in ("ddang", "kih", "khaisinh", "trnag", "hoonf", "zzz"):
            assert all(KNOWN.knows(part) for reading in readings(word, KNOWN) for part in reading.words)

    def test_input_methods_cost_less_than_edits_and_edits_than_splits(self):
        costs = {reading.words: reading.cost for reading in readings("hoon", KNOWN)}
        assert min(costs, key=lambda words: costs[words]) == ("hon",)

    def test_a_word_is_split_only_into_words_that_are_adjacent_somewhere(self):
        assert [reading.words for reading in readings("tuhon", KNOWN)] == []
