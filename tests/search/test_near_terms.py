"""Terms of the lexicon that a query says in part or in another order, and offices that it names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis.lexicon import NEAR, OFFICIAL, CompiledLexicon, Group
from search.analysis.near_terms import LEAST_SHARE, MOST, NearTerms
from search.analysis.offices import named_in
from search.analysis.syllables import syllables
from tests.search.words import ask, labels, language

GHE = language(
    groups=[
        Group(("mua ghe từ tỉnh khác sang tên",), ("chuyển quyền sở hữu phương tiện",), ("1.003970",)),
        Group(("vỏ lãi", "chạy vỏ lãi"), ("phương tiện thủy nội địa",)),
        Group(("sang tên sổ đỏ", "sang tên nhà đất", "sang tên xe"), ("chuyển nhượng",)),
    ]
)
TERMS = NearTerms(
    [tuple(s.folded for s in syllables(text)) for text in ("giếng khoan sâu", "nhà sàn", "một")]
)


def near(text: str) -> list[tuple[str, ...]]:
    return [found.term for found in TERMS.find(syllables(text))]


class TestNear:
    @pytest.mark.parametrize(
        "text", ["mua ghe tỉnh khác", "sang tên mua ghe ở tỉnh khác", "mua ghe tinh khac"]
    )
    def test_a_term_said_in_part_or_in_another_order_is_found(self, text: str):
        assert "chuyển quyền sở hữu phương tiện" in labels(text, GHE)
        assert "1.003970" in ask(text, GHE).all_codes

    @pytest.mark.parametrize("text", ["ghe", "tỉnh khác", "sang tên", "mua nhà", ""])
    def test_a_small_or_common_part_is_not_enough(self, text: str):
        assert "chuyển quyền sở hữu phương tiện" not in labels(text, GHE)

    def test_two_syllables_must_stand_side_by_side(self):
        assert near("giếng khoan") == [("gieng", "khoan", "sau")]
        assert near("giếng này khoan") == []

    def test_marks_must_not_contradict(self):
        titles = ["Mua ghe tỉnh khác", "Mưa ghế", "Tính khắc"]
        known = language(titles, [Group(("mua ghe tỉnh khác sang tên",), ("chuyển quyền",))])
        assert labels("mua ghe tỉnh khác", known)
        assert not labels("mưa ghế tính khắc", known)

    def test_it_is_worth_less_than_the_term_itself(self):
        strengths = {e.strength for e in ask("mua ghe tỉnh khác", GHE).expansions}
        assert 0 < max(strengths) < OFFICIAL * NEAR

    def test_where_the_term_itself_is_said_nothing_near_is_looked_for(self):
        lexicon = [Group(("sao y bản chính",), ("chứng thực",)), Group(("sao y bản gốc",), ("sổ gốc",))]
        assert labels("sao y bản chính", language(groups=lexicon)) == {"chứng thực"}

    def test_only_the_nearest_are_kept(self):
        many = NearTerms([("ghe", "tau", f"x{number}") for number in range(MOST * 3)])
        everything = "ghe tàu " + " ".join(f"x{number}" for number in range(MOST * 3))
        assert len(many.find(syllables(everything))) == MOST
        assert many.find(syllables("ghe tàu x3"))[0].term == ("ghe", "tau", "x3")

    def test_nothing_is_near_to_an_empty_lexicon(self):
        assert NearTerms([]).find(syllables("ghe tàu")) == []
        assert CompiledLexicon().near_matches(syllables("ghe tàu")) == []

    @given(
        st.lists(
            st.sampled_from(["giếng", "khoan", "sâu", "nhà", "sàn", "một", "hai", "gieng", "khoán"]),
            max_size=9,
        )
    )
    def test_places_lie_in_the_query_and_shares_in_range(self, typed: list[str]):
        query = syllables(" ".join(typed))
        for found in TERMS.find(query):
            assert {query[place].folded for place in found.places} <= set(found.term)
            assert LEAST_SHARE <= found.share <= 1.000001

    @given(st.permutations(["giếng", "khoan", "sâu"]))
    def test_the_whole_term_is_near_in_any_order(self, typed: list[str]):
        (found,) = TERMS.find(syllables(" ".join(typed)))
        assert found.share == pytest.approx(1.0)


class TestOffices:
    @pytest.mark.parametrize(
        ("text", "levels"),
        [
            ("khai sinh ở xã", {"cap_xa"}),
            ("khai sinh o phuong", {"cap_xa"}),
            ("UBND xã chứng thực", {"cap_xa"}),
            ("ủy ban nhân dân tỉnh cho thuê đất", {"cap_tinh"}),
            ("lý lịch tư pháp sở tư pháp", {"cap_tinh"}),
            ("bộ công thương cấp phép", {"cap_bo"}),
            ("kết hôn cấp xã hay cấp tỉnh", {"cap_xa", "cap_tinh"}),
            ("thành lập hợp tác xã", set()),
            ("giấy phép cơ sở kinh doanh", set()),
            ("hồ sơ sổ đỏ", set()),
            ("trợ cấp xã hội", set()),
            ("", set()),
        ],
    )
    def test_levels_are_read_from_offices(self, text: str, levels: set[str]):
        assert named_in(syllables(text))[1] == levels

    def test_an_office_is_a_wish_and_not_the_subject(self):
        weights = {word.folded: word.weight for word in ask("kết hôn ở xã").words}
        assert weights["xa"] < 0.5 * min(weights["ket"], weights["hon"])

    @given(st.text(max_size=60))
    def test_any_text_is_read(self, text: str):
        query = syllables(text)
        places, _levels = named_in(query)
        assert places <= set(range(len(query)))
