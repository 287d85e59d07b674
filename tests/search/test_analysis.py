"""Queries: words, expansions, codes and corrections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import Expansion, Query, Word, correct, readings, without_telex, without_vni
from search.language.tokenizer import folded_syllables, syllables
from search.requests import readable
from tests.search.words import SMALL, TITLES, ask, labels, language

ANY = st.text(max_size=120)


def words(text: str) -> list[str]:
    return [word.folded for word in ask(text).words]


class TestMarks:
    def test_unknown_diacritics_are_ignored(self):
        (word, *_rest) = ask("chứng thưc bản sao").words[1:]
        assert (word.folded, word.marked) == ("thuc", "")

    def test_diacritics_used_in_titles_are_kept(self):
        assert all(word.marked for word in ask("đăng ký khai tử").words)

    def test_terms_are_found_despite_wrong_diacritics(self):
        assert "tình trạng hôn nhân" in labels("giây độc thân")

    def test_another_word_is_not_the_term(self):
        """``sáo y`` would be another word if it occurred in titles; the lexicon's own spelling counts."""
        known = language(["Sáo trúc", "Chứng thực bản sao"])
        assert not {e.label for e in ask("sáo y", known).expansions}

    def test_without_diacritics_no_word_is_exact(self):
        query = ask("dang ky ket hon")
        assert not query.exact
        assert all(word.marked == "" for word in query.words)


class TestQuery:
    QUERY = Query(
        text="",
        words=tuple(
            Word(name, weight=weight) for name, weight in [("a", 1), ("b", 5), ("c", 3), ("d", 4), ("e", 2)]
        ),
        expansions=(Expansion((0,), (Word("x"), Word("y")), ("1.000001",)), Expansion((0,), (Word("z"),))),
        codes=("2.000002",),
    )

    def test_significant_terms_are_the_rarest(self):
        assert self.QUERY.significant_terms() == ("b", "d", "c", "e")

    def test_all_but_one_significant_term_are_required(self):
        assert self.QUERY.required_term_sets() == (
            ("b", "d", "c"),
            ("b", "d", "e"),
            ("b", "c", "e"),
            ("d", "c", "e"),
        )

    @pytest.mark.parametrize(("number", "sets"), [(0, ()), (1, (("b",),)), (2, (("b", "a"),))])
    def test_up_to_two_terms_are_all_required(self, number: int, sets: tuple[tuple[str, ...], ...]):
        query = Query(
            text="", words=self.QUERY.words[:number][::-1] if number == 2 else self.QUERY.words[1:2][:number]
        )
        assert query.required_term_sets() == sets

    def test_phrases_have_two_syllables_or_more(self):
        assert self.QUERY.phrases == (("x", "y"),)

    def test_codes_are_those_typed_then_those_implied(self):
        assert self.QUERY.all_codes == ("2.000002", "1.000001")

    def test_own_words_keep_their_weight_beside_other_names(self):
        query = Query(
            text="", words=(Word("a", weight=7),), expansions=(Expansion((0,), (Word("a", weight=1),)),)
        )
        assert query.candidate_terms == {"a": 7}

    def test_query_without_text_is_empty(self):
        assert ask("!!!").is_empty
        assert not ask("1.000894").is_empty


@given(ANY)
def test_any_text_is_analysed(text: str):
    query = ask(readable(text))
    assert all(word.folded.isalnum() and word.weight > 0 for word in query.words)
    for expansion in query.expansions:
        assert set(expansion.positions) <= set(range(len(query.words)))


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
