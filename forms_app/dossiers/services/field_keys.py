"""Encrypt answers again, under the first of ``FIELD_KEYS`` and by the current rule (ADR 168, 310)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models import ExpressionWrapper, F, JSONField, Model

from core.encryption import Unreadable, looks_encrypted
from forms_app.dossiers.models import Dossier, Draft, SupplementRequest

_COLUMNS: Final[dict[type[Model], tuple[str, ...]]] = {
    Dossier: ("answers",),
    Draft: ("answers", "typed"),
    SupplementRequest: ("answers", "typed"),
}
_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Rotation:
    """Numbers of rows: all that were rewritten, and those in which more texts are encrypted than before.

    ``unreadable``: rows with a text whose key is missing, by table. They keep it.
    """

    rewritten: int
    newly_encrypted: int
    unreadable: Counter[str] = field(default_factory=Counter)


def rotate_field_keys() -> Rotation:
    """Rewrite all answers: what the rule counts as an identity number is encrypted under the first key.

    Each row is locked and written in its own transaction, so the portal may keep running. May be repeated.
    """
    rewritten = newly_encrypted = 0
    unreadable: Counter[str] = Counter()
    for model in _COLUMNS:
        for pk in _keys(model):
            done = _rewrite(model, pk)
            if done is None:
                continue
            rewritten += 1
            newly_encrypted += done.newly_encrypted > 0
            unreadable[model._meta.db_table] += done.unreadable
    return Rotation(rewritten, newly_encrypted, +unreadable)


def _keys(model: type[Model]) -> Iterator[int]:
    """Yield the keys of all rows, ``_BATCH`` of them in memory at a time."""
    last = 0
    rows = model._default_manager.order_by("pk").values_list("pk", flat=True)
    while batch := list(rows.filter(pk__gt=last)[:_BATCH]):
        yield from batch
        last = batch[-1]


@dataclass(frozen=True, slots=True)
class _Row:
    """How many more texts of a row are encrypted, and whether the key of one of them is missing."""

    newly_encrypted: int
    unreadable: bool


@transaction.atomic
def _rewrite(model: type[Model], pk: int) -> _Row | None:
    """Save the answers of a row again; None if the row is gone."""
    columns = _COLUMNS[model]
    row = model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        return None
    before = _encrypted_texts(model, pk)
    texts = [text for column in columns for text in _texts(getattr(row, column))]
    row.save(update_fields=columns)
    return _Row(
        newly_encrypted=_encrypted_texts(model, pk) - before,
        unreadable=any(isinstance(text, Unreadable) for text in texts),
    )


def _encrypted_texts(model: type[Model], pk: int) -> int:
    """Return how many texts of the answers of a row are stored encrypted."""
    stored = {
        f"stored_{column}": ExpressionWrapper(F(column), output_field=JSONField())
        for column in _COLUMNS[model]
    }
    row = model._default_manager.filter(pk=pk).values(**stored).get()
    return sum(looks_encrypted(text) for value in row.values() for text in _texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
