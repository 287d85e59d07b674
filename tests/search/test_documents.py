"""Documents that no engine could return are rejected."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from search.documents import SearchDocument, document_key

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class TestDocument:
    def make(self, **facts: object) -> SearchDocument:
        return SearchDocument(
            **({"kind": "page", "ref": "1", "title": "Trang", "url": "/", "changed_at": NOW} | facts)
        )

    def test_its_key_consists_of_kind_and_ref(self):
        assert self.make().key == document_key("page", "1") == "page:1"

    @pytest.mark.parametrize(
        "facts",
        [
            {"ref": ""},
            {"title": ""},
            {"scopes": ()},
            {"collection": "else"},
            {"facets": {"colour": ("red",)}},
        ],
    )
    def test_invalid_documents_are_rejected(self, facts: dict[str, object]):
        with pytest.raises(ValueError, match=r"needs|unknown"):
            self.make(**facts)
