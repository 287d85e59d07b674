"""Load rows that come with the portal as a file: new rows are added, rows changed by editors are kept."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from django.db import transaction

from core.errors import InvalidInput
from core.text import clean
from core.web import page_cache
from search.models import LexiconEntry, OtherOffice

BATCH: Final = 500
R = TypeVar("R", LexiconEntry, OtherOffice)


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The number of rows that were new, updated, unchanged, or kept because an editor changed them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0


def read_table(
    path: Path, columns: Sequence[str], lists: Sequence[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the place (file and row) and the values of each row of a file with tab-separated ``columns``.

    In the columns ``lists`` values separated by ``|`` become lines. ``InvalidInput`` if the first row names other
    columns.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if tuple(rows.fieldnames or ())[: len(columns)] != tuple(columns):
            raise InvalidInput(f"{path.name}: the first row must name the columns {', '.join(columns)}")
        for number, row in enumerate(rows, start=2):
            values = {name: unicodedata.normalize("NFC", row.get(name) or "").strip() for name in columns}
            values |= {name: "\n".join(filter(None, map(clean, values[name].split("|")))) for name in lists}
            yield f"{path.name}, row {number}", values


@transaction.atomic
def load_rows(model: type[R], rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> LoadReport:
    """Store ``rows``, which have a ``slug`` and the ``columns`` of ``model``; or none of them if reading one fails.

    A row counts as changed by an editor if its columns no longer match the digest that was stored when it was loaded.
    """
    existing = {row.slug: row for row in model._default_manager.all()}
    created: list[R] = []
    updated = unchanged = kept = 0
    for values in rows:
        row, digest = existing.get(values["slug"]), _digest(values, columns)
        if row is None:
            created.append(model(**values, shipped_digest=digest))
            continue
        current = _digest({name: str(getattr(row, name)) for name in columns}, columns)
        if current == digest:
            unchanged += 1
        elif current != row.shipped_digest:
            kept += 1
        else:
            for name in columns:
                setattr(row, name, values[name])
            row.shipped_digest = digest
            row.save()
            updated += 1
    model._default_manager.bulk_create(created, batch_size=BATCH)
    if created:
        page_cache.purge()  # as after each row that is saved individually
    return LoadReport(len(created), updated, unchanged, kept)


def _digest(values: Mapping[str, str], columns: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(values[name] for name in columns).encode()).hexdigest()
