"""What a process keeps from documents between searches, on every engine."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from search import refreshing
from search.engines.elastic import index_integrity
from tests.search.samples import SearchFixture


@pytest.mark.django_db
class TestKeptRows:
    """What a process keeps from documents never outlives them."""

    def test_a_changed_title_is_found_at_once(self, samples: SearchFixture):
        document = samples.add("Đăng ký kết hôn")
        samples.sync()
        assert samples.titles("kết hôn") == ["Đăng ký kết hôn"]
        samples.source.documents_by_ref[document.ref] = replace(document, title="Cấp giấy phép xây dựng")
        samples.sync()
        assert samples.titles("giấy phép xây dựng") == ["Cấp giấy phép xây dựng"]
        assert samples.titles("kết hôn") == []

    def test_withdrawn_documents_are_not_shown(self, samples: SearchFixture):
        for title in ("Đăng ký kết hôn", "Đăng ký lại kết hôn"):
            samples.add(title)
        samples.sync()
        assert len(samples.titles("kết hôn")) == 2
        del samples.source.documents_by_ref["001"]
        # Elasticsearch has not been updated yet.
        samples.deliver("001")
        assert samples.titles("kết hôn") == ["Đăng ký lại kết hôn"]
        assert samples.ask("kết hôn").total == 1

    def test_a_restricted_document_disappears_at_once(self, samples: SearchFixture):
        document = samples.add("Đăng ký kết hôn")
        samples.add("Đăng ký lại kết hôn")
        samples.sync()
        assert len(samples.titles("kết hôn")) == 2
        samples.source.documents_by_ref[document.ref] = replace(document, scopes=("agency:1",))
        samples.deliver("001")
        assert samples.titles("kết hôn") == ["Đăng ký lại kết hôn"]


@pytest.mark.django_db
def test_values_without_labels_need_no_query(samples: SearchFixture, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(refreshing, "FRESH_SECONDS", 3600.0)
    monkeypatch.setattr(index_integrity, "COUNT_SECONDS", 3600.0)
    samples.add("Giấy phép", facets={"level": ("xa",)})
    samples.sync()
    samples.ask("giấy phép")
    with CaptureQueriesContext(connection) as queries:
        result = samples.ask("giấy phép")
    assert [value.label for value in result.facet("level").values] == ["xa"]
    assert not [
        q for q in queries.captured_queries if "facet_labels" in q["sql"] or "MIN(" in q["sql"].upper()
    ]
