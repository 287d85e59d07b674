"""The two tables as typed rows. Columns are found by name; a missing one is named."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.text import clean, slugify

# How the table says that the greater part of a split ward went there.
SHARES = {"part-default": "default"}


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One commune of today: GSO code, name, kind (``xa``, ``phuong``) and the resolution that made it."""

    code: str
    name: str
    kind: str = ""
    legal_basis: str = ""

    columns: ClassVar[tuple[str, ...]] = ("code", "name", "type", "note_predecessors_and_resolution")

    @classmethod
    def from_row(cls, row: dict[str, str]) -> Self:
        """Read one line of ``camau_units_2025_with_legal_note.csv``."""
        code, name, kind, note = (row[column] for column in cls.columns)
        return cls(code, name, slugify(kind).replace("-", "_"), note[:300])


@dataclass(frozen=True, slots=True)
class SuccessionRow:
    """One link from an old ward, with its district and province, to a commune of today."""

    province_code: str
    province: str
    district_code: str
    district: str
    old_code: str
    old_name: str
    new_code: str
    share: str

    columns: ClassVar[tuple[str, ...]] = (
        "old_province_code", "old_province", "old_district_code", "old_district", "old_ward_code", "old_ward",
        "new_ward_code", "relation",
    )  # fmt: skip

    @classmethod
    def from_row(cls, row: dict[str, str]) -> Self:
        """Read one line of ``camau_old_to_new_wards.csv``."""
        *fields, relation = (row[column] for column in cls.columns)
        return cls(*[*fields, SHARES.get(relation, relation)])


def read_units(path: Path) -> list[UnitRow]:
    """Return the communes of a CSV file; ``InvalidInput`` says what is wrong with the file and where."""
    return [UnitRow.from_row(row) for row in _rows(path, UnitRow.columns)]


def read_succession(path: Path) -> list[SuccessionRow]:
    """Return the links of a CSV file; ``InvalidInput`` says what is wrong with the file and where."""
    return [SuccessionRow.from_row(row) for row in _rows(path, SuccessionRow.columns)]


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            lacking = [column for column in columns if column not in (reader.fieldnames or [])]
            if lacking:
                raise InvalidInput(
                    _("%(file)s has no column %(columns)s.")
                    % {"file": path.name, "columns": ", ".join(lacking)}
                )
            for row in reader:
                if any(row[column] is None for column in columns):
                    raise InvalidInput(
                        _("%(file)s, line %(line)d is cut off.")
                        % {"file": path.name, "line": reader.line_num}
                    )
                yield {column: clean(row[column]) for column in columns}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(
            _("%(file)s cannot be read: %(reason)s") % {"file": path.name, "reason": error}
        ) from error
