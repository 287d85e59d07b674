"""Search and suggestions, in the order of the stages: analysis, candidates, ranking, facets, presentation.

The engine finds candidates and counts; the scorer (``search.ranking``) orders them the same way for every engine. What
analysis and ranking need of the database (lexicon, word statistics, usage of procedures) is kept in memory and compared
with the database at most once per second, so that every process sees an editor's change a second later.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, Final, TypeVar

from django.db.models import Count, Max

from core.text import nfc, nonempty_lines
from search.analysis import Query, QueryResources, analyse
from search.documents import FACET_NAMES, PUBLIC, locales_for
from search.engines import base as engines
from search.engines.base import Candidate, Engine, EngineUnavailable, FacetCounts
from search.language.lexicon import CompiledLexicon, SynonymGroup
from search.language.subjects import split
from search.language.vocabulary import Spellings, Statistics, Vocabulary, shipped_phrases
from search.models import CollectionState, IndexedDocument, LexiconEntry, UsageWeight
from search.ranking.confidence import DEPTH, MIN_CONFIDENCE, codes_known, confidence
from search.ranking.rows import ROWS, Row
from search.ranking.scorer import Scored, rank
from search.ranking.titles import TITLES
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
)

logger = logging.getLogger(__name__)

T = TypeVar("T")
# A correction replaces what was typed if the coverage of its best hit is higher by at least this.
MIN_CORRECTION_GAIN: Final = 0.1
# A hit that covers so much of a query answers it as a whole, whatever conjunctions are in it.
WHOLE_COVERAGE: Final = 0.95
MIN_SUBJECTS: Final = 2
# How many candidates are ranked: as deep as the pages go.
WINDOW: Final = MAX_PAGE * 10
# A person who describes a case reads the first hits; the titles share little with so many words.
LONG_QUERY: Final = 12
LONG_WINDOW: Final = 250
# Only the best hit of each subject of a query is shown.
SUBJECT_WINDOW: Final = 150
MIN_PREFIX_LENGTH: Final = 2
SUGGESTION_WINDOW: Final = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits of one page, the counts of all hits, and labels of facet values.

    ``query`` is the one that was searched for. ``coverage`` (0..1) is how much of it the best hit covers, and
    ``confidence`` how likely the best hits answer it, whatever filters are selected.
    """

    page: list[Scored]
    counts: FacetCounts
    labels: dict[str, str]
    query: Query | None = None
    coverage: float = 0.0
    confidence: float = 0.0


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
    return SearchResult(
        hits=hits_of(answer.page, answer.query),
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
        subjects=_subjects(used, request, answer),
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
    best = _rank(query, load_rows(found, filters), PUBLIC, depth=limit)[:limit]
    documents = IndexedDocument.objects.in_bulk([scored.row.pk for scored in best])
    shown = (documents[scored.row.pk] for scored in best if scored.row.pk in documents)
    return tuple(Suggestion(document.title, document.url, document.kind) for document in shown)


# Candidates


def with_fallback(call: Callable[[Engine], T], *, first: Engine) -> tuple[T, Engine, bool]:
    """Return the answer of ``first``, or of the database if it fails, the engine used, and True for the latter."""
    try:
        return call(first), first, False
    except EngineUnavailable as error:
        if first.name == engines.DATABASE:
            raise
        logger.warning("search engine %s: %s; using the database", first.name, error)
        fallback = engines.engine(engines.DATABASE)
        return call(fallback), fallback, True


def refresh_titles(collection: str) -> None:
    """Compare the titles in memory with the database, once for each search."""
    if collection in TITLES:
        TITLES[collection].refresh()


def candidate_rows(engine: Engine, query: Query, filters: Filters, limit: int) -> list[tuple[Row, float]]:
    """Return up to ``limit`` rows that may answer ``query``, with their text scores.

    If the titles of the collection are in memory, the engine only compares texts.
    """
    titles = TITLES.get(filters.collection)
    if titles is None or not titles.is_complete:
        candidates = engine.candidates(query, filters, limit=limit)
        rows = load_rows(candidates, filters)
        _check_known(rows, candidates)
        return rows
    found = titles.find(query, filters, limit=limit)
    among = {row.pk: row.key for row in found.rows} if found.covered else None
    texts = engine.texts(query, filters, among=among, limit=limit)
    scores = {text.key: text.text_score for text in texts}
    known = {row.key: row for row in (*found.rows, *titles.rows(scores, filters))}
    _check_known(known, {*known, *scores})
    return [(row, scores.get(key, 0.0)) for key, row in known.items()]


def _check_known(known: Sized, found: Sized) -> None:
    if len(known) * 2 < len(found):
        raise EngineUnavailable("the database does not know most of what it found")


def _filters(request: SearchRequest) -> Filters:
    return Filters(request.collection, request.locale, request.scopes, request.selected)


def load_rows(candidates: Sequence[Candidate], filters: Filters) -> list[tuple[Row, float]]:
    """Return the rows of ``candidates`` with their text scores, without unknown ones and those out of scope.

    Collection, language and scope are checked again here: an index outside the database may be out of date.
    """
    versions = {candidate.key: candidate.version for candidate in candidates}
    if not all(versions.values()):
        versions = dict(IndexedDocument.objects.with_keys(versions).values_list("key", "version"))
    rows = ROWS.read(versions)
    scopes = set(filters.scopes)
    locales = locales_for(filters.locale) if filters.locale else ()
    found = []
    for candidate in candidates:
        row = rows.get(candidate.key)
        if row is None or row.collection != filters.collection or scopes.isdisjoint(row.scopes):
            continue
        if not locales or row.locale in locales:
            found.append((row, candidate.text_score))
    return found


# Ranking


def _best_answer(engine: Engine, typed: Query | None, request: SearchRequest) -> Answer:
    """Return the answer to what was typed, or to its correction if that finds clearly more of itself."""
    answer = _answer(engine, typed, request)
    if typed is None or not typed.corrected or request.verbatim:
        return answer
    corrected = replace(request, query=typed.corrected)
    other = _answer(engine, analyse_request(corrected), corrected)
    return other if other.coverage > answer.coverage + MIN_CORRECTION_GAIN else answer


def _answer(engine: Engine, query: Query | None, request: SearchRequest) -> Answer:
    if query is None:
        return _all_documents(engine, request)
    if query.is_empty:
        return Answer([], FacetCounts(0, {}), {}, query)
    return _ranked(engine, query, request)


def _subjects(engine: Engine, request: SearchRequest, answer: Answer) -> tuple[Subject, ...]:
    """Return the best hit of each subject of the query; none if it has one subject, or one hit covers it all.

    A part of the query is a subject if its best hit is likely to answer it and is that of no other part.
    """
    if answer.query is None or request.page > 1 or answer.coverage >= WHOLE_COVERAGE:
        return ()
    found: dict[str, tuple[str, Query, Scored]] = {}
    try:
        for part in split(nfc(answer.query.text)):
            query = analyse_request(replace(request, query=part))
            if query is None or query.is_empty:
                continue
            scored, sure = _scored(engine, query, request, depth=1, window=SUBJECT_WINDOW)
            if sure >= MIN_CONFIDENCE:
                found.setdefault(scored[0].row.key, (part, query, scored[0]))
    except EngineUnavailable as error:
        logger.warning("search engine %s: %s; subjects are left out", engine.name, error)
        return ()
    if len(found) < MIN_SUBJECTS:
        return ()
    return tuple(Subject(part, hit) for part, query, best in found.values() for hit in hits_of([best], query))


def _all_documents(engine: Engine, request: SearchRequest) -> Answer:
    filters = _filters(request)
    keys = engine.browse(filters, sort=request.sort, offset=request.offset, limit=request.per_page)
    rows = load_rows([Candidate(key) for key in keys], filters)
    counts = engine.count_facets(None, filters, facets=FACET_NAMES)
    return Answer([Scored(row, 0.0) for row, _text in rows], counts, _labels_of([row for row, _text in rows]))


def _ranked(engine: Engine, query: Query, request: SearchRequest) -> Answer:
    """Rank the candidates before filtering: if all of them fit the window, filters and counts are exact."""
    selected = request.selected
    # What is selected or ordered otherwise may be any of the hits.
    is_plain = request.sort == "relevance" and not selected
    depth = request.offset + request.per_page if is_plain else WINDOW
    scored, sure = _scored(engine, query, request.without_filters(), depth=depth)
    coverage = scored[0].coverage if scored else 0.0
    labels = _labels_of([one.row for one in scored])
    if len(scored) < WINDOW:
        counts = count_facets(scored, selected)
        # A value that none of its documents has a label for is shown as it is.
        labels = {value: value for some in counts.counts.values() for value in some} | labels
        scored = [one for one in scored if is_selected(one, selected)]
    else:
        counts = engine.count_facets(query, _filters(request), facets=FACET_NAMES)
        if selected:
            scored, _sure = _scored(engine, query, request, depth=depth)
    if request.sort == "newest":
        scored.sort(key=lambda s: (s.row.changed_at, s.row.pk), reverse=True)
    elif request.sort == "title":
        scored.sort(key=lambda s: (s.row.title_words, s.row.pk))
    page = scored[request.offset : request.offset + request.per_page]
    return Answer(page, counts, labels, query, coverage, sure)


def _scored(
    engine: Engine, query: Query, request: SearchRequest, *, depth: int, window: int = WINDOW
) -> tuple[list[Scored], float]:
    """Return the hits, the first ``depth`` in order, and how likely one of the best answers the query."""
    if len(query.words) >= LONG_QUERY:
        window = min(window, LONG_WINDOW)
    rows = candidate_rows(engine, query, _filters(request), window)
    scored = _rank(query, rows[:window], request.collection, depth=max(depth, DEPTH))
    return scored, confidence(query, scored, codes_known(query, (row for row, _text in rows)))


def _rank(query: Query, rows: Sequence[tuple[Row, float]], collection: str, *, depth: int) -> list[Scored]:
    return rank(query, rows, statistics=statistics_of(collection), usage=USAGE.get(), depth=depth)


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
