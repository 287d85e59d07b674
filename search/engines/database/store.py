"""Documents in the database: rows, exact values and folded text, changed in one transaction."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict

from django.db import transaction
from django.db.models import F

from search.documents import SearchDocument
from search.engines.database.text_index import Text, text_index
from search.language.tokenizer import folded_syllables, index_codes, marked_syllables
from search.models import TITLE_SEPARATOR, CollectionState, IndexedDocument, IndexedTerm

_COLUMNS = [field.name for field in IndexedDocument._meta.concrete_fields if field.name not in ("id", "key")]


def _digest(document: SearchDocument) -> str:
    contents = asdict(document) | {"changed_at": document.changed_at.isoformat(), "version": None}
    return hashlib.sha256(json.dumps(contents, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _extra(document: SearchDocument) -> str:
    labels = [document.facet_labels.get(value, value) for value in document.facets.get("field", ())]
    return " ".join([*document.keywords, document.summary, *labels])


def _titles(document: SearchDocument, words_of: Callable[[str], list[str]]) -> str:
    return TITLE_SEPARATOR.join(" ".join(words_of(one)) for one in (document.title, *document.other_titles))


def _row(document: SearchDocument, digest: str, version: int) -> IndexedDocument:
    return IndexedDocument(
        key=document.key,
        kind=document.kind,
        ref=document.ref,
        collection=document.collection,
        locale=document.locale,
        title=document.title,
        url=document.url,
        summary=document.summary,
        body=document.body,
        codes=list(document.codes),
        keywords=list(document.keywords),
        references=list(document.references),
        facets={name: list(values) for name, values in document.facets.items()},
        facet_labels=dict(document.facet_labels),
        facts=dict(document.facts),
        scopes=list(document.scopes),
        title_words=_titles(document, folded_syllables),
        title_marked=_titles(document, marked_syllables),
        extra_words=" ".join(folded_syllables(_extra(document))),
        weight=document.weight,
        source_version=document.version,
        version=version,
        digest=digest,
        changed_at=document.changed_at,
    )


def exact_values(row: IndexedDocument) -> list[tuple[str, str]]:
    """Return the exact values of ``row`` as (name, value): kind, scopes, codes and facets."""
    values = {("kind", row.kind)}
    values |= {("scope", scope) for scope in row.scopes}
    values |= {("code", code) for code in index_codes([*row.codes, *row.references])}
    values |= {(name, value) for name, some in row.facets.items() for value in some}
    return sorted(values)


def _terms(row: IndexedDocument) -> list[IndexedTerm]:
    return [IndexedTerm(document_id=row.pk, name=name, value=value) for name, value in exact_values(row)]


def text_of(row: IndexedDocument) -> Text:
    """Return the folded text of ``row``."""
    everything = [row.title_words, row.extra_words, *folded_syllables(row.body)]
    return Text(row.pk, row.title_words, row.extra_words, " ".join(everything))


def _changed(documents: Iterable[SearchDocument]) -> list[IndexedDocument]:
    """Return the new row of each document that differs from the stored one, except for late, older versions."""
    latest = {document.key: document for document in documents}
    stored = {
        key: (pk, digest, version, source)
        for pk, key, digest, version, source in IndexedDocument.objects.filter(key__in=latest).values_list(
            "pk", "key", "digest", "version", "source_version"
        )
    }
    # Milliseconds, so that a document that is deleted and created again is newer than its tombstone in Elasticsearch.
    now = time.time_ns() // 1_000_000
    changed = []
    for key, document in latest.items():
        pk, old_digest, old_version, source = stored.get(key, (None, "", 0, 0))
        digest = _digest(document)
        if digest == old_digest or document.version < source:
            continue
        row = _row(document, digest, max(old_version + 1, now))
        row.pk = pk
        changed.append(row)
    return changed


def _count_change(collection: str) -> None:
    """Increase the change counter, by which processes notice that what they have read is out of date."""
    CollectionState.objects.get_or_create(collection=collection)
    CollectionState.objects.filter(collection=collection).update(generation=F("generation") + 1)


@transaction.atomic
def write(documents: Iterable[SearchDocument]) -> list[IndexedDocument]:
    """Store ``documents``; return the rows that differ from what was stored."""
    rows = _changed(documents)
    if not rows:
        return []
    IndexedDocument.objects.bulk_update([row for row in rows if row.pk], _COLUMNS, batch_size=100)
    IndexedDocument.objects.bulk_create([row for row in rows if not row.pk], batch_size=100)
    IndexedTerm.objects.filter(document__in=[row.pk for row in rows]).delete()
    IndexedTerm.objects.bulk_create([term for row in rows for term in _terms(row)])
    for collection in {row.collection for row in rows}:
        text_index(collection).write([text_of(row) for row in rows if row.collection == collection])
        _count_change(collection)
    return rows


@transaction.atomic
def delete(keys: Collection[str]) -> Sequence[str]:
    """Delete the documents ``keys``; return the keys that were stored."""
    gone = list(IndexedDocument.objects.filter(key__in=keys).values_list("pk", "key", "collection"))
    for collection in {collection for _pk, _key, collection in gone}:
        text_index(collection).delete([pk for pk, _key, of in gone if of == collection])
        _count_change(collection)
    IndexedDocument.objects.filter(pk__in=[pk for pk, _key, _collection in gone]).delete()
    return [key for _pk, key, _collection in gone]
