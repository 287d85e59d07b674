"""Queries in Elasticsearch's DSL, built from parts, never parsed from what a person typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from elasticsearch.dsl import A, Search
from elasticsearch.dsl.query import Bool, Match, MatchAll, MatchPhrase, MultiMatch, Query, Terms

from search.analysis import Query as AnalysedQuery
from search.documents import locales_for
from search.requests import Filters, Values

MAX_FACET_VALUES: Final = 2000
#: Hits take their keys from the key column: ``_id`` is stored with the texts, which would have to be unpacked for it.
KEYS_ONLY: Final[dict[str, object]] = {"stored_fields": "_none_", "docvalue_fields": ["key"]}
_ORDERS: Final[dict[str, list[str]]] = {
    "newest": ["-changed_at", "key"],
    "title": ["order", "key"],
    "relevance": ["-weight", "-changed_at", "key"],
}


def _selected(selected: Mapping[str, Values]) -> list[Query]:
    return [Terms(name, list(values)) for name, values in selected.items()]


def _allowed(filters: Filters) -> list[Query]:
    locale = [Terms(locale=list(locales_for(filters.locale)))] if filters.locale else []
    return [Terms(scope=list(filters.scopes)), *locale]


def _search(condition: Query, filters: Filters, limit: int) -> Search:
    filtered = Bool(must=[condition], filter=[*_allowed(filters), *_selected(filters.selected)])
    found: Search = Search().query(filtered).extra(track_total_hits=False, **KEYS_ONLY)
    return found[:limit]


def document_count() -> Search:
    """Return the query for the number of documents in the index, sent along with every search."""
    search: Search = Search().query(MatchAll()).extra(track_total_hits=True)
    return search[:0]


def by_code(query: AnalysedQuery, filters: Filters, limit: int) -> Search:
    """Match documents with one of the codes."""
    return _search(Terms(code=list(query.all_codes)), filters, limit)


def match_any(query: AnalysedQuery, filters: Filters, limit: int) -> Search:
    """Match documents with any of the words or phrases in the title or the extra words."""
    words = MultiMatch(query=" ".join(query.candidate_terms), fields=["title^3", "extra"], type="most_fields")
    phrases = [MatchPhrase(title={"query": " ".join(phrase), "boost": 3}) for phrase in query.phrases]
    return _search(Bool(should=[words, *phrases], minimum_should_match=1), filters, limit)


def match_most(
    query: AnalysedQuery, filters: Filters, limit: int, keys: Sequence[str] | None = None
) -> Search:
    """Match documents whose text contains all but one of the significant terms, or an expansion as a phrase.

    Only those with one of ``keys``, if they are given.
    """
    required: list[Query] = []
    if sets := query.required_term_sets():
        terms = " ".join(query.significant_terms())
        required.append(Match(everything={"query": terms, "minimum_should_match": len(sets[0])}))
    phrases = [MatchPhrase(everything=" ".join(phrase)) for phrase in query.phrases]
    among = [] if keys is None else [Terms(key=list(keys))]
    condition = Bool(should=[*required, *phrases], minimum_should_match=1, filter=among)
    return _search(condition, filters, limit)


def match_prefix(query: AnalysedQuery, filters: Filters, limit: int) -> Search:
    """Match documents whose title contains the words, the last of which may be unfinished."""
    words = " ".join(word.folded for word in query.words)
    condition = MultiMatch(query=words, type="bool_prefix", fields=["title^3", "extra"], operator="and")
    return _search(condition, filters, limit)


def browse(filters: Filters, *, sort: str, offset: int, limit: int) -> Search:
    """Return the query for one slice of all documents that pass the filters."""
    return _search(MatchAll(), filters, limit).sort(*_ORDERS[sort]).extra(from_=offset)


def count_facets(query: AnalysedQuery | None, filters: Filters, facets: Sequence[str]) -> Search:
    """Return the query for counts only: in total, and by facet without what is selected in it."""
    words = " ".join(word.folded for word in query.words) if query else ""
    condition: Query = Match(everything={"query": words, "operator": "and"}) if words else MatchAll()
    found = Search().query(Bool(must=[condition], filter=_allowed(filters)))[:0]
    found.aggs.bucket("total", A("filter", filter=Bool(filter=_selected(filters.selected))))
    for name in facets:
        rest = Bool(filter=_selected(filters.without(name).selected))
        narrowed = found.aggs.bucket(name, A("filter", filter=rest))
        narrowed.bucket("values", A("terms", field=name, size=MAX_FACET_VALUES))
    return found
