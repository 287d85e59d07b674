"""The production engine: Elasticsearch 8 through ``elasticsearch.dsl``, one alias a collection."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from elasticsearch.dsl import Search

from search.analysis.query import Query
from search.engines.base import Candidate, EngineUnavailable, Filters, Mirror, Tally
from search.engines.elastic import client as clients
from search.engines.elastic import maintenance, questions, schema, trust
from search.models import IndexedDocument

# Part of a question's time that a change may take of the person who publishes; what is missed is healed.
WRITING = 0.5


class ElasticEngine(Mirror):
    """Finds candidates and counts in Elasticsearch; made anew for each question, with a budget of its own."""

    name = "elastic"

    def __init__(self) -> None:
        self._budget = clients.Budget(settings.ELASTICSEARCH_TIMEOUT)

    def candidates(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        wanted: list[Search] = []
        if query.all_codes:
            wanted.append(questions.by_code(query, filters, limit))
        if query.words:
            wanted.append(questions.promising(query, filters, limit))
            wanted.append(questions.complete(query, filters, limit // 2))
        answers = self._ask(filters.collection, wanted)
        found: dict[str, float] = {}
        for answer in answers:
            found |= dict.fromkeys((key for key, _score in _hits(answer) if key not in found), 0.0)
        if query.words:
            found |= dict(_hits(answers[-1]))
        return [Candidate(key, score) for key, score in found.items()]

    def browse(self, filters: Filters, *, sort: str, offset: int, limit: int) -> list[str]:
        wanted = questions.browsing(filters, sort=sort, offset=offset, limit=limit)
        (answer,) = self._ask(filters.collection, [wanted])
        return [key for key, _score in _hits(answer)]

    def tally(self, query: Query | None, filters: Filters, *, facets: Sequence[str]) -> Tally:
        (answer,) = self._ask(filters.collection, [questions.counting(query, filters, facets)])
        return clients.guarded(lambda: _tally(answer["aggregations"], facets))

    def starting_with(self, query: Query, filters: Filters, *, limit: int) -> list[Candidate]:
        if not query.words:
            return []
        (answer,) = self._ask(filters.collection, [questions.beginning(query, filters, limit)])
        return [Candidate(key, score) for key, score in _hits(answer)]

    def put(self, collection: str, rows: Sequence[IndexedDocument]) -> None:
        self._change([schema.action(row, schema.alias(collection)) for row in rows])

    def remove(self, collection: str, keys: Sequence[str]) -> None:
        now = time.time_ns() // 1_000_000
        self._change([schema.removal(key, schema.alias(collection), now) for key in keys])

    def rebuild(self) -> None:
        clients.guarded(maintenance.rebuild)

    def reconcile(self) -> int:
        return clients.guarded(maintenance.reconcile)

    def _ask(self, collection: str, wanted: Sequence[Search]) -> list[dict[str, Any]]:
        """Send all questions as one request; each answer is a plain mapping with checked hits."""
        alias = schema.alias(collection)
        searches = [questions.everything(), *wanted]
        lines = [line for search in searches for line in ({"index": alias}, search.to_dict())]

        def work() -> tuple[int, list[dict[str, Any]]]:
            trust.check(clients.client(), alias)
            first, *answers = map(_checked, clients.client().msearch(searches=lines)["responses"])
            return int(first["hits"]["total"]["value"]), answers

        number, answers = self._budget.call(work)
        trust.check_number(collection, number)
        return answers

    def _change(self, actions: list[dict[str, Any]]) -> None:
        """Send changes; an index that is missing is not invented, newer versions in it are left."""
        client = clients.client()
        budget = clients.Budget(settings.ELASTICSEARCH_TIMEOUT * WRITING)

        def work() -> list[dict[str, Any]]:
            return maintenance.refusals(client, actions, require_alias=True)

        if errors := budget.call(work):
            raise EngineUnavailable(f"{len(errors)} changes were refused")


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer or answer["timed_out"] or answer["_shards"]["failed"]:
        raise ValueError("an answer with an error in it")
    for hit in answer["hits"]["hits"]:
        hit["_id"]
    return answer


def _hits(answer: dict[str, Any]) -> list[tuple[str, float]]:
    return [(hit["_id"], float(hit["_score"] or 0.0)) for hit in answer["hits"]["hits"]]


def _tally(aggregations: dict[str, Any], facets: Sequence[str]) -> Tally:
    counts = {
        name: {bucket["key"]: bucket["doc_count"] for bucket in aggregations[name]["values"]["buckets"]}
        for name in facets
    }
    return Tally(aggregations["total"]["doc_count"], counts)
