"""Answer a question: analyse, find candidates, rank, narrow, count, mark."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from search.analysis.query import Query
from search.engines import registry as engines
from search.engines.base import Candidate, Engine, EngineUnavailable, Filters, Tally
from search.ranking.rows import Row, load
from search.ranking.scorer import Scored, rank
from search.requests import MAX_PAGE, SearchRequest
from search.results import SearchResult
from search.selectors import knowledge, presenting, tallying

# A correction answers in place of what was typed when it covers so much more of itself.
CLEARLY_BETTER: Final = 0.1
# Below this part of the question the best hit only touches it. Of our graded questions a tenth of those that the
# province can answer fall below, and four in ten of those that it cannot.
TOUCHES_ONLY: Final = 0.5
# How many candidates are ranked: as deep as anybody can page.
WINDOW: Final = MAX_PAGE * 10


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits of one page, the counts of all, what the counted values are called, and what was looked for.

    ``cover`` is how much of the query the best hit covers, before anything was chosen; all of it for a code.
    """

    page: list[Scored]
    tally: Tally
    labels: dict[str, str]
    query: Query | None = None
    cover: float = 0.0


def search(request: SearchRequest, *, engine: str = "") -> SearchResult:
    """Return one page of hits, best first, with facets; from the database when the first engine is silent.

    ``engine`` names the one to ask first; without it the primary one is asked.
    """
    typed = knowledge.analyse(request)
    first = engines.asked_first(engine)
    answer, used, degraded = engines.attempt(lambda e: _best_answer(e, typed, request), first=first)
    corrected = typed.corrected if typed and not request.verbatim else ""
    replaced = answer.query is not typed
    reachable = min(answer.tally.total, WINDOW)
    return SearchResult(
        hits=presenting.hits(answer.page, answer.query),
        total=answer.tally.total,
        facets=tallying.facets_of(answer.tally, request, answer.labels),
        page=request.page,
        pages=min(MAX_PAGE, max(1, -(-reachable // request.per_page))),
        engine=used.name,
        degraded=degraded,
        also=presenting.also(answer.page, answer.query),
        did_you_mean="" if replaced else corrected,
        answered=corrected if replaced else "",
        weak=answer.query is not None and bool(answer.page) and answer.cover < TOUCHES_ONLY,
    )


def _best_answer(engine: Engine, typed: Query | None, request: SearchRequest) -> Answer:
    """Answer what was typed, or its correction where that clearly finds more of what was asked."""
    answer = _answer(engine, typed, request)
    if typed is None or not typed.corrected or request.verbatim:
        return answer
    corrected = replace(request, query=typed.corrected)
    other = _answer(engine, knowledge.analyse(corrected), corrected)
    return other if other.cover > answer.cover + CLEARLY_BETTER else answer


def filters_of(request: SearchRequest) -> Filters:
    """Return what ``request`` may find and what it chose."""
    return Filters(request.collection, request.locale, request.scopes, request.selected)


def _answer(engine: Engine, query: Query | None, request: SearchRequest) -> Answer:
    if query is None:
        return _everything(engine, request)
    if query.is_empty:
        return Answer([], Tally(0, {}), {}, query)
    return _ranked(engine, query, request)


def _everything(engine: Engine, request: SearchRequest) -> Answer:
    filters = filters_of(request)
    keys = engine.browse(filters, sort=request.sort, offset=request.offset, limit=request.per_page)
    rows = load([Candidate(key) for key in keys], filters)
    tally = engine.tally(None, filters, facets=tallying.NAMES)
    return Answer([Scored(row, 0.0) for row in rows], tally, _labels(rows))


def _ranked(engine: Engine, query: Query, request: SearchRequest) -> Answer:
    """Rank the candidates before anything is chosen: where they all fit the window, choosing and counting is exact."""
    scored = _scored(engine, query, request.without_filters())
    cover = _cover(scored[0]) if scored else 0.0
    if len(scored) < WINDOW:
        tally = tallying.tally_of(scored, request)
        scored = tallying.narrowed(scored, request)
    else:
        tally = engine.tally(query, filters_of(request), facets=tallying.NAMES)
        if request.selected:
            scored = _scored(engine, query, request)
    _sort(scored, request.sort)
    labels = _labels([one.row for one in scored])
    page = scored[request.offset : request.offset + request.per_page]
    return Answer(page, tally, labels, query, cover)


def _cover(best: Scored) -> float:
    return 1.0 if best.why.get("code") else best.why.get("cover", 0.0)


def _scored(engine: Engine, query: Query, request: SearchRequest) -> list[Scored]:
    filters = filters_of(request)
    found = engine.candidates(query, filters, limit=WINDOW)
    rows = load(found, filters)
    if len(rows) * 2 < len(found):
        raise EngineUnavailable("most of what it found is unknown to the database")
    return rank(
        query,
        rows[:WINDOW],
        statistics=knowledge.statistics_of(request.collection),
        uses=knowledge.USES.get(),
    )


def _sort(scored: list[Scored], order: str) -> None:
    if order == "newest":
        scored.sort(key=lambda s: (s.row.changed_at, s.row.pk), reverse=True)
    elif order == "title":
        scored.sort(key=lambda s: (s.row.title_words, s.row.pk))


def _labels(rows: list[Row]) -> dict[str, str]:
    return {value: label for row in rows for value, label in row.facet_labels.items()}
