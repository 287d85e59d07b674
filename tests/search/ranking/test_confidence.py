"""The likelihood that a hit answers the query, and its fitted coefficients."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.ranking.confidence import COEFFICIENTS, DEPTH, MIN_CONFIDENCE, codes_known, confidence, features
from search.ranking.scorer import rank
from tests.search.words import SMALL, TITLES, ask, row

CODES = {
    "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân": ["1.004873"],
    "Thủ tục đăng ký khai tử": ["1.000656"],
}


def likelihood(text: str, *titles: str, without: str = "") -> float:
    """Return the confidence of the hits for ``text`` among ``titles`` (all of SMALL), without the code ``without``."""
    rows = [row(title, codes=[c for c in CODES.get(title, []) if c != without]) for title in titles or TITLES]
    query = ask(text)
    scored = rank(query, [(one, 0.0) for one in rows], statistics=SMALL.statistics)
    return confidence(query, scored, codes_known(query, rows))


class TestConfidence:
    @pytest.mark.parametrize("text", ["đăng ký kết hôn", "ket hon", "giấy độc thân", "1.004873"])
    def test_query_answered_by_a_title_is_likely(self, text: str):
        assert likelihood(text) >= MIN_CONFIDENCE

    @pytest.mark.parametrize(
        "text",
        ["thời tiết cuối tuần", "giá vàng hôm nay", "mua điện thoại trả góp", "zzz yyy xxx", "con mèo bỏ ăn"],
    )
    def test_query_answered_by_no_title_is_unlikely(self, text: str):
        assert likelihood(text) < MIN_CONFIDENCE

    def test_a_code_is_certain_and_no_hits_are_impossible(self):
        assert likelihood("1.004873") == 1.0
        assert likelihood("1.999999") == 0.0
        assert confidence(ask("kết hôn"), [], frozenset()) == 0.0

    def test_a_term_of_procedures_elsewhere_lowers_it(self):
        query = ask("giấy độc thân")
        (hit, *_rest) = rank(query, [(row(title), 0.0) for title in TITLES], statistics=SMALL.statistics)
        assert features(query, hit, frozenset())["elsewhere"] == pytest.approx(1.0)
        assert features(query, hit, frozenset({"1.004873"}))["elsewhere"] == 0.0

    def test_the_best_of_a_few_hits_counts(self):
        assert DEPTH > 1
        alone = likelihood("đăng ký kết hôn", "Thủ tục đăng ký kết hôn")
        assert likelihood("đăng ký kết hôn") >= alone * 0.9

    @given(st.text(max_size=60))
    def test_any_text_has_a_likelihood(self, text: str):
        assert 0.0 <= likelihood(text) <= 1.0

    def test_the_features_are_those_that_have_coefficients(self):
        query = ask("kết hôn")
        (hit, *_rest) = rank(query, [(row(title), 0.0) for title in TITLES], statistics=SMALL.statistics)
        assert list(features(query, hit, frozenset())) == list(COEFFICIENTS)
