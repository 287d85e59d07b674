"""From typed text to a query: fillers, light words, wrong marks, terms of the lexicon, weights."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.fillers import fillers, is_light, light_words, subject_of
from search.analysis.lexicon import ALSO, LOOSE, NEAR, OFFICIAL, CompiledLexicon, Group
from search.analysis.query import Expansion, Query, Word
from search.analysis.syllables import syllables
from tests.search.words import SMALL, ask, labels, language


def words(text: str) -> list[str]:
    return [word.folded for word in ask(text).words]


class TestFillers:
    @pytest.mark.parametrize(
        ("text", "subject"),
        [
            ("tôi muốn đăng ký kết hôn ở đâu", ["dang", "ki", "ket", "hon"]),
            ("thủ tục đăng ký khai tử", ["dang", "ki", "khai", "tu"]),
            ("cho em hỏi làm giấy khai sinh cần những gì", ["giay", "khai", "sinh"]),
            ("khai sinh cho con", ["khai", "sinh"]),
            ("dang ky ket hon o dau", ["dang", "ki", "ket", "hon"]),
            ("how to hợp tác xã", ["hop", "tac", "xa"]),
        ],
    )
    def test_polite_and_asking_parts_are_dropped(self, text: str, subject: list[str]):
        assert [word for word in words(text) if word not in ("lam",)] == subject

    @pytest.mark.parametrize("text", ["ở đâu", "tôi muốn", "bao lâu"])
    def test_a_query_of_fillers_alone_stays(self, text: str):
        assert words(text)

    def test_a_filler_inside_a_known_term_belongs_to_it(self):
        typed = syllables("còn độc thân")
        assert subject_of(typed, frozenset({0, 1, 2})) == [0, 1, 2]

    def test_marks_tell_a_filler_from_another_word(self):
        assert len(words("bão lâu")) == 2
        assert fillers()

    @given(st.text(max_size=60))
    def test_something_always_remains(self, text: str):
        typed = syllables(text)
        assert bool(subject_of(typed, frozenset())) == bool(typed)


class TestLightWords:
    @pytest.mark.parametrize("text", ["là", "thì", "của", "cho", "tôi", "không"])
    def test_words_that_hold_the_sentence_together(self, text: str):
        (syllable,) = syllables(text)
        assert is_light(syllable, SMALL.vocabulary, exact=True)

    @pytest.mark.parametrize("text", ["thi", "lá", "cửa", "sinh", "lại", "mới", "con"])
    def test_words_that_are_written_otherwise_are_not_light(self, text: str):
        (syllable,) = syllables(text)
        typed = [syllable, *syllables("đất")]
        assert not is_light(typed[0], SMALL.vocabulary, exact=True) or syllable.marked == syllable.folded

    def test_without_marks_the_titles_decide(self):
        known = language(["Từ chối nhận", "Khai tử", "Khai tử lưu động", "Kiểm tử thi"])
        (syllable,) = syllables("tu")
        assert not is_light(syllable, known.vocabulary, exact=False)

    def test_a_number_that_no_title_holds_is_light(self):
        weights = {word.folded: word.weight for word in ask("hộ kinh doanh 76").words}
        assert weights["76"] < min(weights["kinh"], weights["doanh"])

    def test_every_light_word_is_one_syllable(self):
        assert all(light_words().values())

    def test_a_light_word_counts_little(self):
        weights = {word.folded: word.weight for word in ask("kết hôn là đất").words}
        assert weights["la"] < 0.5 * min(weights["ket"], weights["hon"])


class TestMarks:
    def test_marks_that_nobody_writes_are_not_held_against_a_word(self):
        (word, *_rest) = ask("chứng thưc bản sao").words[1:]
        assert (word.folded, word.marked) == ("thuc", "")

    def test_marks_that_titles_write_are_kept(self):
        assert all(word.marked for word in ask("đăng ký khai tử").words)

    def test_terms_are_found_in_spite_of_wrong_marks(self):
        assert "tình trạng hôn nhân" in labels("giây độc thân")

    def test_another_word_is_not_the_term(self):
        """``sáo y`` would be another word if titles knew it; the lexicon's own spelling counts."""
        known = language(["Sáo trúc", "Chứng thực bản sao"])
        assert not {e.label for e in ask("sáo y", known).expansions}

    def test_without_marks_no_word_is_exact(self):
        query = ask("dang ky ket hon")
        assert not query.exact
        assert all(word.marked == "" for word in query.words)


