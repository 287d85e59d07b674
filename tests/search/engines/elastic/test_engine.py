"""Responses from Elasticsearch."""

from __future__ import annotations

from typing import Any

import pytest

from search.engines.elastic.engine import _checked, _facet_counts, _hits


class TestAnswers:
    GOOD = {
        "timed_out": False,
        "_shards": {"failed": 0},
        "hits": {
            "hits": [{"fields": {"key": ["a"]}, "_score": 2}, {"fields": {"key": ["b"]}, "_score": None}]
        },
    }

    def test_complete_answer_is_accepted(self):
        assert _hits(_checked(self.GOOD)) == [("a", 2.0), ("b", 0.0)]

    @pytest.mark.parametrize(
        "spoilt",
        [
            {"error": {"type": "x"}},
            {"timed_out": True},
            {"_shards": {"failed": 1}},
            {"hits": {}},
            {"hits": {"hits": [{}]}},
            {"hits": {"hits": [{"fields": {"key": []}}]}},
        ],
    )
    def test_incomplete_answer_is_rejected(self, spoilt: dict[str, Any]):
        with pytest.raises((ValueError, KeyError)):
            _checked(self.GOOD | spoilt)

    def test_counts_are_read(self):
        answer = {
            "total": {"doc_count": 5},
            "kind": {"values": {"buckets": [{"key": "page", "doc_count": 3}]}},
        }
        found = _facet_counts(answer, ["kind"])
        assert (found.total, found.counts) == (5, {"kind": {"page": 3}})
