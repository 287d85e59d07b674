"""The schema and the completeness of an index."""

from __future__ import annotations

from typing import Any

import pytest

from search.engines.base import EngineUnavailable
from search.engines.elastic import index_integrity, schema


class TestIndexIntegrity:
    class Indices:
        def __init__(self, *marks: str) -> None:
            self.asked = 0
            self.marks = marks

        def get_mapping(self, index: str) -> dict[str, Any]:
            self.asked += 1
            metas = [{"_meta": schema.meta() | {"portal": mark}} if mark else {} for mark in self.marks]
            return {str(number): {"mappings": meta} for number, meta in enumerate(metas)}

    def server(self, *marks: str) -> Any:
        return type("Server", (), {"indices": self.Indices(*marks)})()

    def test_schema_check_is_cached(self):
        server = self.server(schema.digest())
        index_integrity.check_schema(server, "a")
        index_integrity.check_schema(server, "a")
        assert server.indices.asked == 1
        index_integrity.invalidate()
        index_integrity.check_schema(server, "a")
        assert server.indices.asked == 2

    @pytest.mark.parametrize("marks", [(), ("",), ("other",), ("OURS", "other")])
    def test_index_with_another_schema_is_unavailable(self, marks: tuple[str, ...]):
        server = self.server(*(schema.digest() if mark == "OURS" else mark for mark in marks))
        with pytest.raises(EngineUnavailable, match="has another schema"):
            index_integrity.check_schema(server, "a")
