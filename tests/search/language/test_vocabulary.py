"""Word statistics and spellings from titles, stop phrases, light words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language.spelling import correct
from search.language.tokenizer import syllables
from search.language.vocabulary import (
    Spellings,
    Statistics,
    Vocabulary,
    content_positions,
    count_titles,
    is_light,
    light_words,
    stop_phrases,
)
from tests.search.words import SMALL, TITLES, ask, language

KNOWN = SMALL.vocabulary


class TestVocabulary:
    WORDS = Vocabulary(
        Spellings({"trạng": 12, "trang": 3, "tình": 9}, {"tình trạng": 8, "tình trang": 1}), phrases=["Hông"]
    )

    def test_vocabulary_knows_words_with_and_without_diacritics(self):
        assert self.WORDS.knows("trang")
        assert self.WORDS.knows("hong")
        assert not self.WORDS.knows("trag")

    def test_vocabulary_knows_exact_forms(self):
        written = [syllable.marked for syllable in syllables("trạng tràng")]
        assert [self.WORDS.knows_exactly(form) for form in written] == [True, False]

    def test_spelling_depends_on_the_preceding_word(self):
        assert self.WORDS.usual_spelling("trang") == "trạng"
        assert self.WORDS.usual_spelling("trang", "tinh") == "trạng"
        assert self.WORDS.usual_spelling("khac") == "khac"

    def test_frequency_counts_only_titles(self):
        assert self.WORDS.frequency("trang") == 15
        assert self.WORDS.frequency("hong") == 0

    def test_share_of_an_exact_form(self):
        (form,) = (syllable.marked for syllable in syllables("trạng"))
        assert self.WORDS.share("trang", [form]) == pytest.approx(0.8)
        assert self.WORDS.share("nowhere", [form]) == 1.0

    def test_empty_vocabulary_knows_nothing(self):
        empty = Vocabulary()
        assert not empty.knows("trang")
        assert empty.usual_spelling("trang") == "trang"
        assert correct("trnag", syllables("trnag"), empty) == ""


class TestStatistics:
    def test_rare_words_weigh_more(self):
        statistics = count_titles(["giấy a", "giấy b", "giấy c"])
        assert statistics.idf["a"] > statistics.idf["giay"] > 0

    def test_an_unknown_word_has_a_medium_weight(self):
        statistics = count_titles([f"giấy {letter}" for letter in "abcdefghij"])
        assert statistics.idf["giay"] < statistics.idf["unknown"] < statistics.idf["a"]

    def test_a_word_twice_in_a_title_counts_once(self):
        assert count_titles(["bản sao, bản chính"]).frequencies["ban"] == 1

    def test_neighbours_and_spellings_are_kept_in_lower_case(self):
        spellings = count_titles(["Tình Trạng hôn nhân"]).spellings
        assert spellings.pairs["tình trạng"] == 1
        assert spellings.syllables["trạng"] == 1

    def test_counts_are_in_word_order_whatever_the_hash_seed(self):
        words = "cấp giấy phép xây dựng nhà ở riêng lẻ mới tại khu vực nông thôn".split()  # noqa: SIM905
        statistics = count_titles([" ".join(words)])
        assert list(statistics.spellings.syllables) == words
        assert list(statistics.spellings.pairs) == [f"{one} {two}" for one, two in pairwise(words)]

    def test_no_titles_give_empty_statistics(self):
        assert count_titles([]) == Statistics()
        assert Statistics().idf["any"] > 0

    @given(st.lists(st.sampled_from(TITLES), max_size=12))
    def test_no_weight_is_negative(self, titles: list[str]):
        statistics = count_titles(titles)
        assert all(statistics.idf[word] > 0 for word in [*statistics.frequencies, "unknown"])


def words(text: str) -> list[str]:
    return [word.folded for word in ask(text).words]


class TestStopPhrases:
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
    def test_stop_phrases_are_dropped(self, text: str, subject: list[str]):
        assert [word for word in words(text) if word not in ("lam",)] == subject

    @pytest.mark.parametrize("text", ["ở đâu", "tôi muốn", "bao lâu"])
    def test_query_of_stop_phrases_alone_is_kept(self, text: str):
        assert words(text)

    def test_stop_phrase_inside_a_term_is_kept(self):
        typed = syllables("còn độc thân")
        assert content_positions(typed, frozenset({0, 1, 2})) == [0, 1, 2]

    def test_diacritics_distinguish_stop_phrases_from_other_words(self):
        assert len(words("bão lâu")) == 2
        assert stop_phrases()

    @given(st.text(max_size=60))
    def test_something_always_remains(self, text: str):
        typed = syllables(text)
        assert bool(content_positions(typed, frozenset())) == bool(typed)


class TestLightWords:
    @pytest.mark.parametrize("text", ["là", "thì", "của", "cho", "tôi", "không"])
    def test_function_words_are_light(self, text: str):
        (syllable,) = syllables(text)
        assert is_light(syllable, SMALL.vocabulary, exact=True)

    @pytest.mark.parametrize("text", ["thi", "lá", "cửa", "sinh", "lại", "mới", "con"])
    def test_words_with_other_diacritics_are_not_light(self, text: str):
        (syllable,) = syllables(text)
        typed = [syllable, *syllables("đất")]
        assert not is_light(typed[0], SMALL.vocabulary, exact=True) or syllable.marked == syllable.folded

    def test_without_diacritics_the_titles_decide(self):
        known = language(["Từ chối nhận", "Khai tử", "Khai tử lưu động", "Kiểm tử thi"])
        (syllable,) = syllables("tu")
        assert not is_light(syllable, known.vocabulary, exact=False)

    def test_number_unknown_to_titles_is_light(self):
        weights = {word.folded: word.weight for word in ask("hộ kinh doanh 76").words}
        assert weights["76"] < min(weights["kinh"], weights["doanh"])

    def test_every_light_word_is_one_syllable(self):
        assert all(light_words().values())

    def test_a_light_word_counts_little(self):
        weights = {word.folded: word.weight for word in ask("kết hôn là đất").words}
        assert weights["la"] < 0.5 * min(weights["ket"], weights["hon"])
