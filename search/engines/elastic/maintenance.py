"""Rebuild an index beside the old one, compare it with the database, correct the differences."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Greatest
from elasticsearch import Elasticsearch, NotFoundError
from elasticsearch.helpers import scan, streaming_bulk

from search.documents import COLLECTIONS
from search.engines.elastic import index_integrity, schema
from search.engines.elastic.client import background_client
from search.models import IndexedDocument

#: Statuses of a bulk action that are not failures: a newer version exists, the document has already been deleted.
CONFLICT: Final = 409
EXPECTED: Final = (404, CONFLICT)
CHUNK: Final = 500


def _rows(collection: str) -> Iterator[IndexedDocument]:
    rows = IndexedDocument.objects.filter(collection=collection)
    return rows.order_by("pk").iterator(chunk_size=CHUNK)


def _send(client: Elasticsearch, actions: Iterable[dict[str, Any]]) -> list[str]:
    """Send ``actions``; return the keys of which the index has a newer version."""
    answers = list(_failures(client, actions))
    if rejected := [answer for answer in answers if answer["status"] not in EXPECTED]:
        raise ValueError(f"{len(rejected)} documents were rejected: {rejected[0]}")
    return [answer["_id"] for answer in answers if answer["status"] == CONFLICT]


def rejections(
    client: Elasticsearch, actions: Iterable[dict[str, Any]], **options: Any
) -> list[dict[str, Any]]:
    """Send ``actions``; return the responses that are failures."""
    return [answer for answer in _failures(client, actions, **options) if answer["status"] not in EXPECTED]


def _failures(
    client: Elasticsearch, actions: Iterable[dict[str, Any]], **options: Any
) -> Iterator[dict[str, Any]]:
    for done, answer in streaming_bulk(client, actions, chunk_size=CHUNK, raise_on_error=False, **options):
        if not done:
            yield from answer.values()


def rebuild() -> None:
    """Rebuild the index of every collection; searches use the old one until the new one is complete."""
    for collection in COLLECTIONS:
        rebuild_collection(background_client(), collection)


def rebuild_collection(client: Elasticsearch, collection: str) -> None:
    """Fill a new index, switch the alias to it in one step, then apply what changed meanwhile.

    ``ForeignIndex`` if the alias belongs to another installation.
    """
    alias = schema.alias(collection)
    index_integrity.check_owner(client, alias)
    fresh = f"{alias}-{time.time_ns() // 1_000_000}"
    client.indices.create(index=fresh, mappings=schema.mappings(), settings=schema.SETTINGS)
    try:
        _send(client, (schema.action(row, fresh) for row in _rows(collection)))
        client.indices.refresh(index=fresh)
        old = _switch(client, alias, fresh)
    except Exception:
        client.indices.delete(index=fresh, ignore_unavailable=True)
        raise
    index_integrity.invalidate()
    reconcile_documents(client, collection)
    if old:
        client.indices.delete(index=old, ignore_unavailable=True)


def _switch(client: Elasticsearch, alias: str, fresh: str) -> list[str]:
    """Point ``alias`` to ``fresh`` in one step; an index of the same name is removed in the same step."""
    try:
        behind = [str(name) for name in client.indices.get(index=alias)]
    except NotFoundError:
        behind = []
    actions: list[dict[str, Any]] = [{"add": {"index": fresh, "alias": alias}}]
    for name in behind:
        actions.append(
            {"remove_index": {"index": name}}
            if name == alias
            else {"remove": {"index": name, "alias": alias}}
        )
    client.indices.update_aliases(actions=actions)
    return [name for name in behind if name != alias]


def reconcile() -> int:
    """Correct all differences between indexes and database; return the number of documents that differed."""
    return sum(_reconcile_collection(background_client(), collection) for collection in COLLECTIONS)


def _reconcile_collection(client: Elasticsearch, collection: str) -> int:
    try:
        is_usable = index_integrity.has_current_schema(client, schema.alias(collection))
    except NotFoundError:
        is_usable = False
    if not is_usable:
        rebuild_collection(client, collection)
        return IndexedDocument.objects.filter(collection=collection).count()
    client.indices.refresh(index=schema.alias(collection))
    return 0 if _agrees(client, collection) else reconcile_documents(client, collection)


def _agrees(client: Elasticsearch, collection: str) -> bool:
    """Compare the number and the sum of versions: cheap, and misses only changes that cancel each other out."""
    answer = client.search(
        index=schema.alias(collection),
        size=0,
        track_total_hits=True,
        aggs={"versions": {"sum": {"field": "version_part"}}},
    )
    indexed = (answer["hits"]["total"]["value"], int(answer["aggregations"]["versions"]["value"]))
    stored = IndexedDocument.objects.filter(collection=collection).aggregate(
        number=Count("pk"), versions=Sum(F("version") % schema.VERSION_MODULUS)
    )
    return indexed == (stored["number"], stored["versions"] or 0)


def reconcile_documents(client: Elasticsearch, collection: str) -> int:
    """Make the index equal to the database, document by document; return the number that differed."""
    alias = schema.alias(collection)
    client.indices.refresh(index=alias)
    indexed = {
        hit["_id"]: hit["_version"]
        for hit in scan(
            client, index=alias, query={"query": {"match_all": {}}, "_source": False, "version": True}
        )
    }
    documents = IndexedDocument.objects.filter(collection=collection)
    stored = dict(documents.values_list("key", "version"))
    stale = [key for key, version in stored.items() if indexed.get(key) != version]
    # A version above that of the database comes from another database.
    ahead = [key for key in stale if indexed.get(key, 0) > stored[key]]
    surplus = [key for key in indexed if key not in stored]
    _send(client, [schema.removal(key, alias, indexed[key] + 1) for key in surplus])
    _raise_versions(ahead, indexed)
    for start in range(0, len(stale), CHUNK):
        _put_again(client, alias, documents.filter(key__in=stale[start : start + CHUNK]))
    client.indices.refresh(index=alias)
    return len(stale) + len(surplus)


def _put_again(client: Elasticsearch, alias: str, rows: QuerySet[IndexedDocument]) -> None:
    """Write ``rows``; where a deletion elsewhere is newer than the row, raise the row's version and write it again."""
    if outdated := _send(client, [schema.action(row, alias) for row in rows]):
        late = IndexedDocument.objects.filter(key__in=outdated)
        late.update(version=Greatest(F("version") + 1, time.time_ns() // 1_000_000))
        _send(client, [schema.action(row, alias) for row in late])


def _raise_versions(keys: list[str], indexed: dict[str, int]) -> None:
    """Raise the versions in the database above those in the index, so that they win."""
    for key in keys:
        IndexedDocument.objects.filter(key=key, version__lte=indexed[key]).update(version=indexed[key] + 1)
