"""The state row of a collection: its lock, its epoch and its word statistics."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from search.models import CollectionState, IndexedDocument
from search.ranking.statistics import count

# Word weights hardly move by a few documents; they are counted anew when the collection grew or shrank by this.
TOLERANCE: Final = 0.1


def lock(collection: str) -> CollectionState:
    """Return the state row, locked until the transaction ends: one writer a collection at a time."""
    CollectionState.objects.get_or_create(collection=collection)
    return CollectionState.objects.select_for_update().get(collection=collection)


@transaction.atomic
def touch(collection: str) -> None:
    """Say that documents changed, and count the words again when enough of them did."""
    state = lock(collection)
    state.epoch += 1
    now = IndexedDocument.objects.filter(collection=collection).count()
    if abs(now - state.documents) > TOLERANCE * state.documents or (now and not state.spellings):
        _count(state)
    else:
        state.save(update_fields=["epoch"])


@transaction.atomic
def recount(collection: str) -> None:
    """Count the words of all titles again."""
    state = lock(collection)
    state.epoch += 1
    _count(state)


def _count(state: CollectionState) -> None:
    titles = IndexedDocument.objects.filter(collection=state.collection).values_list("title", flat=True)
    statistics = count(titles.iterator(chunk_size=2000))
    state.documents, state.frequencies = statistics.documents, dict(statistics.frequencies)
    state.spellings = dict(statistics.spellings.syllables)
    state.pairs = dict(statistics.spellings.pairs)
    state.counted = state.epoch
    state.save()
