"""Aspects of a procedure that a question asks about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language.aspects import Aspect, find_aspects
from search.language.tokenizer import syllables
from tests.search.words import ask, order


class TestAspects:
    @pytest.mark.parametrize(
        ("text", "aspects"),
        [
            ("khai sinh mất mấy ngày", {Aspect.TIME}),
            ("le phi khai sinh bao nhieu tien", {Aspect.FEE}),
            ("đăng ký kết hôn cần giấy tờ gì, nộp ở đâu", {Aspect.DOCUMENTS, Aspect.PLACE}),
            ("khai tử hồ sơ gồm những gì", {Aspect.DOCUMENTS}),
            ("mai táng phí bao nhiêu", set()),
            ("phí bảo vệ môi trường đối với nước thải", set()),
            ("đăng ký kết hôn", set()),
        ],
    )
    def test_an_aspect_is_recognised_by_fixed_words(self, text: str, aspects: set[Aspect]):
        assert set(ask(text).aspects) == aspects

    def test_words_that_ask_for_an_aspect_hardly_count(self):
        weights = {word.folded: word.weight for word in ask("lệ phí đăng ký khai sinh").words}
        assert weights["phi"] < 0.3 * weights["khai"]

    def test_they_find_no_procedure_by_themselves(self):
        asked = "thời hạn giải quyết giấy độc thân"
        titles = ("Giải quyết tố cáo trong thời hạn", "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân")
        assert order(asked, *titles)[0] == titles[1]

    @given(st.text(max_size=100))
    def test_any_text_is_read(self, text: str):
        query = syllables(text)
        aspects, positions = find_aspects(query)
        assert len(set(aspects)) == len(aspects)
        assert positions <= set(range(len(query)))
