"""Search and suggestions, in the order of the stages: analysis, candidates, ranking, facets, presentation.

The engine finds candidates and counts; the scorer (``search.ranking``) orders them the same way for every engine. What
analysis and ranking need from the database (lexicon, word statistics, usage of procedures) is kept in memory and
compared with the database at most once per second, so that every process sees an editor's change a second later.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, Final

from django.db.models import Count, Max

from core.text import nfc, nonempty_lines
from search.analysis import Query, QueryResources, analyse
from search.candidates import WINDOW, Candidates, load_rows, refresh_titles, window_of, with_fallback
from search.documents import FACET_NAMES, PUBLIC
from search.engines import base as engines
from search.engines.base import Candidate, Engine, FacetCounts
from search.language.lexicon import CompiledLexicon, SynonymGroup
from search.language.subjects import split
from search.language.vocabulary import Spellings, Statistics, Vocabulary, shipped_phrases
from search.models import CollectionState, IndexedDocument, LexiconEntry, UsageWeight
from search.ranking.confidence import DEPTH, MIN_CONFIDENCE, codes_known, confidence
from search.ranking.rows import Row
from search.ranking.scorer import Scored, Scorer, rank_with
from search.refreshing import RefreshingValue
from search.requests import MAX_PAGE, Filters, SearchRequest
from search.results import (
    SearchResult,
    Subject,
    Suggestion,
    count_facets,
    expanded_terms_in,
    facets_of,
    hits_of,
    is_selected,
    read_texts,
)

# A correction replaces what was typed if the coverage of its best hit is higher by at least this.
MIN_CORRECTION_GAIN: Final = 0.1
# A hit that covers this much of a query answers it as a whole, whatever conjunctions it contains.
WHOLE_COVERAGE: Final = 0.95
MIN_SUBJECTS: Final = 2
# Only the best hit of each subject of a query is shown.
SUBJECT_WINDOW: Final = 150
MIN_PREFIX_LENGTH: Final = 2
SUGGESTION_WINDOW: Final = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits of one page, the counts of all hits, and labels of facet values.

    ``query`` is the one that was searched for. ``coverage`` (0..1) is how much of it the best hit covers, and
    ``confidence`` how likely the best hits answer it, whatever filters are selected. ``subjects`` are the things that
    it asks for, if there are several, each with its query and its best hit.
    """

    page: list[Scored]
    counts: FacetCounts
    labels: dict[str, str]
    query: Query | None = None
    coverage: float = 0.0
    confidence: float = 0.0
    subjects: Sequence[tuple[str, Query, Scored]] = ()


