"""Queries in Elasticsearch's DSL."""

from __future__ import annotations

import json
from typing import Any

import pytest

from search.engines.elastic import queries
from search.requests import Filters
from tests.search.words import ask

FILTERS = Filters("public", "vi", ("public",), {"level": ("cap_xa",), "kind": ("procedure",)})


class TestQueries:
    def body(self, search: Any) -> str:
        return json.dumps(search.to_dict(), ensure_ascii=False)

    @pytest.mark.parametrize("build", [queries.match_any, queries.match_most, queries.match_prefix])
    def test_scope_language_and_selection_are_filters_of_every_query(self, build: Any):
        narrowed = build(ask("đăng ký kết hôn"), FILTERS, 10).to_dict()["query"]["bool"]["filter"]
        assert {"terms": {"scope": ["public"]}} in narrowed
        assert {"terms": {"locale": ["vi", "vi+"]}} in narrowed
        assert {"terms": {"level": ["cap_xa"]}} in narrowed
        assert {"terms": {"kind": ["procedure"]}} in narrowed

    def test_a_scope_is_never_omitted(self):
        nobody = Filters("dossiers", "", (), {})
        assert {"terms": {"scope": []}} in queries.browse(nobody, sort="title", offset=0, limit=1).to_dict()[
            "query"
        ]["bool"]["filter"]

    def test_text_must_contain_all_but_one_significant_term(self):
        text = self.body(queries.match_most(ask("chứng sinh trạm xá xyz"), FILTERS, 10))
        assert '"minimum_should_match": 3' in text
        assert '"minimum_should_match": 2' in self.body(queries.match_most(ask("trạm xá"), FILTERS, 10))

    def test_texts_are_compared_among_the_titles_found(self):
        among = '"terms": {"key": ["procedure:1", "procedure:2"]}'
        query = ask("đăng ký kết hôn")
        assert among in self.body(queries.match_most(query, FILTERS, 10, ["procedure:1", "procedure:2"]))
        assert '"terms": {"key"' not in self.body(queries.match_most(query, FILTERS, 10))

    def test_typed_operators_are_not_interpreted(self):
        text = self.body(queries.match_any(ask('title:* OR "x" AND (NOT a) ^5 ~2 [a TO b]'), FILTERS, 10))
        assert "query_string" not in text
        for sign in ("*", "^", "~", "[a"):
            assert (
                sign
                not in json.loads(text)["query"]["bool"]["must"][0]["bool"]["should"][0]["multi_match"][
                    "query"
                ]
            )

    def test_stored_texts_are_not_read_for_hits(self):
        asked = queries.match_any(ask("kết hôn"), FILTERS, 10).to_dict()
        assert (asked["stored_fields"], asked["docvalue_fields"]) == ("_none_", ["key"])

    def test_queries_are_limited(self):
        assert queries.by_code(ask("1.000894"), FILTERS, 7).to_dict()["size"] == 7
        browsing = queries.browse(FILTERS, sort="newest", offset=30, limit=10).to_dict()
        assert (browsing["from"], browsing["size"]) == (30, 10)

    def test_counting_ignores_each_facets_own_selection(self):
        aggregations = queries.count_facets(ask("kết hôn"), FILTERS, ("kind", "level")).to_dict()["aggs"]
        assert aggregations["level"]["filter"]["bool"]["filter"] == [{"terms": {"kind": ["procedure"]}}]
        assert len(aggregations["total"]["filter"]["bool"]["filter"]) == 2

    def test_document_count_is_requested(self):
        asked = queries.document_count().to_dict()
        assert (asked["size"], asked["track_total_hits"]) == (0, True)


class TestFilters:
    def test_selection_of_one_facet_can_be_dropped(self):
        assert FILTERS.without("level").selected == {"kind": ("procedure",)}
        assert FILTERS.without("nothing") == FILTERS
