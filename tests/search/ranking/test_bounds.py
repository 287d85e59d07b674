"""Upper bounds: only what would have been cut off is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.ranking.bounds import Bound
from search.ranking.rows import Row
from search.ranking.scorer import CUTOFF, Scored, Scorer, rank
from tests.search.words import SMALL, TITLES, ask, row

WORDS = sorted({word for title in TITLES for word in title.split()})
CODES = ("1.004873", "2.000815", "1.013225", "3.000468", "1.000656")
ASKED = (
    "giấy độc thân",
    "sao y bản chính",
    "xây nhà",
    "HTX",
    "sửa bằng tốt nghiệp",
    "giay chung tu",
    "2.000815",
)
Candidate = tuple[Row, float]


def some_words(least: int, most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS), min_size=least, max_size=most).map(" ".join)


queries = st.tuples(st.sampled_from(("", *ASKED)), some_words(0, 5), st.sampled_from(("", *ASKED))).map(
    " ".join
)
candidates = st.tuples(
    st.sampled_from(TITLES) | some_words(1, 25),
    some_words(0, 8),
    st.lists(st.sampled_from(CODES), max_size=2, unique=True),
    st.sampled_from(([], ["cap_xa"], ["cap_bo"])),
    st.floats(0, 1),
    st.floats(0, 9),
)


def make(number: int, facts: tuple[str, str, list[str], list[str], float, float]) -> Candidate:
    title, extra, codes, level, weight, text = facts
    key = f"procedure:{number}"
    return row(title, extra=extra, codes=codes, level=level, weight=weight, key=key), text


def all_scored(query: str, some: list[Candidate]) -> list[Scored]:
    """Return the score of every candidate by the formula."""
    scorer = Scorer(ask(query), SMALL.statistics, {})
    best = max((text for _row, text in some), default=0.0) or 1.0
    scored = [scorer.score(one, text / best) for one, text in some]
    scored.sort(key=lambda s: (-round(s.score, 6), -s.row.timestamp, s.row.key))
    most = {one.key: scorer.bound(one, text / best, with_focus=True) for one, text in some}
    least = scored[0].score * CUTOFF
    return [s for s in scored if scored[0].score > 0 and most[s.row.key] >= least]


@given(queries, st.lists(candidates, min_size=1, max_size=30))
def test_no_visible_hit_is_left_out(
    query: str, facts: list[tuple[str, str, list[str], list[str], float, float]]
):
    some = [make(number, one) for number, one in enumerate(facts)]
    assert rank(ask(query), some, statistics=SMALL.statistics) == all_scored(query, some)


@given(queries, st.lists(candidates, min_size=1, max_size=30), st.integers(1, 12))
def test_first_hits_are_those_of_a_complete_ranking(
    query: str, facts: list[tuple[str, str, list[str], list[str], float, float]], depth: int
):
    some = [make(number, one) for number, one in enumerate(facts)]
    found, complete = (
        rank(ask(query), some, statistics=SMALL.statistics, depth=depth),
        all_scored(query, some),
    )
    assert found[:depth] == complete[:depth]
    assert {one.row.key for one in found} == {one.row.key for one in complete}


@given(queries, candidates)
def test_no_score_exceeds_its_bound(query: str, facts: tuple[str, str, list[str], list[str], float, float]):
    one, text = make(1, facts)
    scorer = Scorer(ask(query), SMALL.statistics, {"2.000815": 1.0})
    close = scorer.bound(one, text, with_focus=True)
    assert scorer.score(one, text).score <= close + 1e-9
    assert close <= scorer.bound(one, text) + 1e-9


@given(queries, st.lists(candidates, min_size=2, max_size=20))
def test_a_bound_does_not_depend_on_the_titles_before(
    query: str, facts: list[tuple[str, str, list[str], list[str], float, float]]
):
    rows = [make(number, one)[0] for number, one in enumerate(facts)]
    scorer = Scorer(ask(query), SMALL.statistics, {})
    for one in rows:
        shared, alone = scorer.upper_bound(one), Scorer(ask(query), SMALL.statistics, {}).upper_bound(one)
        assert shared[:3] == pytest.approx(alone[:3])
        assert shared.weights == pytest.approx(alone.weights)
        assert [found[1:] for found in shared.expansions] == [found[1:] for found in alone.expansions]


def test_words_outside_the_title_complete_an_expansion():
    title, whole = row("Hòa giải tình trạng"), row("Hòa giải tình trạng", extra="hôn nhân", key="procedure:2")
    for rows in ((title, whole), (whole, title)):
        scorer = Scorer(ask("giấy độc thân"), SMALL.statistics, {})
        found = {
            one.key: [len(scorer.upper_bound(one).expansions), scorer.upper_bound(one).coverage]
            for one in rows
        }
        assert found[title.key] < found[whole.key]


def test_a_code_leads_to_a_title_without_any_word_of_the_query():
    titles = [row("Hòa giải"), row("Hòa giải", codes=["1.004873"], key="procedure:2")]
    scorer = Scorer(ask("giấy độc thân"), SMALL.statistics, {})
    assert [scorer.score(one, 0.0).explanation["curated"] > 0 for one in titles] == [False, True]


def test_most_candidates_are_not_scored(monkeypatch: pytest.MonkeyPatch):
    scored: list[str] = []
    score = Scorer.score

    def counting(self: Scorer, one: Row, text: float, most: Bound | None = None) -> Scored:
        scored.append(one.key)
        return score(self, one, text, most)

    monkeypatch.setattr(Scorer, "score", counting)
    rows = [(row("Thủ tục đăng ký kết hôn"), 0.0)]
    rows += [(row(f"Thủ tục đăng ký thành lập hợp tác xã {n}", key=f"other:{n}"), 0.0) for n in range(100)]
    assert [s.row.key for s in rank(ask("đăng ký kết hôn"), rows, statistics=SMALL.statistics)] == [
        rows[0][0].key
    ]
    assert len(scored) == 1
