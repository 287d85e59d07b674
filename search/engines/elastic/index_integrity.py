"""Checks that the index behind an alias was made by this version of the portal and is complete.

Its origin is checked every few seconds. Its completeness is checked with every response, so that an index emptied
by someone else is noticed at the next search and never reports "nothing found".
"""

from __future__ import annotations

import time
from typing import Final

from django.conf import settings
from elasticsearch import Elasticsearch, NotFoundError

from search.engines.base import EngineUnavailable
from search.engines.elastic import schema
from search.models import IndexedDocument

SCHEMA_CHECK_SECONDS: Final = 5.0
COUNT_SECONDS: Final = 1.0
# The server shows changes a second late, and a delivery may be under way, so this many documents may be missing.
MIN_SHARE: Final = 0.9
MAX_PENDING: Final = 10
_schema_checked_at: Final[dict[str, float]] = {}
_owner_checked_at: Final[dict[str, float]] = {}
_counted: Final[dict[str, tuple[float, int]]] = {}


class ForeignIndex(EngineUnavailable):
    """The index behind an alias belongs to another installation: it is neither read nor replaced."""


def check_schema(client: Elasticsearch, alias: str) -> None:
    """Raise ``EngineUnavailable`` if an index behind ``alias`` has another schema or belongs to others."""
    if time.monotonic() - _schema_checked_at.get(alias, -SCHEMA_CHECK_SECONDS) < SCHEMA_CHECK_SECONDS:
        return
    if not has_current_schema(client, alias):
        raise EngineUnavailable(f"the index behind {alias} has another schema")
    _schema_checked_at[alias] = time.monotonic()


def has_current_schema(client: Elasticsearch, alias: str) -> bool:
    """Return True if all indexes behind ``alias`` carry the marks of this installation and schema.

    ``ForeignIndex`` if one belongs to another installation.
    """
    marks = _marks(client, alias)
    _check_owner(alias, marks)
    return bool(marks) and all(mark == schema.meta() for mark in marks)


def check_owner(client: Elasticsearch, alias: str) -> None:
    """Raise ``ForeignIndex`` if an index behind ``alias`` belongs to another installation.

    Checked every few seconds.
    """
    checked_at = max(_owner_checked_at.get(alias, 0.0), _schema_checked_at.get(alias, 0.0))
    if checked_at and time.monotonic() - checked_at < SCHEMA_CHECK_SECONDS:
        return
    try:
        _check_owner(alias, _marks(client, alias))
    except NotFoundError:
        return
    _owner_checked_at[alias] = time.monotonic()


def _marks(client: Elasticsearch, alias: str) -> list[dict[str, str]]:
    found = client.indices.get_mapping(index=alias)
    return [index["mappings"].get("_meta", {}) for index in found.values()]


def _check_owner(alias: str, marks: list[dict[str, str]]) -> None:
    others = {mark.get("installation", "") for mark in marks} - {"", settings.INSTALLATION}
    if others:
        raise ForeignIndex(
            f"the index behind {alias} belongs to the installation {sorted(others)[0]}: set another"
            " ELASTICSEARCH_INDEX_PREFIX, or PORTAL_INSTALLATION if it is this one under its former name"
        )


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
    _owner_checked_at.clear()
    _counted.clear()
