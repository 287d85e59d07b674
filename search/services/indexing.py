"""Bring documents into the index, or out of it, after the change that concerns them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction

from core.outbox import enqueue
from search.documents import SearchDocument, document_key
from search.engines import registry as engines
from search.engines.database import store
from search.registry import DocumentSource, source_of
from search.services import states

KIND: Final = "search.index"
BATCH: Final = 200


def index(*, kind: str, refs: Iterable[str]) -> None:
    """Ask for the documents ``refs`` to be brought up to date; what their source no longer yields is taken out.

    Call it in the transaction of the change. The outbox delivers it after commit.
    """
    wanted = sorted(set(refs))
    for start in range(0, len(wanted), BATCH):
        payload = {"kind": kind, "refs": wanted[start : start + BATCH]}
        enqueue(kind=KIND, key=f"{KIND}:{kind}:{uuid.uuid4()}", payload=payload)


def deliver(payload: dict[str, Any]) -> None:
    """Do what ``index`` asked for; the handler of its outbox messages."""
    refresh_documents(source=source_of(payload["kind"]), refs=payload["refs"])


@transaction.atomic
def refresh_documents(*, source: DocumentSource, refs: list[str]) -> None:
    """Read ``refs`` anew and keep them, one writer a collection at a time; mirrors follow after commit."""
    states.lock(source.collection)
    found = list(source.documents(refs))
    keep(source=source, documents=found)
    found_keys = {document.key for document in found}
    forget(source=source, keys=[k for ref in refs if (k := document_key(source.kind, ref)) not in found_keys])
    states.touch(source.collection)


def keep(*, source: DocumentSource, documents: list[SearchDocument]) -> None:
    """Write ``documents`` to the database and, once that is committed, to the mirrors."""
    rows = store.write(documents)
    if rows:
        transaction.on_commit(lambda: engines.mirror_rows(source.collection, rows), robust=True)


def forget(*, source: DocumentSource, keys: list[str]) -> None:
    """Take ``keys`` out of the database and, once that is committed, out of the mirrors."""
    gone = store.delete(keys)
    if gone:
        transaction.on_commit(lambda: engines.mirror_removal(source.collection, gone), robust=True)
