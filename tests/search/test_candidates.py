"""Candidates of one or several queries, and what a search does while an engine looks for texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from search.candidates import LONG_QUERY, LONG_WINDOW, WINDOW, Candidates, window_of
from search.engines import base as engines
from search.engines.base import Candidate, TextSearch
from search.engines.database.engine import DatabaseEngine
from search.ranking.scorer import Scorer
from search.requests import Filters, SearchRequest
from search.selectors.search import analyse_request, refresh_titles, search
from tests.search.samples import SearchFixture


class _Engine(DatabaseEngine):
    """The database engine, which notes what it is asked for and when it is waited for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.steps: list[str] = []

    def start_text_searches(
        self, searches: Sequence[TextSearch], filters: Filters
    ) -> Callable[[], list[list[Candidate]]]:
        self.asked.append([one.query.text for one in searches])
        answers = super().start_text_searches(searches, filters)

        def wait() -> list[list[Candidate]]:
            self.steps.append("waited")
            return answers()

        return wait


@pytest.fixture
def engine(samples: SearchFixture, monkeypatch: pytest.MonkeyPatch) -> _Engine:
    for title in ("Đăng ký kết hôn", "Đăng ký khai tử", "Đăng ký thành lập hộ kinh doanh"):
        samples.add(title, facets={"level": ("cap_xa",)})
    samples.sync()
    made = _Engine()
    monkeypatch.setattr(engines, "engine_or_primary", lambda _name="": made)
    return made


def ask(text: str) -> Any:
    return analyse_request(SearchRequest(text))


def test_the_engine_is_asked_once_for_all_things_of_a_query(engine: _Engine):
    asked = "đăng ký kết hôn và đăng ký khai tử"
    assert len(search(SearchRequest(asked)).subjects) == 2
    assert engine.asked == [[asked, "đăng ký kết hôn", "đăng ký khai tử"]]
    assert engine.steps == ["waited"]


def test_a_correction_is_looked_for_together_with_what_was_typed(engine: _Engine):
    assert search(SearchRequest("dangkykethon")).corrected_query == "dang ky ket hon"
    assert engine.asked == [["dangkykethon", "dang ky ket hon"]]


def test_what_was_typed_verbatim_is_looked_for_alone(engine: _Engine):
    search(SearchRequest("dangkykethon", verbatim=True))
    assert engine.asked == [["dangkykethon"]]


def test_titles_are_looked_through_before_the_engine_is_waited_for(
    engine: _Engine, monkeypatch: pytest.MonkeyPatch
):
    upper_bound = Scorer.upper_bound
    monkeypatch.setattr(
        Scorer, "upper_bound", lambda self, row: (engine.steps.append("title"), upper_bound(self, row))[1]
    )
    search(SearchRequest("đăng ký kết hôn"))
    assert "title" in engine.steps[: engine.steps.index("waited")]


def test_things_are_looked_for_among_what_is_selected(samples: SearchFixture, engine: _Engine):
    samples.add("Đăng ký kết hôn có yếu tố nước ngoài", facets={"level": ("cap_tinh",)})
    samples.sync()
    asked = "đăng ký kết hôn và đăng ký khai tử"
    whole = search(SearchRequest(asked)).subjects
    assert [one.hit.title.text for one in whole] == ["Đăng ký kết hôn", "Đăng ký khai tử"]
    selected = SearchRequest(asked, level=("cap_tinh",))
    assert search(selected).subjects == ()
    assert {hit.facets["level"] for hit in search(selected).hits} == {("cap_tinh",)}


def test_things_of_a_corrected_query_are_those_of_the_correction(engine: _Engine):
    found = search(SearchRequest("dangkykethon roi dangkykhaitu"))
    assert [one.hit.title.text for one in found.subjects] == ["Đăng ký kết hôn", "Đăng ký khai tử"]


def test_a_query_is_looked_for_once(engine: _Engine):
    refresh_titles("public")
    candidates = Candidates(engine, Filters("public", "", ("public",)))
    candidates.start([(ask("đăng ký kết hôn"), WINDOW)])
    candidates.start([(ask("đăng ký kết hôn"), WINDOW), (ask("đăng ký khai tử"), WINDOW)])
    assert engine.asked == [["đăng ký kết hôn"], ["đăng ký khai tử"]]
    first, *_rest = candidates.of(ask("đăng ký khai tử"), WINDOW)
    assert first[0].title_words == "dang ki khai tu"
    assert len(engine.asked) == 2


def test_fewer_candidates_of_a_long_query_are_worth_ranking():
    words = " ".join(f"từ{number}" for number in range(LONG_QUERY + 3))
    assert window_of(ask(words)) == LONG_WINDOW
    assert window_of(ask("đăng ký kết hôn")) == WINDOW
    assert window_of(ask(words), 10) == 10


@pytest.mark.parametrize("page", [1, 2])
def test_subjects_are_shown_only_on_the_first_page(engine: _Engine, page: int):
    found = search(SearchRequest("đăng ký kết hôn và đăng ký khai tử", page=page, per_page=1))
    assert len(found.subjects) == (2 if page == 1 else 0)


def test_a_query_without_words_is_not_searched_for_in_texts(samples: SearchFixture, settings: Any):
    samples.add("Đăng ký kết hôn")
    samples.add("Hòa giải tranh chấp đất đai")
    samples.sync()
    filters = Filters("public", "", ("public",))
    searches = [TextSearch(ask(text), WINDOW) for text in ("1.000894", "đăng ký kết hôn", "1.004873")]
    wait = engines.engine(samples.name).start_text_searches(searches, filters)
    assert [[one.key for one in found] for found in wait()] == [[], ["sample:001"], []]
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"  # it is not asked at all
    nothing = engines.engine(samples.name).start_text_searches(searches[:1], filters)
    assert nothing() == [[]]


def test_subjects_are_those_typed_if_the_correction_finds_little_more(engine: _Engine):
    found = search(SearchRequest("đăng ký kết hôn và đanwg ký khai tử"))
    assert (found.did_you_mean, found.corrected_query) == ("đăng ký kết hôn và đăng ký khai tử", "")
    assert [one.text for one in found.subjects] == ["đăng ký kết hôn", "đanwg ký khai tử"]
