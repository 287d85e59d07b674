"""Load the shipped answers "handled elsewhere": new rows are added, rows changed by editors are kept."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from core.errors import InvalidInput
from core.text import clean
from search.models import OtherOffice
from search.services.lexicon import LoadReport

FILE: Final = Path(__file__).resolve().parents[1] / "data" / "other_offices.tsv"
_TEXTS: Final = (
    *(
        "words",
        "exceptions",
        "office",
        "office_en",
        "text",
        "text_en",
        "address",
        "url",
        "legal_basis",
        "checked_on",
    ),
)
COLUMNS: Final = ("slug", *_TEXTS)
_REQUIRED: Final = ("slug", "words", "office", "office_en", "text", "text_en", "legal_basis")


def read(path: Path = FILE) -> Iterator[dict[str, str]]:
    """Yield the rows, phrases one per line; raise ``InvalidInput`` naming the first invalid row."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise InvalidInput(f"{path.name}: the first row must name the columns {', '.join(COLUMNS)}")
        for number, row in enumerate(rows, start=2):
            yield _checked(f"{path.name}, row {number}", row)


def _checked(place: str, row: dict[str, Any]) -> dict[str, str]:
    values = {column: unicodedata.normalize("NFC", row.get(column) or "").strip() for column in COLUMNS}
    for name in ("words", "exceptions"):
        values[name] = "\n".join(filter(None, map(clean, values[name].split("|"))))
    if missing := [name for name in _REQUIRED if not values[name]]:
        raise InvalidInput(f"{place}: {', '.join(missing)} are needed")
    try:
        date.fromisoformat(values["checked_on"])
    except ValueError as error:
        raise InvalidInput(f"{place}: checked_on is not a date") from error
    return values


@transaction.atomic
def load_other_offices(*, path: Path = FILE) -> LoadReport:
    """Load the rows of ``path``, or none if one is invalid."""
    existing = {row.slug: row for row in OtherOffice.objects.all()}
    report = {"created": 0, "updated": 0, "unchanged": 0, "kept": 0}
    for values in read(path):
        report[_load_row(values, existing.get(values["slug"]))] += 1
    return LoadReport(**report)


def _digest(values: dict[str, str]) -> str:
    return hashlib.sha256("\x1f".join(values[name] for name in _TEXTS).encode()).hexdigest()


def _load_row(values: dict[str, str], row: OtherOffice | None) -> str:
    digest = _digest(values)
    if row is None:
        OtherOffice.objects.create(**values, shipped_digest=digest)
        return "created"
    current = _digest({name: str(getattr(row, name)) for name in _TEXTS})
    if current == digest:
        return "unchanged"
    if current != row.shipped_digest:
        return "kept"
    for name in _TEXTS:
        setattr(row, name, values[name])
    row.shipped_digest = digest
    row.save()
    return "updated"
