"""Whether the index behind an alias is ours and whole.

Of our make: asked again every few seconds. Whole: told by every answer, so that an index emptied behind our back is
noticed at the next question and never says "nothing found".
"""

from __future__ import annotations

import time
from typing import Final

from elasticsearch import Elasticsearch

from search.engines.base import EngineUnavailable
from search.engines.elastic import schema
from search.models import IndexedDocument

SECONDS: Final = 5.0
COUNT_SECONDS: Final = 1.0
# The server shows changes a second late, and a delivery may be on its way: so much may be missing.
LEAST_SHARE: Final = 0.9
LATE: Final = 10
_checked: Final[dict[str, float]] = {}
_counted: Final[dict[str, tuple[float, int]]] = {}


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


def check_number(collection: str, there: int) -> None:
    """Raise ``EngineUnavailable`` when the index holds clearly fewer documents than the database."""
    here = _number_of(collection)
    if (there == 0 and here) or there < here * LEAST_SHARE - LATE:
        raise EngineUnavailable(f"the index of {collection} holds {there} documents of {here}")


def _number_of(collection: str) -> int:
    """Return the number of documents in the database, as it was at most ``COUNT_SECONDS`` ago."""
    now = time.monotonic()
    looked, number = _counted.get(collection, (-COUNT_SECONDS, 0))
    if now - looked >= COUNT_SECONDS:
        number = IndexedDocument.objects.filter(collection=collection).count()
        _counted[collection] = (now, number)
    return number


def forget() -> None:
    """Check again at the next question."""
    _checked.clear()
    _counted.clear()
