"""The order of hits, rule by rule: each test shows two titles that differ in one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.lexicon import Group
from search.analysis.query import Expansion
from search.ranking import levels
from search.ranking.matching import ALONE, FOLDED_ONLY, IN_EXTRA, match
from search.ranking.qualifiers import QUALIFIERS, count_unasked, unasked
from search.ranking.scorer import CODE, CUT, WHOLE, Scorer, rank
from search.ranking.statistics import Statistics, count
from search.ranking.titles import Title
from tests.search.words import SMALL, TITLES, ask, language, row


def order(query: str, *titles: Any, **facts: Any) -> list[str]:
    """Return the titles, best first; the titles of ``SMALL`` teach the words."""
    rows = [row(title) if isinstance(title, str) else title for title in titles]
    ranked = rank(ask(query), rows, statistics=SMALL.statistics, **facts)
    return [one.row.key.removeprefix("procedure:") for one in ranked]


def why(query: str, one: Any, part: str) -> float:
    scorer = Scorer(ask(query), SMALL.statistics, {})
    return scorer.score(row(one) if isinstance(one, str) else one, 0.0).why[part]


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


class TestCoverage:
    def test_all_words_as_written_cover_everything(self):
        assert why("đăng ký kết hôn", "Đăng ký kết hôn", "cover") == pytest.approx(1.0)

    def test_words_with_other_marks_are_worth_a_part(self):
        query = ask("kết hôn")
        found = match(query, Title(row("Kẹt hồn")), set())
        assert found.worth == [FOLDED_ONLY, FOLDED_ONLY]

    def test_words_of_the_keywords_are_worth_a_part(self):
        found = match(ask("kết hôn"), Title(row("Hộ tịch", extra="kết hôn")), set())
        assert found.worth == [IN_EXTRA, IN_EXTRA]

    def test_a_syllable_far_from_its_neighbours_is_doubted(self):
        title = "Kết quả của một chuyện dài về cái hôn"
        assert match(ask("kết hôn"), Title(row(title)), set()).worth == [ALONE, ALONE]
        assert 0.5 < ALONE < 0.9
        assert match(ask("kết"), Title(row(title)), set()).worth == [1.0]

    def test_another_name_covers_the_words_it_stands_for(self):
        assert why("giấy độc thân", "Cấp giấy xác nhận tình trạng hôn nhân", "cover") > 0.9

    def test_a_code_of_the_lexicon_covers_without_any_word(self):
        tied = row("Xác nhận", codes=["1.004873.H12"])
        assert why("còn độc thân", tied, "cover") > 0.9
        assert why("còn độc thân", tied, "tied") > 0
        assert why("còn độc thân", "Xác nhận", "tied") == 0

    def test_nothing_shared_is_not_shown(self):
        assert order("kết hôn", "Hòa giải tranh chấp đất đai") == []

    def test_the_tail_that_shares_a_word_only_is_cut(self):
        titles = ["Đăng ký kết hôn", "Hôn mê"]
        assert order("đăng ký kết hôn", *titles) == ["Đăng ký kết hôn"]
        assert 0 < CUT < 1

    @given(st.sampled_from(TITLES), st.sampled_from(TITLES))
    def test_no_title_covers_more_than_the_whole_query(self, asked: str, title: str):
        for one in rank(ask(asked), [row(title)], statistics=SMALL.statistics):
            assert one.why["cover"] <= 1.0 + 1e-9

    @given(st.sampled_from(TITLES))
    def test_a_title_is_the_best_answer_to_itself(self, title: str):
        assert order(title, *TITLES)[0] == title


class TestWhole:
    def test_the_title_word_for_word_is_told_apart(self):
        assert why("dang ky ket hon", "Thủ tục đăng ký kết hôn", "whole") == WHOLE
        assert why("đăng ký", "Đăng ký kết hôn", "whole") == 0.0
        assert why("đăng ký kết hôn lưu động", "Đăng ký kết hôn", "whole") == 0.0
        assert why("kết hôn đăng ký", "Đăng ký kết hôn", "whole") == 0.0

    def test_it_comes_before_what_the_lexicon_leads_part_of_it_to(self):
        query = ask("cấp bằng")
        led = Expansion((0, 1), (), ("2.000815",), 0.9)
        rows = [row("Bằng, cấp", codes=["2.000815"]), row("Cấp bằng")]
        found = rank(replace(query, expansions=(led,)), rows, statistics=SMALL.statistics)
        assert [one.row.key for one in found] == ["procedure:Cấp bằng", "procedure:Bằng, cấp"]


class TestPhrase:
    def test_words_in_a_row_count_whole(self):
        assert (
            why("kết hôn", "Đăng ký kết hôn", "phrase") > why("kết hôn", "Kết nghĩa hôn nhân", "phrase") > 0
        )

    def test_the_order_counts(self):
        assert why("kết hôn", "Hôn kết", "phrase") == 0

    def test_another_name_stands_together_with_its_neighbours(self):
        assert why("thành lập htx", "Thành lập hợp tác xã", "phrase") == pytest.approx(
            why("thành lập hợp tác xã", "Thành lập hợp tác xã", "phrase"), rel=0.1
        )

    def test_one_word_has_no_neighbours(self):
        assert why("hôn", "Đăng ký kết hôn", "phrase") == 0


class TestFocus:
    def test_a_title_that_says_little_else_is_better(self):
        assert why("kết hôn", "Kết hôn", "focus") > why("kết hôn", "Đăng ký kết hôn lưu động", "focus")

    def test_a_paragraph_is_not_worse_for_what_stands_beyond_the_limit(self):
        long = "Kết hôn " + " ".join(["giấy tờ văn bản"] * 6)
        assert why("kết hôn", long, "focus") == pytest.approx(why("kết hôn", long + " khác" * 9, "focus"))

    def test_numbers_of_decrees_say_nothing(self):
        assert why("kết hôn", "Kết hôn (85/2023/NĐ)", "focus") > why(
            "kết hôn", "Kết hôn (đất đai NĐ)", "focus"
        )

    def test_the_beginning_of_a_title_is_its_subject(self):
        early, late = "Kết hôn và giấy tờ của người dân", "Giấy tờ của người dân và kết hôn"
        assert why("kết hôn", early, "early") > why("kết hôn", late, "early")


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
    def test_unasked_ones_are_counted(self, query: str, title: str, number: int):
        assert count_unasked(Title(row(title)), unasked(ask(query))) == number

    def test_they_cost(self):
        assert why("kết hôn", "Đăng ký kết hôn lưu động", "special") < 0
        assert why("kết hôn lưu động", "Đăng ký kết hôn lưu động", "special") == 0

    def test_each_can_be_asked_for(self):
        for qualifier in QUALIFIERS:
            assert qualifier.telling <= set(qualifier.words)
            assert qualifier not in [q for q, _sure in unasked(ask(" ".join(qualifier.words)))]

    def test_a_name_that_the_query_says_only_in_part_does_not_ask_for_its_case(self):
        """``cưới vợ`` is near to ``cưới vợ mỹ``: the foreign marriage stays a special case, a little less."""
        known = language(groups=[Group(("cưới vợ mỹ",), ("kết hôn có yếu tố nước ngoài",))])
        sure = {q.words: value for q, value in unasked(ask("cưới vợ", known))}
        assert 0.25 < sure["yeu", "to", "nuoc", "ngoai"] < 1
        said = {q.words for q, _value in unasked(ask("cưới vợ mỹ", known))}
        assert ("yeu", "to", "nuoc", "ngoai") not in said


class TestLevels:
    def test_the_commune_comes_first(self):
        rows = [
            row("Đăng ký kết hôn", level=[level], key=level) for level in ("cap_bo", "cap_tinh", "cap_xa")
        ]
        assert order("kết hôn", *rows) == ["cap_xa", "cap_tinh", "cap_bo"]

    @pytest.mark.parametrize(
        ("query", "first"),
        [
            ("kết hôn cấp tỉnh", "cap_tinh"),
            ("ket hon o tinh", "cap_tinh"),
            ("kết hôn trung ương", "cap_bo"),
            ("kết hôn sở tư pháp", "cap_tinh"),
            ("kết hôn cap huyen", "cap_huyen"),
            ("kết hôn ở xã", "cap_xa"),
        ],
    )
    def test_unless_another_level_is_asked_for(self, query: str, first: str):
        known = ("cap_bo", "cap_tinh", "cap_huyen", "cap_xa")
        rows = [row("Đăng ký kết hôn", level=[level], key=level) for level in known]
        assert order(query, *rows)[0] == first

    def test_where_one_is_asked_for_the_others_are_equal(self):
        asked = frozenset({"cap_tinh"})
        assert levels.nearness(["cap_xa"], asked) == levels.nearness(["cap_bo"], asked) == 0
        assert levels.nearness(["cap_xa", "cap_tinh"], asked) == 1
        assert levels.nearness([], asked) == levels.UNKNOWN

    @pytest.mark.parametrize("known", [[], ["something"], ["cap_tinh"]])
    def test_unknown_levels_lie_between(self, known: list[str]):
        assert levels.nearness(["cap_bo"]) < levels.nearness(known) < levels.nearness(["cap_xa"])

    def test_the_nearest_of_several_counts(self):
        assert levels.nearness(["cap_bo", "cap_xa"]) == 1.0

    def test_a_better_title_beats_a_nearer_level(self):
        far = row("Đăng ký kết hôn", level=["cap_bo"], key="far")
        near = row("Đăng ký khai sinh", level=["cap_xa"], key="near")
        assert order("đăng ký kết hôn", near, far)[0] == "far"


class TestTies:
    def test_what_is_used_more_comes_first(self):
        rows = [row("Đăng ký kết hôn", codes=[code], key=code) for code in ("1.000001", "1.000002")]
        assert order("kết hôn", *rows, uses={"1.000002": 1.0})[0] == "1.000002"

    def test_use_never_beats_a_better_title(self):
        rows = [
            row("Đăng ký kết hôn", key="better"),
            row("Đăng ký kết hôn lưu động", codes=["1.000002"], key="used"),
        ]
        assert order("kết hôn", *rows, uses={"1.000002": 1.0})[0] == "better"

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
        assert CODE > 5

    def test_the_text_score_helps_where_titles_do_not_tell(self):
        rows = [
            row("Đăng ký kết hôn", key="one", text_score=1.0),
            row("Đăng ký kết hôn", key="two", text_score=9.0),
        ]
        assert order("kết hôn", *rows)[0] == "two"

    def test_no_candidates_no_hits(self):
        assert order("kết hôn") == []


class TestStatistics:
    def test_rare_words_weigh_more(self):
        statistics = count(["giấy a", "giấy b", "giấy c"])
        assert statistics.weight("a") > statistics.weight("giay") > 0

    def test_an_unknown_word_weighs_between(self):
        statistics = count([f"giấy {letter}" for letter in "abcdefghij"])
        assert statistics.weight("giay") < statistics.weight("unknown") < statistics.weight("a")
        assert not statistics.knows("unknown")

    def test_a_word_twice_in_a_title_counts_once(self):
        assert count(["bản sao, bản chính"]).frequencies["ban"] == 1

    def test_neighbours_and_spellings_are_kept_in_lower_case(self):
        spellings = count(["Tình Trạng hôn nhân"]).spellings
        assert spellings.pairs["tình trạng"] == 1
        assert spellings.syllables["trạng"] == 1

    def test_nothing_is_counted_in_nothing(self):
        assert count([]) == Statistics()
        assert Statistics().weight("any") > 0

    @given(st.lists(st.sampled_from(TITLES), max_size=12))
    def test_no_weight_is_negative(self, titles: list[str]):
        statistics = count(titles)
        assert all(statistics.weight(word) > 0 for word in [*statistics.frequencies, "unknown"])


class TestTitles:
    def test_places(self):
        title = Title(row("Bản sao từ bản chính"))
        assert title.places["ban"] == [0, 3]
        assert title.phrase_at(["ban", "chinh"]) == 3
        assert title.phrase_at(["sao", "chinh"]) is None
        assert title.phrase_at(["nowhere"]) is None
