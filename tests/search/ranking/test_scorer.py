"""The order of titles for a query, and the parts of the score."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import Expansion
from search.language.vocabulary import Statistics
from search.ranking.features import FOLDED_ONLY, IN_EXTRA, ISOLATED
from search.ranking.rows import Row
from search.ranking.scorer import CODE_WEIGHT, CUTOFF, WHOLE_TITLE_WEIGHT, Scored, Scorer, rank
from tests.search.words import SMALL, TITLES, ask, order, row


def why(query: str, one: Any, part: str) -> float:
    scorer = Scorer(ask(query), SMALL.statistics, {})
    return scorer.score(row(one) if isinstance(one, str) else one, 0.0).explanation[part]


@pytest.mark.parametrize(
    ("query", "first", "second"),
    [
        ("kết hôn", "Thủ tục đăng ký kết hôn", "Thủ tục đăng ký kết hôn có yếu tố nước ngoài"),
        ("khai sinh", "Thủ tục đăng ký khai sinh", "Thủ tục đăng ký lại khai sinh"),
        ("đăng ký lại khai sinh", "Thủ tục đăng ký lại khai sinh", "Thủ tục đăng ký khai sinh"),
        ("kết hôn với người nước ngoài", "Đăng ký kết hôn có yếu tố nước ngoài", "Đăng ký kết hôn"),
        (
            "trợ cấp hưu trí xã hội",
            "Thực hiện, điều chỉnh, thôi hưởng trợ cấp hưu trí xã hội",
            "Hỗ trợ chi phí mai táng đối với đối tượng hưởng trợ cấp hưu trí xã hội",
        ),
        (
            "to cao can bo xa",
            "Thủ tục giải quyết tố cáo tại cấp xã",
            "Chấp thuận vị trí, quy mô, phương án tổ chức thi công biển quảng cáo, biển thông tin cổ động ở xã",
        ),
        (
            "thành lập htx",
            "Đăng ký thành lập hợp tác xã, liên hiệp hợp tác xã; đăng ký chuyển đổi tổ hợp tác",
            "Thông báo về việc thành lập doanh nghiệp của hợp tác xã",
        ),
        ("gia hạn giấy phép xây dựng", "Gia hạn giấy phép xây dựng", "Cấp giấy phép xây dựng mới"),
        ("đất đai", "Hòa giải tranh chấp đất đai", "Dát vàng đại sảnh"),
        ("death certificate", "Thủ tục đăng ký khai tử", "Đăng ký lại khai tử"),
    ],
)
def test_the_first_comes_before_the_second(query: str, first: str, second: str):
    assert order(query, second, first)[0] == first


def scores(query: str, one: Row) -> list[float]:
    """Return the scores of the words of ``query`` in ``one``."""
    scorer = Scorer(ask(query), SMALL.statistics, {})
    upper = scorer.upper_bound(one)
    return scorer.matcher.match(one.title, upper.extra, upper.expansions).scores


def test_part_without_a_name_is_an_error():
    with pytest.raises(ValueError, match="zip"):
        _ = Scored(row("Đăng ký kết hôn"), 1.0, (1.0,)).explanation
    assert Scored(row("Đăng ký kết hôn"), 1.0).explanation == {}


class TestCoverage:
    def test_all_words_as_written_cover_everything(self):
        assert why("đăng ký kết hôn", "Đăng ký kết hôn", "coverage") == pytest.approx(1.0)

    def test_words_with_other_diacritics_score_less(self):
        assert scores("kết hôn", row("Kẹt hồn")) == [FOLDED_ONLY, FOLDED_ONLY]

    def test_keywords_score_less_than_the_title(self):
        assert scores("kết hôn", row("Hộ tịch", extra="kết hôn")) == [IN_EXTRA, IN_EXTRA]

    def test_isolated_syllable_scores_less(self):
        one = row("Kết quả của một chuyện dài về cái hôn")
        assert scores("kết hôn", one) == [ISOLATED, ISOLATED]
        assert 0.5 < ISOLATED < 0.9
        assert scores("kết", one) == [1.0]

    def test_expansion_covers_the_words_it_replaces(self):
        assert why("giấy độc thân", "Cấp giấy xác nhận tình trạng hôn nhân", "coverage") > 0.9

    def test_a_code_of_the_lexicon_covers_the_query_without_any_word(self):
        tied = row("Xác nhận", codes=["1.004873.H12"])
        assert why("còn độc thân", tied, "coverage") > 0.9
        assert why("còn độc thân", tied, "curated") > 0
        assert why("còn độc thân", "Xác nhận", "curated") == 0

    def test_a_title_with_nothing_in_common_is_not_shown(self):
        assert order("kết hôn", "Hòa giải tranh chấp đất đai") == []

    def test_documents_below_the_cutoff_are_dropped(self):
        titles = ["Đăng ký kết hôn", "Hôn mê"]
        assert order("đăng ký kết hôn", *titles) == ["Đăng ký kết hôn"]
        assert 0 < CUTOFF < 1

    @given(st.sampled_from(TITLES), st.sampled_from(TITLES))
    def test_no_title_covers_more_than_the_whole_query(self, asked: str, title: str):
        for one in rank(ask(asked), [(row(title), 0.0)], statistics=SMALL.statistics):
            assert one.explanation["coverage"] <= 1.0 + 1e-9

    @given(st.sampled_from(TITLES))
    def test_a_title_is_the_best_answer_to_itself(self, title: str):
        assert order(title, *TITLES)[0] == title


class TestWholeTitle:
    def test_whole_title_scores_extra(self):
        assert why("dang ky ket hon", "Thủ tục đăng ký kết hôn", "whole_title") == WHOLE_TITLE_WEIGHT
        assert why("đăng ký", "Đăng ký kết hôn", "whole_title") == 0.0
        assert why("đăng ký kết hôn lưu động", "Đăng ký kết hôn", "whole_title") == 0.0
        assert why("kết hôn đăng ký", "Đăng ký kết hôn", "whole_title") == 0.0

    def test_whole_title_precedes_a_title_curated_for_part_of_the_query(self):
        query = ask("cấp bằng")
        led = Expansion((0, 1), (), ("2.000815",), 0.9)
        rows = [row("Bằng, cấp", codes=["2.000815"]), row("Cấp bằng")]
        found = rank(
            replace(query, expansions=(led,)), [(one, 0.0) for one in rows], statistics=SMALL.statistics
        )
        assert [one.row.key for one in found] == ["procedure:Cấp bằng", "procedure:Bằng, cấp"]


class TestPhrase:
    def test_consecutive_words_count_fully(self):
        assert (
            why("kết hôn", "Đăng ký kết hôn", "phrase") > why("kết hôn", "Kết nghĩa hôn nhân", "phrase") > 0
        )

    def test_the_order_counts(self):
        assert why("kết hôn", "Hôn kết", "phrase") == 0

    def test_expansion_is_adjacent_to_its_neighbours(self):
        assert why("thành lập htx", "Thành lập hợp tác xã", "phrase") == pytest.approx(
            why("thành lập hợp tác xã", "Thành lập hợp tác xã", "phrase"), rel=0.1
        )

    def test_one_word_has_no_neighbours(self):
        assert why("hôn", "Đăng ký kết hôn", "phrase") == 0


class TestFocus:
    def test_a_title_with_little_else_is_better(self):
        assert why("kết hôn", "Kết hôn", "focus") > why("kết hôn", "Đăng ký kết hôn lưu động", "focus")

    def test_words_beyond_the_title_limit_do_not_lower_focus(self):
        long = "Kết hôn " + " ".join(["giấy tờ văn bản"] * 6)
        assert why("kết hôn", long, "focus") == pytest.approx(why("kết hôn", long + " khác" * 9, "focus"))

    def test_numbers_of_decrees_are_ignored(self):
        assert why("kết hôn", "Kết hôn (85/2023/NĐ)", "focus") > why(
            "kết hôn", "Kết hôn (đất đai NĐ)", "focus"
        )

    def test_the_beginning_of_a_title_is_its_subject(self):
        early, late = "Kết hôn và giấy tờ của người dân", "Giấy tờ của người dân và kết hôn"
        assert why("kết hôn", early, "early") > why("kết hôn", late, "early")


class TestTies:
    def test_the_more_used_procedure_comes_first(self):
        rows = [row("Đăng ký kết hôn", codes=[code], key=code) for code in ("1.000001", "1.000002")]
        assert order("kết hôn", *rows, usage={"1.000002": 1.0})[0] == "1.000002"

    def test_use_never_beats_a_better_title(self):
        rows = [
            row("Đăng ký kết hôn", key="better"),
            row("Đăng ký kết hôn lưu động", codes=["1.000002"], key="used"),
        ]
        assert order("kết hôn", *rows, usage={"1.000002": 1.0})[0] == "better"

    def test_then_the_newest_then_the_key(self):
        monday = datetime(2026, 11, 23, tzinfo=UTC)
        rows = [
            row("Tin kết hôn", key="b", changed_at=monday),
            row("Tin kết hôn", key="new", changed_at=monday + timedelta(days=1)),
            row("Tin kết hôn", key="a", changed_at=monday),
        ]
        assert order("kết hôn", *rows) == ["new", "a", "b"]

    def test_a_code_beats_everything(self):
        coded = row("Hòa giải tranh chấp đất đai", codes=["1.000894.000.00.00.H12"], key="coded")
        assert order("kết hôn 1.000894", "Đăng ký kết hôn", coded) == ["coded"]
        assert CODE_WEIGHT > 5

    def test_the_text_score_helps_if_titles_are_equal(self):
        rows = [(row("Đăng ký kết hôn", key="one"), 1.0), (row("Đăng ký kết hôn", key="two"), 9.0)]
        assert rank(ask("kết hôn"), rows, statistics=SMALL.statistics)[0].row.key == "two"

    def test_weights_of_a_row_in_memory_reflect_the_statistics(self):
        one = row("Đăng ký kết hôn")
        before = Scorer(ask("kết hôn"), SMALL.statistics, {}).score(one, 0.0)
        common = Statistics(1000, {"ket": 999, "hon": 999, "dang": 1, "ky": 1})
        after = Scorer(ask("kết hôn"), common, {}).score(one, 0.0)
        assert after.explanation["focus"] < before.explanation["focus"]
        assert Scorer(ask("kết hôn"), SMALL.statistics, {}).score(one, 0.0) == before

    def test_without_candidates_there_are_no_hits(self):
        assert order("kết hôn") == []
