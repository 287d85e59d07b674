"""The index: its mapping, its names, and the form of a document in it.

Text arrives folded and tokenised; the server only splits at characters that are neither letters nor digits. The
mapping carries a digest of the schema and the name of the installation, so that an index with another schema, of
another installation, or created by the server itself is never trusted.
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

# A sum of versions modulo this distinguishes two sets of them and stays exact in the server's floating point.
VERSION_MODULUS: Final = 1_000_000
FILTERS: Final = ("kind", "locale", "scope", "code", *FACETS)

SETTINGS: Final[dict[str, Any]] = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    # Tombstones live long enough that a slower, older write cannot restore a deleted document.
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
    mapping.field("version_part", "integer")
    return mapping


def digest() -> str:
    """Return the digest of this schema."""
    definition = json.dumps([_mapping().to_dict(), SETTINGS], sort_keys=True)
    return hashlib.sha256(definition.encode()).hexdigest()[:16]


def meta() -> dict[str, str]:
    """Return what marks an index as made by this installation with this schema."""
    return {"portal": digest(), "installation": settings.INSTALLATION}


def mappings() -> dict[str, Any]:
    """Return the mapping with its marks."""
    return _mapping().to_dict() | {"_meta": meta()}


def alias(collection: str) -> str:
    """Return the alias under which ``collection`` is searched."""
    return f"{settings.ELASTICSEARCH_INDEX_PREFIX}-{collection}"


def source(row: IndexedDocument) -> dict[str, Any]:
    """Return ``row`` as a document of Elasticsearch."""
    text = store.text_of(row)
    exact: dict[str, list[str]] = {}
    for name, value in store.exact_values(row):
        exact.setdefault(name, []).append(value)
    return exact | {
        "key": row.key,
        "locale": row.locale,
        "title": text.title,
        "extra": text.extra,
        "everything": text.everything,
        "order": text.title[:200],
        "weight": row.weight,
        "changed_at": row.changed_at.isoformat(),
        "version_part": row.version % VERSION_MODULUS,
    }


def action(row: IndexedDocument, index: str) -> dict[str, Any]:
    """Return the bulk action that writes ``row`` unless the index has a newer version."""
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
