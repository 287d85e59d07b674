"""Special cases in titles lower the score unless the query asks for them."""

from __future__ import annotations

from typing import Any

import pytest

from search.language.lexicon import SynonymGroup
from search.ranking.features import QUALIFIERS, count_unasked, unasked_qualifiers
from search.ranking.scorer import Scorer
from tests.search.words import SMALL, ask, language, row


def why(query: str, one: Any, part: str) -> float:
    scorer = Scorer(ask(query), SMALL.statistics, {})
    return scorer.score(row(one) if isinstance(one, str) else one, 0.0).explanation[part]


class TestSpecialCases:
    @pytest.mark.parametrize(
        ("query", "title", "number"),
        [
            ("kết hôn", "Đăng ký kết hôn có yếu tố nước ngoài", 1),
            ("kết hôn", "Đăng ký kết hôn có yếu tố nước ngoài tại khu vực biên giới", 2),
            ("kết hôn ở biên giới", "Đăng ký kết hôn tại khu vực biên giới", 0),
            ("khai sinh", "Đăng ký lại khai sinh", 1),
            ("làm lại khai sinh", "Đăng ký lại khai sinh", 0),
            ("căn cước", "Cấp, cấp lại, cấp đổi thẻ căn cước", 0),
            ("căn cước", "Cấp lại thẻ căn cước", 1),
            ("trợ cấp", "Thực hiện, điều chỉnh, thôi hưởng trợ cấp", 0),
            ("trợ cấp", "Điều chỉnh trợ cấp", 1),
            ("hộ kinh doanh", "Tạm ngừng kinh doanh của hộ kinh doanh", 1),
            ("rượu", "Cấp sửa đổi, bổ sung giấy phép bán lẻ rượu", 1),
            ("hợp tác xã", "Đăng ký thành lập hợp tác xã; đăng ký chuyển đổi tổ hợp tác", 0),
            ("hoi ket hon", "Đăng ký kết hôn", 0),
        ],
    )
    def test_unasked_special_cases_are_counted(self, query: str, title: str, number: int):
        assert count_unasked(row(title).title, unasked_qualifiers(ask(query))) == number

    def test_unasked_special_cases_lower_the_score(self):
        assert why("kết hôn", "Đăng ký kết hôn lưu động", "special_cases") < 0
        assert why("kết hôn lưu động", "Đăng ký kết hôn lưu động", "special_cases") == 0

    def test_each_can_be_asked_for(self):
        for qualifier in QUALIFIERS:
            assert qualifier.asked_by <= set(qualifier.words)
            assert qualifier not in [q for q, _sure in unasked_qualifiers(ask(" ".join(qualifier.words)))]

    def test_partial_term_does_not_ask_for_its_special_case(self):
        """``cưới vợ`` is close to ``cưới vợ mỹ``: foreign marriage remains a special case, but a little less so."""
        known = language(groups=[SynonymGroup(("cưới vợ mỹ",), ("kết hôn có yếu tố nước ngoài",))])
        sure = {q.words: value for q, value in unasked_qualifiers(ask("cưới vợ", known))}
        assert 0.25 < sure["yeu", "to", "nuoc", "ngoai"] < 1
        said = {q.words for q, _value in unasked_qualifiers(ask("cưới vợ mỹ", known))}
        assert ("yeu", "to", "nuoc", "ngoai") not in said
