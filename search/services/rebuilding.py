"""Make the whole index anew while searches and changes go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from django.db import transaction

from search.documents import COLLECTIONS, SearchDocument
from search.engines import registry as engines
from search.models import CollectionState, IndexedDocument
from search.registry import DocumentSource, sources
from search.services import indexing, states

BATCH: Final = 200
Progress = Callable[[str, int], None]


def _quiet(kind: str, number: int) -> None:
    """Report to nobody."""


def _batches(documents: Iterable[SearchDocument]) -> Iterator[list[SearchDocument]]:
    rest = iter(documents)
    while batch := list(islice(rest, BATCH)):
        yield batch


def rebuild(*, engine: str | None = None, progress: Progress = _quiet) -> int:
    """Read every source and keep what it yields; then fill the mirrors. Returns the number of documents.

    ``engine``: ``database`` leaves the mirrors alone, another name fills only that mirror from the database.
    """
    if engine in (None, "database"):
        for source in sources():
            _rebuild_source(source, progress)
        for collection in COLLECTIONS:
            states.recount(collection)
    for mirror in engines.mirrors():
        if engine in (None, mirror.name):
            mirror.rebuild()
    return IndexedDocument.objects.count()


def _rebuild_source(source: DocumentSource, progress: Progress) -> None:
    state, _made = CollectionState.objects.get_or_create(collection=source.collection)
    seen: set[str] = set()
    for batch in _batches(source.documents()):
        _keep_batch(source, batch, state.epoch)
        seen |= {document.key for document in batch}
        progress(source.kind, len(seen))
    _sweep(source, seen)


@transaction.atomic
def _keep_batch(source: DocumentSource, batch: list[SearchDocument], epoch: int) -> None:
    """Keep a batch; where others changed the collection since it was read, read it again under the lock."""
    if states.lock(source.collection).epoch != epoch:
        refs = [document.ref for document in batch]
        indexing.refresh_documents(source=source, refs=refs)
    else:
        indexing.keep(source=source, documents=batch)


@transaction.atomic
def _sweep(source: DocumentSource, seen: set[str]) -> None:
    """Take out what the source no longer yields; what appeared meanwhile stays."""
    states.lock(source.collection)
    kept = IndexedDocument.objects.filter(kind=source.kind).values_list("key", "ref")
    unseen = [ref for key, ref in kept if key not in seen]
    for start in range(0, len(unseen), BATCH):
        indexing.refresh_documents(source=source, refs=unseen[start : start + BATCH])
