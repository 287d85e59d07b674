"""The parts of the Elasticsearch engine that need no server: schema, questions, trust."""

from __future__ import annotations

import json
from typing import Any

import pytest

from search.engines.base import EngineUnavailable, Filters
from search.engines.elastic import questions, schema, trust
from search.engines.elastic.engine import _checked, _hits, _tally
from tests.search.words import ask

FILTERS = Filters("public", "vi", ("public",), {"level": ("cap_xa",), "kind": ("procedure",)})


class TestSchema:
    def test_its_mark_follows_its_contents(self, monkeypatch: pytest.MonkeyPatch):
        before = schema.digest()
        assert schema.digest() == before
        monkeypatch.setitem(schema.SETTINGS, "number_of_shards", 2)
        assert schema.digest() != before

    def test_the_mapping_carries_the_mark_and_invents_nothing(self):
        mappings = schema.mappings()
        assert mappings["_meta"] == {"portal": schema.digest()}
        assert mappings["dynamic"] == "strict"

    def test_the_alias_carries_the_prefix(self, settings):
        settings.ELASTICSEARCH_INDEX_PREFIX = "somebody"
        assert schema.alias("public") == "somebody-public"

    def test_a_removal_carries_its_version(self):
        action = schema.removal("page:1", "index", 7)
        assert (action["_op_type"], action["_id"], action["version"], action["version_type"]) == (
            "delete", "page:1", 7, "external")  # fmt: skip


class TestQuestions:
    def body(self, search: Any) -> str:
        return json.dumps(search.to_dict(), ensure_ascii=False)

    @pytest.mark.parametrize("build", [questions.promising, questions.complete, questions.beginning])
    def test_scope_language_and_choices_are_filters_of_every_question(self, build: Any):
        narrowed = build(ask("đăng ký kết hôn"), FILTERS, 10).to_dict()["query"]["bool"]["filter"]
        assert {"terms": {"scope": ["public"]}} in narrowed
        assert {"term": {"locale": "vi"}} in narrowed
        assert {"terms": {"level": ["cap_xa"]}} in narrowed
        assert {"terms": {"kind": ["procedure"]}} in narrowed

    def test_a_scope_is_never_left_out(self):
        nobody = Filters("dossiers", "", (), {})
        assert {"terms": {"scope": []}} in questions.browsing(
            nobody, sort="title", offset=0, limit=1
        ).to_dict()["query"]["bool"]["filter"]

    def test_a_text_must_hold_all_but_one_of_the_telling_words(self):
        text = self.body(questions.complete(ask("chứng sinh trạm xá xyz"), FILTERS, 10))
        assert '"minimum_should_match": 3' in text
        assert '"minimum_should_match": 2' in self.body(questions.complete(ask("trạm xá"), FILTERS, 10))

    def test_what_people_type_is_never_a_language(self):
        text = self.body(questions.promising(ask('title:* OR "x" AND (NOT a) ^5 ~2 [a TO b]'), FILTERS, 10))
        assert "query_string" not in text
        for sign in ("*", "^", "~", "[a"):
            assert (
                sign
                not in json.loads(text)["query"]["bool"]["must"][0]["bool"]["should"][0]["multi_match"][
                    "query"
                ]
            )

    def test_bodies_are_never_sent_back(self):
        assert questions.promising(ask("kết hôn"), FILTERS, 10).to_dict()["_source"] is False

    def test_limits(self):
        assert questions.by_code(ask("1.000894"), FILTERS, 7).to_dict()["size"] == 7
        browsing = questions.browsing(FILTERS, sort="newest", offset=30, limit=10).to_dict()
        assert (browsing["from"], browsing["size"]) == (30, 10)

    def test_counting_leaves_out_each_facet_own_choice(self):
        aggregations = questions.counting(ask("kết hôn"), FILTERS, ("kind", "level")).to_dict()["aggs"]
        assert aggregations["level"]["filter"]["bool"]["filter"] == [{"terms": {"kind": ["procedure"]}}]
        assert len(aggregations["total"]["filter"]["bool"]["filter"]) == 2

    def test_the_number_of_all_documents_is_asked_beside(self):
        asked = questions.everything().to_dict()
        assert (asked["size"], asked["track_total_hits"]) == (0, True)


class TestAnswers:
    GOOD = {
        "timed_out": False,
        "_shards": {"failed": 0},
        "hits": {"hits": [{"_id": "a", "_score": 2}, {"_id": "b", "_score": None}]},
    }

    def test_a_good_one_is_taken(self):
        assert _hits(_checked(self.GOOD)) == [("a", 2.0), ("b", 0.0)]

    @pytest.mark.parametrize(
        "spoilt",
        [
            {"error": {"type": "x"}},
            {"timed_out": True},
            {"_shards": {"failed": 1}},
            {"hits": {}},
            {"hits": {"hits": [{}]}},
        ],
    )
    def test_a_spoilt_one_is_not(self, spoilt: dict[str, Any]):
        with pytest.raises((ValueError, KeyError)):
            _checked(self.GOOD | spoilt)

    def test_counts(self):
        answer = {
            "total": {"doc_count": 5},
            "kind": {"values": {"buckets": [{"key": "page", "doc_count": 3}]}},
        }
        found = _tally(answer, ["kind"])
        assert (found.total, found.counts) == (5, {"kind": {"page": 3}})


class TestTrust:
    class Indices:
        def __init__(self, *marks: str) -> None:
            self.asked = 0
            self.marks = marks

        def get_mapping(self, index: str) -> dict[str, Any]:
            self.asked += 1
            metas = [{"_meta": {"portal": mark}} if mark else {} for mark in self.marks]
            return {str(number): {"mappings": meta} for number, meta in enumerate(metas)}

    def server(self, *marks: str) -> Any:
        return type("Server", (), {"indices": self.Indices(*marks)})()

    def test_our_make_is_trusted_and_not_asked_again_at_once(self):
        server = self.server(schema.digest())
        trust.check(server, "a")
        trust.check(server, "a")
        assert server.indices.asked == 1
        trust.forget()
        trust.check(server, "a")
        assert server.indices.asked == 2

    @pytest.mark.parametrize("marks", [(), ("",), ("other",), ("OURS", "other")])
    def test_another_make_is_not(self, marks: tuple[str, ...]):
        server = self.server(*(schema.digest() if mark == "OURS" else mark for mark in marks))
        with pytest.raises(EngineUnavailable, match="not of this make"):
            trust.check(server, "a")


class TestFilters:
    def test_a_choice_can_be_left_out(self):
        assert FILTERS.without("level").selected == {"kind": ("procedure",)}
        assert FILTERS.without("nothing") == FILTERS
