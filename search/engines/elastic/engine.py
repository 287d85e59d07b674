"""The production engine: Elasticsearch 8 through ``elasticsearch.dsl``, one alias per collection."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from elasticsearch.dsl import Search

from search.analysis import Query
from search.engines.base import Candidate, EngineUnavailable, FacetCounts, Replica, TextSearch
from search.engines.elastic import client as clients
from search.engines.elastic import index_integrity, maintenance, queries, schema
from search.models import IndexedDocument
from search.requests import Filters

# The share of a search's time that a change may take; what is missed is reconciled later.
WRITE_SHARE = 0.5
# One of so many candidates is found by its text: the server's response time grows with the number of hits.
TEXTS_SHARE = 4
# One in so many of the titles found, the best ones, have their texts compared: phrases are sought in few texts.
AMONG_SHARE = 2


class ElasticEngine(Replica):
    """Finds candidates and counts in Elasticsearch; one instance per search, with its own time budget."""

    name = "elastic"

    def __init__(self) -> None:
        self._budget = clients.Budget(settings.ELASTICSEARCH_TIMEOUT)

    def candidates(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        searches: list[Search] = []
        if query.all_codes:
            searches.append(queries.by_code(query, filters, limit))
        if query.words:
            searches.append(queries.match_any(query, filters, limit))
            searches.append(queries.match_most(query, filters, limit // TEXTS_SHARE))
        answers = self._search(filters.collection, searches)
        found: dict[str, float] = {}
        for answer in answers:
            found |= dict.fromkeys((key for key, _score in _hits(answer) if key not in found), 0.0)
        if query.words:
            found |= dict(_hits(answers[-1]))
        return [Candidate(key, score) for key, score in found.items()]

    def start_text_searches(
        self, searches: Sequence[TextSearch], filters: Filters
    ) -> Callable[[], list[list[Candidate]]]:
        with_words = [search for search in searches if search.query.words]
        if not with_words:
            return lambda: [[] for _search in searches]
        answers = self._start(filters.collection, [_text_search(search, filters) for search in with_words])

        def wait() -> list[list[Candidate]]:
            found = iter(answers())
            return [
                [Candidate(key, score) for key, score in _hits(next(found))] if search.query.words else []
                for search in searches
            ]

        return wait

    def browse(self, filters: Filters, *, sort: str, offset: int, limit: int) -> list[str]:
        page = queries.browse(filters, sort=sort, offset=offset, limit=limit)
        (answer,) = self._search(filters.collection, [page])
        return [key for key, _score in _hits(answer)]

    def count_facets(self, query: Query | None, filters: Filters, *, facets: Sequence[str]) -> FacetCounts:
        (answer,) = self._search(filters.collection, [queries.count_facets(query, filters, facets)])
        return clients.guarded(lambda: _facet_counts(answer["aggregations"], facets))

    def prefix_candidates(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        if not query.words:
            return []
        (answer,) = self._search(filters.collection, [queries.match_prefix(query, filters, limit)])
        return [Candidate(key, score) for key, score in _hits(answer)]

    def put(self, collection: str, rows: Sequence[IndexedDocument]) -> None:
        alias = schema.alias(collection)
        self._change(alias, [schema.action(row, alias) for row in rows])

    def remove(self, collection: str, keys: Sequence[str]) -> None:
        now = time.time_ns() // 1_000_000
        alias = schema.alias(collection)
        self._change(alias, [schema.removal(key, alias, now) for key in keys])

    def rebuild(self) -> None:
        clients.guarded(maintenance.rebuild)

    def reconcile(self) -> int:
        return clients.guarded(maintenance.reconcile)

    def _search(self, collection: str, searches: Sequence[Search]) -> list[dict[str, Any]]:
        return self._start(collection, searches)()

    def _start(self, collection: str, searches: Sequence[Search]) -> Callable[[], list[dict[str, Any]]]:
        """Send all searches as one request; return a function that waits for the answers.

        They are plain mappings with checked hits.
        """
        alias = schema.alias(collection)
        together = [queries.document_count(), *searches]
        lines = [line for search in together for line in ({"index": alias}, search.to_dict())]

        def work() -> tuple[int, list[dict[str, Any]]]:
            index_integrity.check_schema(clients.client(), alias)
            first, *answers = map(_checked, clients.client().msearch(searches=lines)["responses"])
            return int(first["hits"]["total"]["value"]), answers

        answer = self._budget.start(work)

        def wait() -> list[dict[str, Any]]:
            number, answers = answer()
            index_integrity.check_number(collection, number)
            return answers

        return wait

    def _change(self, alias: str, actions: list[dict[str, Any]]) -> None:
        """Send changes; do not create a missing index, and do not touch newer versions or indexes of others."""
        client = clients.client()
        budget = clients.Budget(settings.ELASTICSEARCH_TIMEOUT * WRITE_SHARE)

        def work() -> list[dict[str, Any]]:
            index_integrity.check_owner(client, alias)
            return maintenance.rejections(client, actions, require_alias=True)

        if errors := budget.call(work):
            raise EngineUnavailable(f"{len(errors)} changes were rejected")


def _text_search(search: TextSearch, filters: Filters) -> Search:
    among = search.among
    keys = list(among.values())[: search.limit // AMONG_SHARE] if among else None
    return queries.match_most(search.query, filters, search.limit // TEXTS_SHARE, keys)


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer or answer["timed_out"] or answer["_shards"]["failed"]:
        raise ValueError("an answer with an error in it")
    for hit in answer["hits"]["hits"]:
        _key(hit)
    return answer


def _key(hit: dict[str, Any]) -> str:
    (key,) = hit["fields"]["key"]
    return str(key)


def _hits(answer: dict[str, Any]) -> list[tuple[str, float]]:
    return [(_key(hit), float(hit["_score"] or 0.0)) for hit in answer["hits"]["hits"]]


def _facet_counts(aggregations: dict[str, Any], facets: Sequence[str]) -> FacetCounts:
    counts = {
        name: {bucket["key"]: bucket["doc_count"] for bucket in aggregations[name]["values"]["buckets"]}
        for name in facets
    }
    return FacetCounts(aggregations["total"]["doc_count"], counts)