class TestTerms:
    def test_the_longest_term_wins(self):
        assert {e.places for e in ask("sao y bản chính").expansions} == {(0, 1, 2, 3)}

    def test_an_equal_group_goes_both_ways(self):
        assert "hợp tác xã" in labels("thành lập HTX")
        assert "HTX" in labels("thành lập hợp tác xã")

    def test_a_oneway_group_goes_one_way(self):
        assert "giấy độc thân" not in labels("tình trạng hôn nhân")

    def test_light_words_inside_do_not_hide_a_term(self):
        assert "tình trạng hôn nhân" in labels("giấy của độc thân")

    def test_a_long_term_is_known_with_words_between(self):
        assert "nội dung văn bằng" in labels("sửa tên trên bằng tốt nghiệp")
        loose = [e for e in ask("sửa tên trên bằng tốt nghiệp").expansions if e.label]
        assert max(e.strength for e in loose) == pytest.approx(OFFICIAL * LOOSE)

    @pytest.mark.parametrize(
        "text", ["sửa nghiệp tốt bằng", "sửa một hai ba bốn năm bằng tốt nghiệp", "sửa bằng"]
    )
    def test_in_another_order_far_apart_or_in_part_it_counts_less(self, text: str):
        near = [e for e in ask(text).expansions if e.label == "nội dung văn bằng"]
        assert all(e.strength <= OFFICIAL * NEAR and not e.is_said for e in near)

    def test_codes_of_a_group_are_asked_for(self):
        assert "1.004873" in ask("còn độc thân").all_codes

    def test_terms_may_overlap(self):
        lexicon = CompiledLexicon([Group(("a b",), ("x",)), Group(("b c",), ("y",))])
        assert [m.places for m in lexicon.matches(syllables("a b c"))] == [(0, 1), (1, 2)]

    def test_strengths(self):
        lexicon = CompiledLexicon([Group(("một hai", "ba bốn"), ("năm sáu",), ("1.000001",), equal=True)])
        (match,) = lexicon.matches(syllables("một hai"))
        assert {(m.label, m.strength) for m in match.meanings} == {
            ("năm sáu", OFFICIAL), ("ba bốn", ALSO), ("", OFFICIAL)}  # fmt: skip

    def test_an_empty_lexicon_finds_nothing(self):
        assert CompiledLexicon().matches(syllables("kết hôn")) == []
        assert CompiledLexicon().loose_matches(syllables("kết hôn")) == []
        assert CompiledLexicon().near_matches(syllables("kết hôn")) == []

    @given(
        st.lists(
            st.sampled_from(["sao", "y", "bản", "chính", "còn", "độc", "thân", "giấy", "HTX", "đăng", "ký"]),
            max_size=12,
        )
    )
    def test_every_place_of_an_expansion_lies_in_the_query(self, typed: list[str]):
        query = ask(" ".join(typed))
        for expansion in query.expansions:
            assert list(expansion.places) == sorted(set(expansion.places))
            assert set(expansion.places) <= set(range(len(query.words)))


class TestQuery:
    QUERY = Query(
        text="",
        words=tuple(
            Word(name, weight=weight) for name, weight in [("a", 1), ("b", 5), ("c", 3), ("d", 4), ("e", 2)]
        ),
        expansions=(Expansion((0,), (Word("x"), Word("y")), ("1.000001",)), Expansion((0,), (Word("z"),))),
        codes=("2.000002",),
    )

    def test_telling_words_are_the_rarest(self):
        assert self.QUERY.telling_words() == ("b", "d", "c", "e")

    def test_a_text_must_hold_all_but_one_of_them(self):
        assert self.QUERY.telling_sets() == (
            ("b", "d", "c"),
            ("b", "d", "e"),
            ("b", "c", "e"),
            ("d", "c", "e"),
        )

    @pytest.mark.parametrize(("number", "sets"), [(0, ()), (1, (("b",),)), (2, (("b", "a"),))])
    def test_a_few_must_all_stand(self, number: int, sets: tuple[tuple[str, ...], ...]):
        query = Query(
            text="", words=self.QUERY.words[:number][::-1] if number == 2 else self.QUERY.words[1:2][:number]
        )
        assert query.telling_sets() == sets

    def test_phrases_have_two_syllables_or_more(self):
        assert self.QUERY.phrases == (("x", "y"),)

    def test_all_codes_are_those_typed_then_those_meant(self):
        assert self.QUERY.all_codes == ("2.000002", "1.000001")

    def test_own_words_keep_their_weight_beside_other_names(self):
        query = Query(
            text="", words=(Word("a", weight=7),), expansions=(Expansion((0,), (Word("a", weight=1),)),)
        )
        assert query.any_words == {"a": 7}

    def test_nothing_typed_is_empty(self):
        assert ask("!!!").is_empty
        assert not ask("1.000894").is_empty
