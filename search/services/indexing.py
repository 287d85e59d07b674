"""Keep the index up to date: ``index`` after a change, ``rebuild`` as a whole."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final

from django.db import transaction

from core.outbox import enqueue
from search.documents import COLLECTIONS, DocumentSource, SearchDocument, document_key, source_of, sources
from search.engines import base as engines
from search.engines.base import EngineUnavailable, Replica
from search.engines.database import store
from search.language.vocabulary import count_titles
from search.models import CollectionState, IndexedDocument

logger = logging.getLogger(__name__)

OUTBOX_KIND: Final = "search.index"
BATCH: Final = 200
# Word weights hardly depend on a few documents: they are counted again when this share of the collection has changed.
RECOUNT_TOLERANCE: Final = 0.1
Progress = Callable[[str, int], None]


def index(*, kind: str, refs: Iterable[str]) -> None:
    """Request an update of the documents ``refs``; those that their source no longer yields are removed.

    Call it in the transaction of the change. The outbox delivers it after commit.
    """
    wanted = sorted(set(refs))
    for start in range(0, len(wanted), BATCH):
        payload = {"kind": kind, "refs": wanted[start : start + BATCH]}
        enqueue(kind=OUTBOX_KIND, key=f"{OUTBOX_KIND}:{kind}:{uuid.uuid4()}", payload=payload)


def handle_index_message(payload: dict[str, Any]) -> None:
    """Update the documents named in an outbox message of ``index``."""
    refresh_documents(source=source_of(payload["kind"]), refs=payload["refs"])


@transaction.atomic
def refresh_documents(*, source: DocumentSource, refs: list[str]) -> None:
    """Read ``refs`` again and store them, one writer per collection at a time; replicas follow after commit."""
    lock_state(source.collection)
    found = list(source.documents(refs))
    _store(source, found)
    found_keys = {document.key for document in found}
    _delete(source, [k for ref in refs if (k := document_key(source.kind, ref)) not in found_keys])
    _mark_changed(source.collection)


def _store(source: DocumentSource, documents: list[SearchDocument]) -> None:
    rows = store.write(documents)
    if rows:
        collection = source.collection
        transaction.on_commit(lambda: _replicate(lambda replica: replica.put(collection, rows)), robust=True)


def _delete(source: DocumentSource, keys: list[str]) -> None:
    gone = store.delete(keys)
    if gone:
        collection = source.collection
        transaction.on_commit(
            lambda: _replicate(lambda replica: replica.remove(collection, gone)), robust=True
        )


def _replicate(change: Callable[[Replica], None]) -> None:
    """Apply ``change`` to the replicas; ``reconcile`` corrects those that do not answer."""
    for replica in engines.replicas():
        try:
            change(replica)
        except EngineUnavailable as error:
            logger.warning("search engine %s missed a change, to be reconciled: %s", replica.name, error)


# The state of a collection


def lock_state(collection: str) -> CollectionState:
    """Return the state row, locked until the transaction ends: one writer per collection at a time."""
    CollectionState.objects.get_or_create(collection=collection)
    return CollectionState.objects.select_for_update().get(collection=collection)


@transaction.atomic
def _mark_changed(collection: str) -> None:
    """Record that documents changed, and count the words again if many did."""
    state = lock_state(collection)
    state.generation += 1
    now = IndexedDocument.objects.filter(collection=collection).count()
    if abs(now - state.documents) > RECOUNT_TOLERANCE * state.documents or (now and not state.spellings):
        _count_words(state)
    else:
        state.save(update_fields=["generation"])


@transaction.atomic
def recount_words(collection: str) -> None:
    """Count the words of all titles again."""
    state = lock_state(collection)
    state.generation += 1
    _count_words(state)


def _count_words(state: CollectionState) -> None:
    titles = IndexedDocument.objects.filter(collection=state.collection).values_list("title", flat=True)
    statistics = count_titles(titles.iterator(chunk_size=2000))
    state.documents, state.frequencies = statistics.documents, dict(statistics.frequencies)
    state.spellings = dict(statistics.spellings.syllables)
    state.pairs = dict(statistics.spellings.pairs)
    state.counted_generation = state.generation
    state.save()


def check_sources() -> int:
    """Request an update of the documents that are missing or should not be there; return their number.

    A permission, a date or a status can change what a source yields without a change of the document itself.
    """
    differing = 0
    for source in sources():
        stored = set(IndexedDocument.objects.filter(kind=source.kind).values_list("ref", flat=True))
        refs = stored ^ source.refs()
        if refs:
            with transaction.atomic():
                index(kind=source.kind, refs=refs)
        differing += len(refs)
    return differing


# Rebuilding


def _no_progress(kind: str, number: int) -> None:
    """Report nothing."""


def rebuild(*, engine: str | None = None, progress: Progress = _no_progress) -> int:
    """Store what every source yields, then fill the replicas, while searches and changes continue.

    ``engine``: ``database`` leaves the replicas alone, another name fills only that replica from the database.
    Return the number of documents.
    """
    if engine in (None, engines.DATABASE):
        for source in sources():
            _rebuild_source(source, progress)
        for collection in COLLECTIONS:
            recount_words(collection)
    for replica in engines.replicas():
        if engine in (None, replica.name):
            replica.rebuild()
    return IndexedDocument.objects.count()


def _batches(documents: Iterable[SearchDocument]) -> Iterator[list[SearchDocument]]:
    rest = iter(documents)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _rebuild_source(source: DocumentSource, progress: Progress) -> None:
    state, _created = CollectionState.objects.get_or_create(collection=source.collection)
    generation = state.generation
    seen: set[str] = set()
    for batch in _batches(source.documents()):
        generation += _store_batch(source, batch, generation)
        seen |= {document.key for document in batch}
        progress(source.kind, len(seen))
    _remove_unseen(source, seen)


@transaction.atomic
def _store_batch(source: DocumentSource, batch: list[SearchDocument], generation: int) -> int:
    """Store a batch, and return by how much that increased the change counter of the collection.

    If another increased it since the batch was read, the batch is read again under the lock.
    """
    before = lock_state(source.collection).generation
    if before != generation:
        refresh_documents(source=source, refs=[document.ref for document in batch])
    else:
        _store(source, batch)
    return lock_state(source.collection).generation - before


@transaction.atomic
def _remove_unseen(source: DocumentSource, seen: set[str]) -> None:
    """Remove what the source no longer yields; documents that appeared in the meantime stay."""
    lock_state(source.collection)
    stored = IndexedDocument.objects.filter(kind=source.kind).values_list("key", "ref")
    unseen = [ref for key, ref in stored if key not in seen]
    for start in range(0, len(unseen), BATCH):
        refresh_documents(source=source, refs=unseen[start : start + BATCH])
