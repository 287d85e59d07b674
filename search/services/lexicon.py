"""Load the shipped lexicon: new rows are added, rows changed by editors are kept."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from core.errors import InvalidInput
from core.text import clean
from search.language.tokenizer import codes_in
from search.models import LexiconEntry

FILE: Final = Path(__file__).resolve().parents[1] / "data" / "lexicon.tsv"
COLUMNS: Final = ("slug", "area", "mode", "terms", "official", "codes", "note")
_TEXTS: Final = ("area", "mode", "terms", "official", "codes", "note")


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The number of rows that were new, updated, unchanged, or kept because an editor changed them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0


def _digest(values: dict[str, str]) -> str:
    return hashlib.sha256("\x1f".join(values[name] for name in _TEXTS).encode()).hexdigest()


def _lines(cell: str) -> str:
    return "\n".join(filter(None, map(clean, cell.split("|"))))


def read(path: Path = FILE) -> Iterator[dict[str, str]]:
    """Yield the rows of a lexicon file, terms one per line; raise ``InvalidInput`` naming the first invalid row."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if rows.fieldnames is None or tuple(rows.fieldnames[: len(COLUMNS)]) != COLUMNS:
            raise InvalidInput(f"{path.name}: the first row must name the columns {', '.join(COLUMNS)}")
        for number, row in enumerate(rows, start=2):
            yield _checked(path.name, number, row)


def _checked(name: str, number: int, row: dict[str, Any]) -> dict[str, str]:
    values = {column: unicodedata.normalize("NFC", row.get(column) or "").strip() for column in COLUMNS}
    values["terms"], values["official"] = _lines(values["terms"]), _lines(values["official"])
    if not values["slug"] or values["mode"] not in LexiconEntry.Mode.values or not values["terms"]:
        raise InvalidInput(f"{name}, row {number}: slug, mode and terms are needed")
    if len(codes_in(values["codes"])) != len(values["codes"].split()):
        raise InvalidInput(f"{name}, row {number}: {values['codes']!r} are not national codes")
    if not (values["official"] or values["codes"]):
        raise InvalidInput(f"{name}, row {number}: official words or codes are needed")
    return values


@transaction.atomic
def load_lexicon(*, path: Path = FILE) -> LoadReport:
    """Load the rows of ``path``, or none if one is invalid."""
    existing = {entry.slug: entry for entry in LexiconEntry.objects.all()}
    report = {"created": 0, "updated": 0, "unchanged": 0, "kept": 0}
    for values in read(path):
        report[_load_row(values, existing.get(values["slug"]))] += 1
    return LoadReport(**report)


def _load_row(values: dict[str, str], entry: LexiconEntry | None) -> str:
    digest = _digest(values)
    if entry is None:
        LexiconEntry.objects.create(**values, shipped_digest=digest)
        return "created"
    current = _digest({name: getattr(entry, name) for name in _TEXTS})
    if current == digest:
        return "unchanged"
    if current != entry.shipped_digest:
        return "kept"
    for name in _TEXTS:
        setattr(entry, name, values[name])
    entry.shipped_digest = digest
    entry.save()
    return "updated"
