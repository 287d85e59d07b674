"""A query as Elasticsearch's own: built from parts, never parsed from what a person typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from elasticsearch.dsl import A, Search
from elasticsearch.dsl.query import Bool, Match, MatchAll, MatchPhrase, MultiMatch, Query, Term, Terms

from search.analysis.query import Query as Asked
from search.engines.base import Filters
from search.requests import Values

MOST_VALUES: Final = 2000
_ORDERS: Final[dict[str, list[str]]] = {
    "newest": ["-changed_at", "key"],
    "title": ["order", "key"],
    "relevance": ["-weight", "-changed_at", "key"],
}


def _choices(selected: Mapping[str, Values]) -> list[Query]:
    return [Terms(name, list(values)) for name, values in selected.items()]


def _allowed(filters: Filters) -> list[Query]:
    locale = [Term(locale=filters.locale)] if filters.locale else []
    return [Terms(scope=list(filters.scopes)), *locale]


def _found(search: Search, question: Query, filters: Filters, limit: int) -> Search:
    narrowed = Bool(must=[question], filter=[*_allowed(filters), *_choices(filters.selected)])
    found: Search = search.query(narrowed).source(False).extra(track_total_hits=False)
    return found[:limit]


def everything() -> Search:
    """How many documents the index holds at all: asked beside every question."""
    search: Search = Search().query(MatchAll()).extra(track_total_hits=True)
    return search[:0]


def by_code(asked: Asked, filters: Filters, limit: int) -> Search:
    """Documents with one of the codes."""
    return _found(Search(), Terms(code=list(asked.all_codes)), filters, limit)


def promising(asked: Asked, filters: Filters, limit: int) -> Search:
    """Documents with any of the words in the title or the keywords."""
    words = MultiMatch(query=" ".join(asked.any_words), fields=["title^3", "extra"], type="most_fields")
    phrases = [MatchPhrase(title={"query": " ".join(phrase), "boost": 3}) for phrase in asked.phrases]
    return _found(Search(), Bool(should=[words, *phrases], minimum_should_match=1), filters, limit)


def complete(asked: Asked, filters: Filters, limit: int) -> Search:
    """Documents whose text holds all but one of the telling words, or the words of an expansion as a phrase."""
    whole: list[Query] = []
    if sets := asked.telling_sets():
        telling = " ".join(asked.telling_words())
        whole.append(Match(everything={"query": telling, "minimum_should_match": len(sets[0])}))
    phrases = [MatchPhrase(everything=" ".join(phrase)) for phrase in asked.phrases]
    return _found(Search(), Bool(should=[*whole, *phrases], minimum_should_match=1), filters, limit)


def beginning(asked: Asked, filters: Filters, limit: int) -> Search:
    """Documents whose title holds the words, the last one perhaps unfinished."""
    words = " ".join(word.folded for word in asked.words)
    question = MultiMatch(query=words, type="bool_prefix", fields=["title^3", "extra"], operator="and")
    return _found(Search(), question, filters, limit)


def browsing(filters: Filters, *, sort: str, offset: int, limit: int) -> Search:
    """One slice of everything that the filters leave."""
    return _found(Search(), MatchAll(), filters, limit).sort(*_ORDERS[sort]).extra(from_=offset)


def counting(asked: Asked | None, filters: Filters, facets: Sequence[str]) -> Search:
    """Counts only: in all, and for each facet without its own choice."""
    words = " ".join(word.folded for word in asked.words) if asked else ""
    question: Query = Match(everything={"query": words, "operator": "and"}) if words else MatchAll()
    found = Search().query(Bool(must=[question], filter=_allowed(filters)))[:0]
    found.aggs.bucket("total", A("filter", filter=Bool(filter=_choices(filters.selected))))
    for name in facets:
        rest = Bool(filter=_choices(filters.without(name).selected))
        narrowed = found.aggs.bucket(name, A("filter", filter=rest))
        narrowed.bucket("values", A("terms", field=name, size=MOST_VALUES))
    return found
