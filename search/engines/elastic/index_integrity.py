"""Checks that the index behind an alias was made by this version of the portal and is complete.

Its make is checked every few seconds. Its completeness is checked with every answer, so that an index emptied by
somebody else is noticed at the next search and never reports "nothing found".
"""

from __future__ import annotations

import time
from typing import Final

from elasticsearch import Elasticsearch

from search.engines.base import EngineUnavailable
from search.engines.elastic import schema
from search.models import IndexedDocument

SCHEMA_CHECK_SECONDS: Final = 5.0
COUNT_SECONDS: Final = 1.0
# The server shows changes a second late, and a delivery may be under way: so many documents may be missing.
MIN_SHARE: Final = 0.9
MAX_PENDING: Final = 10
_schema_checked_at: Final[dict[str, float]] = {}
_counted: Final[dict[str, tuple[float, int]]] = {}


def check_schema(client: Elasticsearch, alias: str) -> None:
    """Raise ``EngineUnavailable`` if an index behind ``alias`` has another schema."""
    if time.monotonic() - _schema_checked_at.get(alias, -SCHEMA_CHECK_SECONDS) < SCHEMA_CHECK_SECONDS:
        return
    if not has_current_schema(client, alias):
        raise EngineUnavailable(f"the index behind {alias} has another schema")
    _schema_checked_at[alias] = time.monotonic()


def has_current_schema(client: Elasticsearch, alias: str) -> bool:
    """Return True if all indexes behind ``alias`` carry the digest of the current schema."""
    found = client.indices.get_mapping(index=alias)
    digests = {index["mappings"].get("_meta", {}).get("portal", "") for index in found.values()}
    return digests == {schema.digest()}


def check_number(collection: str, indexed: int) -> None:
    """Raise ``EngineUnavailable`` if the index has clearly fewer documents than the database."""
    stored = _number_of(collection)
    if (indexed == 0 and stored) or indexed < stored * MIN_SHARE - MAX_PENDING:
        raise EngineUnavailable(f"the index of {collection} has {indexed} of {stored} documents")


def _number_of(collection: str) -> int:
    """Return the number of documents in the database, at most ``COUNT_SECONDS`` ago."""
    now = time.monotonic()
    counted_at, number = _counted.get(collection, (-COUNT_SECONDS, 0))
    if now - counted_at >= COUNT_SECONDS:
        number = IndexedDocument.objects.filter(collection=collection).count()
        _counted[collection] = (now, number)
    return number


def invalidate() -> None:
    """Check everything again at the next search."""
    _schema_checked_at.clear()
    _counted.clear()
