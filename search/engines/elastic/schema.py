"""The index: its mapping, its names, and a document's form in it.

Text arrives folded and cut; the server only splits at what is no letter or digit. A digest of the schema stands in
the mapping, so that an index of another make (or one that the server invented) is never trusted.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from django.conf import settings
from elasticsearch import dsl

from search.documents import FACETS
from search.engines.database import store
from search.models import IndexedDocument

# A sum over these tells two sets of versions apart and stays exact in the server's floating point.
STAMP_MODULUS: Final = 1_000_000
FILTERS: Final = ("kind", "locale", "scope", "code", *FACETS)

SETTINGS: Final[dict[str, Any]] = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    # Deletions are remembered long enough that a slower, older write cannot bring the document back.
    "gc_deletes": "1h",
    "analysis": {"analyzer": {"syllables": {"type": "custom", "tokenizer": "standard"}}},
}


def _mapping() -> dsl.Mapping:
    mapping = dsl.Mapping()
    mapping.meta("dynamic", "strict")
    for name in FILTERS:
        mapping.field(name, "keyword")
    for name in ("title", "extra", "everything"):
        mapping.field(name, "text", analyzer="syllables")
    for name in ("key", "order"):
        mapping.field(name, "keyword")
    mapping.field("weight", "float")
    mapping.field("changed_at", "date")
    mapping.field("stamp", "integer")
    return mapping


def digest() -> str:
    """Return the mark of this schema."""
    plan = json.dumps([_mapping().to_dict(), SETTINGS], sort_keys=True)
    return hashlib.sha256(plan.encode()).hexdigest()[:16]


def mappings() -> dict[str, Any]:
    """Return the mapping with its mark."""
    return _mapping().to_dict() | {"_meta": {"portal": digest()}}


def alias(collection: str) -> str:
    """Return the name that questions about ``collection`` go to."""
    return f"{settings.ELASTICSEARCH_INDEX_PREFIX}-{collection}"


def source(row: IndexedDocument) -> dict[str, Any]:
    """Return ``row`` as Elasticsearch keeps it."""
    text = store.text_of(row)
    exact: dict[str, list[str]] = {}
    for term in store.exact_values(row):
        exact.setdefault(term[0], []).append(term[1])
    return exact | {
        "key": row.key,
        "locale": row.locale,
        "title": text.title,
        "extra": text.extra,
        "everything": text.everything,
        "order": text.title[:200],
        "weight": row.weight,
        "changed_at": row.changed_at.isoformat(),
        "stamp": row.version % STAMP_MODULUS,
    }


def action(row: IndexedDocument, index: str) -> dict[str, Any]:
    """Return the bulk action that puts ``row``, unless the index holds a newer version."""
    return {
        "_op_type": "index",
        "_index": index,
        "_id": row.key,
        "version": row.version,
        "version_type": "external",
        "_source": source(row),
    }


def removal(key: str, index: str, version: int) -> dict[str, Any]:
    """Return the bulk action that removes ``key`` as of ``version``."""
    return {"_op_type": "delete", "_index": index, "_id": key, "version": version, "version_type": "external"}
