"""Make an index anew beside the old one, compare it with the database, heal it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Greatest
from elasticsearch import Elasticsearch, NotFoundError
from elasticsearch.helpers import scan, streaming_bulk

from search.documents import COLLECTIONS
from search.engines.elastic import schema, trust
from search.engines.elastic.client import background
from search.models import IndexedDocument

#: Answers of a bulk action that are no failure: a newer version is there, the document is gone already.
CONFLICT: Final = 409
EXPECTED: Final = (404, CONFLICT)
CHUNK: Final = 500


def _rows(collection: str) -> Iterator[IndexedDocument]:
    rows = IndexedDocument.objects.filter(collection=collection)
    return rows.order_by("pk").iterator(chunk_size=CHUNK)


def _send(client: Elasticsearch, actions: Iterable[dict[str, Any]]) -> list[str]:
    """Send ``actions``; return the keys for which the index believes in a newer version."""
    answers = list(_failures(client, actions))
    if refused := [answer for answer in answers if answer["status"] not in EXPECTED]:
        raise ValueError(f"{len(refused)} documents were refused: {refused[0]}")
    return [answer["_id"] for answer in answers if answer["status"] == CONFLICT]


def refusals(
    client: Elasticsearch, actions: Iterable[dict[str, Any]], **options: Any
) -> list[dict[str, Any]]:
    """Send ``actions``; return the answers that are failures."""
    return [answer for answer in _failures(client, actions, **options) if answer["status"] not in EXPECTED]


def _failures(
    client: Elasticsearch, actions: Iterable[dict[str, Any]], **options: Any
) -> Iterator[dict[str, Any]]:
    for done, answer in streaming_bulk(client, actions, chunk_size=CHUNK, raise_on_error=False, **options):
        if not done:
            yield from answer.values()


def rebuild() -> None:
    """Make every collection's index anew; questions go to the old one until the new one is whole."""
    for collection in COLLECTIONS:
        rebuild_collection(background(), collection)


def rebuild_collection(client: Elasticsearch, collection: str) -> None:
    """Fill a new index, switch the alias to it at once, then catch up with what changed meanwhile."""
    alias = schema.alias(collection)
    fresh = f"{alias}-{time.time_ns() // 1_000_000}"
    client.indices.create(index=fresh, mappings=schema.mappings(), settings=schema.SETTINGS)
    try:
        _send(client, (schema.action(row, fresh) for row in _rows(collection)))
        client.indices.refresh(index=fresh)
        old = _switch(client, alias, fresh)
    except Exception:
        client.indices.delete(index=fresh, ignore_unavailable=True)
        raise
    trust.forget()
    heal(client, collection)
    if old:
        client.indices.delete(index=old, ignore_unavailable=True)


def _switch(client: Elasticsearch, alias: str, fresh: str) -> list[str]:
    """Point ``alias`` to ``fresh`` in one step; an index that took its name is removed in the same step."""
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
    """Compare every collection with the database and heal it; returns how many documents differed."""
    return sum(_reconcile_collection(background(), collection) for collection in COLLECTIONS)


def _reconcile_collection(client: Elasticsearch, collection: str) -> int:
    try:
        ours = trust.marks_of(client, schema.alias(collection)) == {schema.digest()}
    except NotFoundError:
        ours = False
    if not ours:
        rebuild_collection(client, collection)
        return IndexedDocument.objects.filter(collection=collection).count()
    client.indices.refresh(index=schema.alias(collection))
    return 0 if _agrees(client, collection) else heal(client, collection)


def _agrees(client: Elasticsearch, collection: str) -> bool:
    """Compare number and sum of versions: cheap, and blind only to changes that cancel each other out."""
    answer = client.search(
        index=schema.alias(collection),
        size=0,
        track_total_hits=True,
        aggs={"stamps": {"sum": {"field": "stamp"}}},
    )
    there = (answer["hits"]["total"]["value"], int(answer["aggregations"]["stamps"]["value"]))
    here = IndexedDocument.objects.filter(collection=collection).aggregate(
        number=Count("pk"), stamps=Sum(F("version") % schema.STAMP_MODULUS)
    )
    return there == (here["number"], here["stamps"] or 0)


def heal(client: Elasticsearch, collection: str) -> int:
    """Bring the index to what the database holds, document by document; returns how many differed."""
    alias = schema.alias(collection)
    client.indices.refresh(index=alias)
    there = {
        hit["_id"]: hit["_version"]
        for hit in scan(
            client, index=alias, query={"query": {"match_all": {}}, "_source": False, "version": True}
        )
    }
    documents = IndexedDocument.objects.filter(collection=collection)
    here = dict(documents.values_list("key", "version"))
    stale = [key for key, version in here.items() if there.get(key) != version]
    # A version above ours is a remnant of another database.
    ahead = [key for key in stale if there.get(key, 0) > here[key]]
    surplus = [key for key in there if key not in here]
    _send(client, [schema.removal(key, alias, there[key] + 1) for key in surplus])
    _raise_versions(ahead, there)
    for start in range(0, len(stale), CHUNK):
        _put_anew(client, alias, documents.filter(key__in=stale[start : start + CHUNK]))
    client.indices.refresh(index=alias)
    return len(stale) + len(surplus)


def _put_anew(client: Elasticsearch, alias: str, rows: QuerySet[IndexedDocument]) -> None:
    """Put ``rows``; where a deletion by another hand is newer than our version, lift ours above it and put again."""
    if beaten := _send(client, [schema.action(row, alias) for row in rows]):
        late = IndexedDocument.objects.filter(key__in=beaten)
        late.update(version=Greatest(F("version") + 1, time.time_ns() // 1_000_000))
        _send(client, [schema.action(row, alias) for row in late])


def _raise_versions(keys: list[str], there: dict[str, int]) -> None:
    """Lift our versions above what the index believes, so that ours win."""
    for key in keys:
        IndexedDocument.objects.filter(key=key, version__lte=there[key]).update(version=there[key] + 1)