def search(request: SearchRequest, *, engine: str = "") -> SearchResult:
    """Return one page of hits, best first, with facets; from the database if the engine does not answer.

    ``engine`` names the engine to use, by default the primary one.
    """
    refresh_titles(request.collection)
    typed = analyse_request(request)
    answer, used, degraded = with_fallback(
        lambda e: _best_answer(e, typed, request), first=engines.engine_or_primary(engine)
    )
    corrected = typed.corrected if typed and not request.verbatim else ""
    is_replaced = answer.query is not typed
    reachable = min(answer.counts.total, WINDOW)
    is_low = answer.query is not None and bool(answer.page) and answer.confidence < MIN_CONFIDENCE
    texts = read_texts([*answer.page, *(best for _part, _query, best in answer.subjects)])
    return SearchResult(
        hits=hits_of(answer.page, answer.query, texts),
        total=answer.counts.total,
        facets=facets_of(answer.counts, request.selected, answer.labels),
        page=request.page,
        pages=min(MAX_PAGE, max(1, -(-reachable // request.per_page))),
        engine=used.name,
        degraded=degraded,
        expanded_terms=expanded_terms_in(answer.page, answer.query),
        did_you_mean="" if is_replaced else corrected,
        corrected_query=corrected if is_replaced else "",
        low_confidence=is_low,
        subjects=tuple(
            Subject(part, hit)
            for part, query, best in answer.subjects
            for hit in hits_of([best], query, texts)
        ),
    )


def suggest(prefix: str, limit: int = 6, *, locale: str = "vi", engine: str = "") -> tuple[Suggestion, ...]:
    """Return up to ``limit`` documents for an unfinished query of at least ``MIN_PREFIX_LENGTH`` letters.

    Titles that continue the query are completed by what a search would find.
    """
    request = SearchRequest(query=prefix, collection=PUBLIC, locale=locale)
    query = analyse_request(request)
    if query is None or query.is_empty or len(request.query) < MIN_PREFIX_LENGTH:
        return ()
    filters = _filters(request)
    found, used, _degraded = with_fallback(
        lambda e: e.prefix_candidates(query, filters, limit=SUGGESTION_WINDOW),
        first=engines.engine_or_primary(engine),
    )
    if len(found) < limit:
        known = {candidate.key for candidate in found}
        more, _used, _degraded = with_fallback(
            lambda e: e.candidates(query, filters, limit=SUGGESTION_WINDOW), first=used
        )
        found = found + [candidate for candidate in more if candidate.key not in known]
    best = rank_with(make_scorer(query, PUBLIC), load_rows(found, filters), depth=limit)[:limit]
    documents = IndexedDocument.objects.in_bulk([scored.row.pk for scored in best])
    shown = (documents[scored.row.pk] for scored in best if scored.row.pk in documents)
    return tuple(Suggestion(document.title, document.url, document.kind) for document in shown)


def _filters(request: SearchRequest) -> Filters:
    return Filters(request.collection, request.locale, request.scopes, request.selected)


# Ranking


class _Ranker:
    """Ranks the candidates of the queries of one search, which asks the engine once for the texts of several."""

    def __init__(self, engine: Engine, request: SearchRequest) -> None:
        self.engine, self.filters = engine, _filters(request)
        self._candidates = Candidates(engine, self.filters)
        self._scorers: dict[str, Scorer] = {}

    def start(self, queries: Iterable[tuple[Query, int]]) -> None:
        """Start searching for candidates of each query, and examine their titles in the meantime."""
        some = [(query, window_of(query, window)) for query, window in queries if not query.is_empty]
        self._candidates.start(some)
        for query, _window in some:
            scorer = self._scorer(query)
            for row in self._candidates.titles_of(query):
                for variant in row.variants:
                    scorer.upper_bound(variant)

    def rank(self, query: Query, *, depth: int, window: int) -> tuple[list[Scored], float]:
        """Return the hits, the first ``depth`` in order, and how likely one of the best is to answer the query."""
        window = window_of(query, window)
        rows = self._candidates.of(query, window)
        scored = rank_with(self._scorer(query), rows[:window], depth=max(depth, DEPTH))
        return scored, confidence(query, scored, codes_known(query, (row for row, _text in rows)))

    def _scorer(self, query: Query) -> Scorer:
        scorer = self._scorers.get(query.text)
        if scorer is None:
            scorer = self._scorers[query.text] = make_scorer(query, self.filters.collection)
        return scorer


def make_scorer(query: Query, collection: str) -> Scorer:
    """Return the scorer for ``query`` in the current state of ``collection``."""
    return Scorer(query, statistics_of(collection), USAGE.get())


def _best_answer(engine: Engine, typed: Query | None, request: SearchRequest) -> Answer:
    """Return the answer to what was typed, or to its correction if that finds clearly more of itself."""
    if typed is None:
        return _all_documents(engine, request)
    ranker = _Ranker(engine, request.without_filters())
    asked = request
    queries = [typed]
    if typed.corrected and not request.verbatim:
        asked = replace(request, query=typed.corrected)
        queries += [query] if (query := analyse_request(asked)) else []
    # Started together; most of them are wasted if one hit answers the whole query.
    parts = _parts(queries[-1], request)
    together = () if request.selected else parts.values()
    ranker.start([(query, WINDOW) for query in queries] + [(query, SUBJECT_WINDOW) for query in together])
    answer = _answer(ranker, typed, request)
    for corrected in queries[1:]:
        other = _answer(ranker, corrected, asked)
        if other.coverage > answer.coverage + MIN_CORRECTION_GAIN:
            answer = other
    if answer.coverage >= WHOLE_COVERAGE:
        return answer
    if answer.query is not queries[-1]:
        parts = _parts(typed, request)
    return replace(
        answer, subjects=_subjects(_Ranker(engine, request) if request.selected else ranker, parts)
    )


def _answer(ranker: _Ranker, query: Query, request: SearchRequest) -> Answer:
    return Answer([], FacetCounts(0, {}), {}, query) if query.is_empty else _ranked(ranker, query, request)


def _parts(query: Query, request: SearchRequest) -> dict[str, Query]:
    """Return the parts of ``query`` that may each ask for something; none on later pages."""
    if request.page > 1:
        return {}
    parts = {part: analyse_request(replace(request, query=part)) for part in split(nfc(query.text))}
    return {part: query for part, query in parts.items() if query and not query.is_empty}


def _subjects(ranker: _Ranker, parts: Mapping[str, Query]) -> Sequence[tuple[str, Query, Scored]]:
    """Return the parts of a query that are subjects, with their best hits; none if it is only one.

    A part is a subject if its best hit is likely to answer it and is that of no other part.
    """
    ranker.start((query, SUBJECT_WINDOW) for query in parts.values())
    found: dict[str, tuple[str, Query, Scored]] = {}
    for part, query in parts.items():
        scored, sure = ranker.rank(query, depth=1, window=SUBJECT_WINDOW)
        if sure >= MIN_CONFIDENCE:
            found.setdefault(scored[0].row.key, (part, query, scored[0]))
    return tuple(found.values()) if len(found) >= MIN_SUBJECTS else ()


def _all_documents(engine: Engine, request: SearchRequest) -> Answer:
    filters = _filters(request)
    keys = engine.browse(filters, sort=request.sort, offset=request.offset, limit=request.per_page)
    rows = load_rows([Candidate(key) for key in keys], filters)
    counts = engine.count_facets(None, filters, facets=FACET_NAMES)
    return Answer([Scored(row, 0.0) for row, _text in rows], counts, _labels_of([row for row, _text in rows]))


def _ranked(ranker: _Ranker, query: Query, request: SearchRequest) -> Answer:
    """Rank the candidates before filtering: if all of them fit the window, filters and counts are exact."""
    selected = request.selected
    # If filtered or ordered in another way, any of the hits may be shown.
    is_plain = request.sort == "relevance" and not selected
    depth = request.offset + request.per_page if is_plain else WINDOW
    scored, sure = ranker.rank(query, depth=depth, window=WINDOW)
    coverage = scored[0].coverage if scored else 0.0
    labels = _labels_of([one.row for one in scored])
    if len(scored) < WINDOW:
        counts = count_facets(scored, selected)
        # A value for which no document has a label is shown as it is.
        labels = {value: value for some in counts.counts.values() for value in some} | labels
        scored = [one for one in scored if is_selected(one, selected)]
    else:
        counts = ranker.engine.count_facets(query, _filters(request), facets=FACET_NAMES)
        if selected:
            scored, _sure = _Ranker(ranker.engine, request).rank(query, depth=depth, window=WINDOW)
    if request.sort == "newest":
        scored.sort(key=lambda s: (s.row.changed_at, s.row.pk), reverse=True)
    elif request.sort == "title":
        scored.sort(key=lambda s: (s.row.title_words, s.row.pk))
    page = scored[request.offset : request.offset + request.per_page]
    return Answer(page, counts, labels, query, coverage, sure)


def _labels_of(rows: Sequence[Row]) -> dict[str, str]:
    return {value: label for row in rows for value, label in row.facet_labels.items()}


# Lexicon, word statistics and usage


def _group(entry: LexiconEntry) -> SynonymGroup:
    return SynonymGroup(
        terms=nonempty_lines(entry.terms),
        official=nonempty_lines(entry.official),
        codes=tuple(entry.codes.split()),
        equal=entry.mode == LexiconEntry.Mode.EQUAL,
    )


def _usage() -> Mapping[str, float]:
    rows = dict(UsageWeight.objects.values_list("code", "uses"))
    most = math.log1p(max(rows.values(), default=0)) or 1.0
    return {code: math.log1p(uses) / most for code, uses in rows.items()}


@lru_cache(maxsize=2)
def _compile(groups: tuple[SynonymGroup, ...]) -> CompiledLexicon:
    """Compile the lexicon; this takes half a second, so an unchanged one is not compiled again."""
    return CompiledLexicon(groups)


LEXICON: Final = RefreshingValue(
    lambda: LexiconEntry.objects.aggregate(Max("changed_at"), Count("pk")),
    lambda: _compile(tuple(map(_group, LexiconEntry.objects.filter(active=True)))),
)
#: The use of each code nationwide, on a logarithmic scale from 0 to 1.
USAGE: Final = RefreshingValue(lambda: UsageWeight.objects.aggregate(Count("pk"), Max("uses")), _usage)
_STATISTICS: Final[dict[str, RefreshingValue[Statistics]]] = {}
_RESOURCES: Final[dict[str, RefreshingValue[QueryResources]]] = {}


def _counted_generation(collection: str) -> Any:
    states = CollectionState.objects.filter(collection=collection)
    return states.values_list("counted_generation", flat=True).first()


def _read_statistics(collection: str) -> Statistics:
    refresh_titles(collection)
    state = CollectionState.objects.filter(collection=collection).first()
    if state is None:
        return Statistics()
    return Statistics(state.documents, state.frequencies, Spellings(state.spellings, state.pairs))


def statistics_of(collection: str) -> Statistics:
    """Return the word statistics of ``collection``."""
    if collection not in _STATISTICS:
        _STATISTICS[collection] = RefreshingValue(
            partial(_counted_generation, collection), partial(_read_statistics, collection)
        )
    return _STATISTICS[collection].get()


def resources_of(collection: str) -> QueryResources:
    """Return the resources for queries to ``collection``, of the current statistics and lexicon."""
    if collection not in _RESOURCES:
        _RESOURCES[collection] = RefreshingValue(
            lambda: (id(statistics_of(collection)), id(LEXICON.get())), partial(_make_resources, collection)
        )
    return _RESOURCES[collection].get()


def _make_resources(collection: str) -> QueryResources:
    lexicon, statistics = LEXICON.get(), statistics_of(collection)
    phrases = [*lexicon.phrases, *shipped_phrases()]
    return QueryResources(lexicon, statistics, Vocabulary(statistics.spellings, phrases))


def invalidate_resources() -> None:
    """Compare every value with the database at its next access."""
    values: list[RefreshingValue[Any]] = [LEXICON, USAGE, *_STATISTICS.values(), *_RESOURCES.values()]
    for value in values:
        value.invalidate()


def analyse_request(request: SearchRequest) -> Query | None:
    """Return the query of ``request``, or None if it asks for all documents."""
    if not request.query:
        return None
    return analyse(request.query, resources_of(request.collection))
