"""Whether the index behind an alias is ours and alive; asked again every few seconds."""

from __future__ import annotations

import time
from typing import Final

from elasticsearch import Elasticsearch

from search.engines.base import EngineUnavailable
from search.engines.elastic import schema

SECONDS: Final = 5.0
_checked: Final[dict[str, float]] = {}


def check(client: Elasticsearch, alias: str) -> None:
    """Raise ``EngineUnavailable`` when ``alias`` leads to an index of another make."""
    if time.monotonic() - _checked.get(alias, -SECONDS) < SECONDS:
        return
    marks = marks_of(client, alias)
    if marks != {schema.digest()}:
        raise EngineUnavailable(f"the index behind {alias} is not of this make")
    _checked[alias] = time.monotonic()


def marks_of(client: Elasticsearch, alias: str) -> set[str]:
    """Return the schema marks of the indexes behind ``alias``."""
    found = client.indices.get_mapping(index=alias)
    return {index["mappings"].get("_meta", {}).get("portal", "") for index in found.values()}


def forget() -> None:
    """Check again at the next question."""
    _checked.clear()
