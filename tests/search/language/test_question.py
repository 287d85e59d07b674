"""What a question asks for, as opposed to dates, amounts, relatives and sentences that only describe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import nfc
from search.language.question import CIRCUMSTANCE_FACTOR, DETAIL_FACTOR, asking, details, factors, sentences
from search.language.tokenizer import syllables
from tests.search.words import ask, order

CASE = (
    "Vợ tôi sinh bé gái ngày 12/3 vừa rồi. Hai vợ chồng kết hôn năm 2021 ở xã khác. "
    "Tôi muốn làm khai sinh cho cháu thì cần gì?"
)


def words(text: str, *, asked: bool) -> str:
    """Return the words of ``text`` in sentences that ask, or in the others."""
    query = syllables(text)
    return " ".join(
        text[word.start : word.end]
        for word, is_asked in zip(query, asking(text, query), strict=True)
        if is_asked is asked
    )


class TestSentences:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("đăng ký kết hôn", 1),
            ("Ông mất rồi. Làm khai tử ở đâu?", 2),
            ("diện tích 1.200 mét vuông", 1),
            ("vợ mới sinh em bé cho hỏi làm khai sinh ở đâu", 2),
            ("", 0),
            ("...", 0),
        ],
    )
    def test_sentences_end_at_full_stops_and_before_requests(self, text: str, number: int):
        assert len(sentences(text, syllables(text))) == number


class TestAsking:
    def test_the_sentence_that_asks_is_recognised_by_its_words(self):
        assert words(CASE, asked=True) == "Tôi muốn làm khai sinh cho cháu thì cần gì"
        assert words(CASE, asked=False).startswith("Vợ tôi sinh bé gái")

    def test_dictated_text_without_full_stops_is_cut_before_the_request(self):
        said = "hai vợ chồng cưới năm ngoái giờ tôi muốn làm giấy khai sinh cho bé thì sao"
        assert words(said, asked=False) == "hai vợ chồng cưới năm ngoái"

    def test_text_without_diacritics_is_read_too(self):
        assert words("Nha bi chay. Cho hoi xin cap lai giay o dau?", asked=False) == "Nha bi chay"

    def test_every_sentence_counts_if_none_is_known_to_ask(self):
        assert words("Chứng thực di chúc. Chứng thực chữ ký.", asked=False) == ""


class TestDetails:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("sinh ngày 12 tháng 3", {"ngày", "12", "tháng", "3"}),
            ("bán đất giá 450 triệu", {"450", "triệu"}),
            ("khai sinh cho con tôi", {"con", "tôi"}),
            ("đăng ký nhận cha, mẹ, con", set()),
        ],
    )
    def test_dates_amounts_and_own_relatives_are_details(self, text: str, found: set[str]):
        query = syllables(text)
        assert {text[query[n].start : query[n].end] for n in details(query)} == found


class TestFactors:
    def test_short_texts_only_name_what_is_wanted(self):
        text = "vợ tôi sinh con. khai sinh ở đâu"
        assert set(factors(text, syllables(text))) == {1.0}

    def test_words_of_other_sentences_and_details_count_less(self):
        counted = dict(
            zip((word.folded for word in syllables(CASE)), factors(CASE, syllables(CASE)), strict=True)
        )
        assert counted["khai"] == 1.0
        assert counted["hon"] == CIRCUMSTANCE_FACTOR
        assert counted["2021"] == pytest.approx(CIRCUMSTANCE_FACTOR * DETAIL_FACTOR)

    def test_what_is_asked_for_outweighs_what_is_described(self):
        assert (
            order(CASE, "Thủ tục đăng ký kết hôn", "Thủ tục đăng ký khai sinh")[0]
            == "Thủ tục đăng ký khai sinh"
        )

    @given(st.text(max_size=200))
    def test_any_text_is_read(self, text: str):
        query = syllables(text)
        counted = factors(nfc(text), query)
        assert len(counted) == len(query)
        assert all(0 < factor <= 1 for factor in counted)


@pytest.mark.parametrize("text", ["sinh tháng 12/2024", "từ ngày 1/7", "sinh ngày 12/3/1990", "12-3-1990"])
def test_dates_are_not_codes(text: str):
    assert ask(text).codes == ()
