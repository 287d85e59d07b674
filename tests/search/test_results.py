"""Hits and facets."""

from __future__ import annotations

from datetime import UTC, datetime

from search.highlighting import Highlighted
from search.ranking.scorer import Scored
from search.results import Facet, FacetValue, Hit, SearchResult, hits_of
from tests.search.words import ask, row

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class TestResult:
    def test_a_facet_without_hits_is_empty(self):
        result = SearchResult((), 0, (Facet("kind", (FacetValue("page", "Trang", 1),)),), 1, 1, "database")
        assert result.facet("kind").values[0].count == 1
        assert result.facet("field") == Facet("field", ())

    def test_a_hit_shows_labels_and_otherwise_raw_values(self):
        hit = Hit(
            kind="procedure", ref="1", url="/", title=Highlighted("x"), snippet=Highlighted(""), codes=(),
            changed_at=NOW,
            facets={"agency": ("ubnd", "other"), "field": ("ho-tich",)}, score=1.0,
            facet_labels={"ubnd": "UBND xã", "ho-tich": "Hộ tịch"},
        )  # fmt: skip
        assert hit.agency_labels == ["UBND xã", "other"]
        assert hit.field_labels == ["Hộ tịch"]
        assert hit.labels("level") == []

    def test_a_document_removed_in_the_meantime_is_left_out(self):
        assert hits_of([Scored(row("Đăng ký kết hôn"), 1.0)], ask("kết hôn"), {}) == ()
