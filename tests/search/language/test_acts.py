"""Acts in titles and queries, compared as classes."""

from __future__ import annotations

import pytest

from search.language.acts import Act, acts_asked, acts_of_title
from search.language.tokenizer import marked_syllables, syllables
from tests.search.words import ask, order


class TestTitles:
    @pytest.mark.parametrize(
        ("title", "acts"),
        [
            ("Cấp lại Giấy phép bán lẻ rượu", {Act.AGAIN}),
            ("Cấp sửa đổi, bổ sung Giấy phép bán lẻ rượu", {Act.CHANGE}),
            ("Đổi, cấp lại Giấy xác nhận khuyết tật", {Act.AGAIN}),
            ("Thực hiện, điều chỉnh, thôi hưởng trợ cấp", {Act.CHANGE, Act.END}),
            ("Cấp Giấy phép bán lẻ rượu", set()),
            ("Sử dụng tạm thời một phần hè phố", set()),
            ("Hỗ trợ người dân khi đất bị thu hồi", set()),
        ],
    )
    def test_an_act_is_read_at_the_start(self, title: str, acts: set[Act]):
        assert acts_of_title(marked_syllables(title), 0) == acts

    def test_an_uninformative_start_is_skipped(self):
        words = marked_syllables("Thủ tục gia hạn giấy chứng nhận")
        assert acts_of_title(words, 2) == {Act.EXTEND}


class TestQueries:
    @pytest.mark.parametrize(
        ("text", "acts"),
        [
            ("giấy phép bán rượu bị mất", {Act.AGAIN}),
            ("giay phep xay dung het han", {Act.EXTEND}),
            ("dẹp tiệm tạp hóa", {Act.END}),
            ("đăng ký kết hôn", set()),
            ("giay phep xay dung", set()),
        ],
    )
    def test_everyday_words_name_acts(self, text: str, acts: set[Act]):
        assert ask(text).acts == acts

    def test_the_sentence_with_the_request_decides(self):
        query = syllables("giấy bị mất xin gia hạn")
        assert acts_asked(query, [False] * 3 + [True] * 3) == {Act.EXTEND}
        assert acts_asked(query, [False] * 6) == {Act.AGAIN, Act.EXTEND}


class TestOrder:
    @pytest.mark.parametrize(
        ("asked", "first"),
        [
            ("giấy phép bán lẻ rượu hết hạn", "Gia hạn Giấy phép bán lẻ rượu"),
            ("giấy phép bán lẻ rượu làm mất", "Cấp lại Giấy phép bán lẻ rượu"),
            ("giấy phép bán lẻ rượu ghi sai", "Cấp sửa đổi, bổ sung Giấy phép bán lẻ rượu"),
        ],
    )
    def test_the_procedure_of_the_act_comes_first(self, asked: str, first: str):
        titles = [
            "Thu hồi Giấy phép bán lẻ rượu",
            "Cấp sửa đổi, bổ sung Giấy phép bán lẻ rượu",
            "Gia hạn Giấy phép bán lẻ rượu",
            "Cấp lại Giấy phép bán lẻ rượu",
        ]
        assert order(asked, *titles)[0] == first
