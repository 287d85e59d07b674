"""The mapping of the index and the bulk actions."""

from __future__ import annotations

import pytest

from search.engines.elastic import schema


class TestSchema:
    def test_digest_depends_on_the_schema(self, monkeypatch: pytest.MonkeyPatch):
        before = schema.digest()
        assert schema.digest() == before
        monkeypatch.setitem(schema.SETTINGS, "number_of_shards", 2)
        assert schema.digest() != before

    def test_mapping_is_strict_and_names_schema_and_installation(self, settings):
        settings.INSTALLATION = "portal-a"
        mappings = schema.mappings()
        assert mappings["_meta"] == {"portal": schema.digest(), "installation": "portal-a"}
        assert mappings["dynamic"] == "strict"

    def test_the_alias_has_the_prefix(self, settings):
        settings.ELASTICSEARCH_INDEX_PREFIX = "portal-b"
        assert schema.alias("public") == "portal-b-public"

    def test_a_removal_has_its_version(self):
        action = schema.removal("page:1", "index", 7)
        assert (action["_op_type"], action["_id"], action["version"], action["version_type"]) == (
            "delete", "page:1", 7, "external")  # fmt: skip
