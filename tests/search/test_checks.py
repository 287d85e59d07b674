"""The check of index names."""

from __future__ import annotations

from typing import Any

import pytest

from search.checks import check_index_prefix


@pytest.mark.parametrize(
    ("prefix", "is_right"),
    [
        ("portal", True), ("portal-3f2a", True), ("h12.thu_nghiem", True),
        ("Portal", False), ("-portal", False), ("_all", False), ("a*", False), ("cà-mau", False), ("", False),
        ("a" * 101, False), ("a,b", False),
    ],
)  # fmt: skip
def test_prefix_must_begin_an_index_name(settings: Any, prefix: str, is_right: bool) -> None:
    settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_INDEX_PREFIX = "http://localhost:9200", prefix
    assert (check_index_prefix() == []) is is_right


def test_prefix_does_not_matter_without_a_server(settings: Any) -> None:
    settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_INDEX_PREFIX = "", "Portal"
    assert check_index_prefix() == []
