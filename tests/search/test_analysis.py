"""Queries: words, expansions, codes and corrections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import Expansion, Query, Word
from search.requests import readable
from tests.search.words import ask, labels, language

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
