"""Lexicon terms in queries: exact, with gaps, and partial."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language.lexicon import (
    GAPPED_FACTOR,
    MAX_PARTIAL_TERMS,
    MIN_PARTIAL_SHARE,
    OFFICIAL_STRENGTH,
    PARTIAL_FACTOR,
    SYNONYM_STRENGTH,
    CompiledLexicon,
    PartialTermIndex,
    SynonymGroup,
)
from search.language.tokenizer import syllables
from tests.paths import ROOT
from tests.search.words import ask, labels, language

GHE = language(
    groups=[
        SynonymGroup(("mua ghe từ tỉnh khác sang tên",), ("chuyển quyền sở hữu phương tiện",), ("1.003970",)),
        SynonymGroup(("vỏ lãi", "chạy vỏ lãi"), ("phương tiện thủy nội địa",)),
        SynonymGroup(("sang tên sổ đỏ", "sang tên nhà đất", "sang tên xe"), ("chuyển nhượng",)),
    ]
)


TERMS = PartialTermIndex(
    [tuple(s.folded for s in syllables(text)) for text in ("giếng khoan sâu", "nhà sàn", "một")]
)


def near(text: str) -> list[tuple[str, ...]]:
    return [found.term for found in TERMS.find(syllables(text))]


class TestTerms:
    def test_the_longest_term_wins(self):
        assert {e.positions for e in ask("sao y bản chính").expansions} == {(0, 1, 2, 3)}

    def test_an_equal_group_works_both_ways(self):
        assert "hợp tác xã" in labels("thành lập HTX")
        assert "HTX" in labels("thành lập hợp tác xã")

    def test_a_oneway_group_works_one_way(self):
        assert "giấy độc thân" not in labels("tình trạng hôn nhân")

    def test_light_words_inside_do_not_hide_a_term(self):
        assert "tình trạng hôn nhân" in labels("giấy của độc thân")

    def test_a_long_term_is_recognised_with_words_in_between(self):
        assert "nội dung văn bằng" in labels("sửa tên trên bằng tốt nghiệp")
        loose = [e for e in ask("sửa tên trên bằng tốt nghiệp").expansions if e.label]
        assert max(e.strength for e in loose) == pytest.approx(OFFICIAL_STRENGTH * GAPPED_FACTOR)

    @pytest.mark.parametrize(
        "text", ["sửa nghiệp tốt bằng", "sửa một hai ba bốn năm bằng tốt nghiệp", "sửa bằng"]
    )
    def test_term_out_of_order_far_apart_or_partial_counts_less(self, text: str):
        near = [e for e in ask(text).expansions if e.label == "nội dung văn bằng"]
        assert all(e.strength <= OFFICIAL_STRENGTH * PARTIAL_FACTOR and not e.is_literal for e in near)

    def test_codes_of_a_group_are_searched_for(self):
        assert "1.004873" in ask("còn độc thân").all_codes

    def test_terms_may_overlap(self):
        lexicon = CompiledLexicon([SynonymGroup(("a b",), ("x",)), SynonymGroup(("b c",), ("y",))])
        assert [m.positions for m in lexicon.matches(syllables("a b c"))] == [(0, 1), (1, 2)]

    def test_strengths(self):
        lexicon = CompiledLexicon(
            [SynonymGroup(("một hai", "ba bốn"), ("năm sáu",), ("1.000001",), equal=True)]
        )
        (match,) = lexicon.matches(syllables("một hai"))
        assert {(m.label, m.strength) for m in match.meanings} == {
            ("năm sáu", OFFICIAL_STRENGTH), ("ba bốn", SYNONYM_STRENGTH), ("", OFFICIAL_STRENGTH)}  # fmt: skip

    def test_an_empty_lexicon_finds_nothing(self):
        assert CompiledLexicon().matches(syllables("kết hôn")) == []
        assert CompiledLexicon().gapped_matches(syllables("kết hôn")) == []
        assert CompiledLexicon().partial_matches(syllables("kết hôn")) == []

    @given(
        st.lists(
            st.sampled_from(["sao", "y", "bản", "chính", "còn", "độc", "thân", "giấy", "HTX", "đăng", "ký"]),
            max_size=12,
        )
    )
    def test_every_position_of_an_expansion_is_in_the_query(self, typed: list[str]):
        query = ask(" ".join(typed))
        for expansion in query.expansions:
            assert list(expansion.positions) == sorted(set(expansion.positions))
            assert set(expansion.positions) <= set(range(len(query.words)))


class TestPartialTerms:
    @pytest.mark.parametrize(
        "text", ["mua ghe tỉnh khác", "sang tên mua ghe ở tỉnh khác", "mua ghe tinh khac"]
    )
    def test_term_is_found_in_part_or_in_another_order(self, text: str):
        assert "chuyển quyền sở hữu phương tiện" in labels(text, GHE)
        assert "1.003970" in ask(text, GHE).all_codes

    @pytest.mark.parametrize("text", ["ghe", "tỉnh khác", "sang tên", "mua nhà", ""])
    def test_a_small_or_common_part_is_not_enough(self, text: str):
        assert "chuyển quyền sở hữu phương tiện" not in labels(text, GHE)

    def test_two_syllables_must_be_adjacent(self):
        assert near("giếng khoan") == [("gieng", "khoan", "sau")]
        assert near("giếng này khoan") == []

    def test_diacritics_must_not_contradict(self):
        titles = ["Mua ghe tỉnh khác", "Mưa ghế", "Tính khắc"]
        known = language(titles, [SynonymGroup(("mua ghe tỉnh khác sang tên",), ("chuyển quyền",))])
        assert labels("mua ghe tỉnh khác", known)
        assert not labels("mưa ghế tính khắc", known)

    def test_partial_term_is_weaker_than_the_term_itself(self):
        strengths = {e.strength for e in ask("mua ghe tỉnh khác", GHE).expansions}
        assert 0 < max(strengths) < OFFICIAL_STRENGTH * PARTIAL_FACTOR

    def test_exact_term_suppresses_partial_matches(self):
        lexicon = [
            SynonymGroup(("sao y bản chính",), ("chứng thực",)),
            SynonymGroup(("sao y bản gốc",), ("sổ gốc",)),
        ]
        assert labels("sao y bản chính", language(groups=lexicon)) == {"chứng thực"}

    def test_only_the_nearest_are_kept(self):
        many = PartialTermIndex([("ghe", "tau", f"x{number}") for number in range(MAX_PARTIAL_TERMS * 3)])
        everything = "ghe tàu " + " ".join(f"x{number}" for number in range(MAX_PARTIAL_TERMS * 3))
        assert len(many.find(syllables(everything))) == MAX_PARTIAL_TERMS
        assert many.find(syllables("ghe tàu x3"))[0].term == ("ghe", "tau", "x3")

    def test_empty_lexicon_has_no_partial_terms(self):
        assert PartialTermIndex([]).find(syllables("ghe tàu")) == []
        assert CompiledLexicon().partial_matches(syllables("ghe tàu")) == []

    @given(
        st.lists(
            st.sampled_from(["giếng", "khoan", "sâu", "nhà", "sàn", "một", "hai", "gieng", "khoán"]),
            max_size=9,
        )
    )
    def test_positions_are_in_the_query_and_shares_in_range(self, typed: list[str]):
        query = syllables(" ".join(typed))
        for found in TERMS.find(query):
            assert {query[place].folded for place in found.positions} <= set(found.term)
            assert MIN_PARTIAL_SHARE <= found.share <= 1.000001

    @given(st.permutations(["giếng", "khoan", "sâu"]))
    def test_the_whole_term_counts_as_near_in_any_order(self, typed: list[str]):
        (found,) = TERMS.find(syllables(" ".join(typed)))
        assert found.share == pytest.approx(1.0)


def test_partial_terms_are_the_same_in_every_process():
    """Sums of weights must not be rounded differently under another hash seed."""
    script = (
        "from itertools import combinations;"
        "from search.language.lexicon import PartialTermIndex;"
        "from search.language.tokenizer import syllables;"
        "terms = [words for n in (2, 4, 5, 6) for words in combinations('abcdefgh', n)];"
        "index = PartialTermIndex(terms[::3]);"
        "queries = [' '.join(words) for words in combinations('abcdefgh', 4)];"
        "print([index.find(syllables(query)) for query in queries])"
    )

    def found(seed: int) -> str:
        environment = os.environ | {"PYTHONHASHSEED": str(seed)}
        return subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    assert found(1) == found(2) == found(3)
