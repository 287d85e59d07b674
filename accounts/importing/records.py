"""The two tables as typed rows. Columns are found by name; a missing one is named."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Self, TypeVar

from django.utils.translation import gettext as _

from accounts.models import UnitSuccession
from core.errors import InvalidInput
from core.text import clean, slugify

# How the table says that the greater part of a split ward went there.
SHARES: Final = {"part-default": "default"}
GSO_CODE: Final = re.compile(r"\d{2,5}")
MAX_NAME: Final = 120
Row = TypeVar("Row", "UnitRow", "SuccessionRow")


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
        """Read one line of ``camau_units_2025_with_legal_note.csv``; ``ValueError`` says what is wrong with it."""
        code, name, kind, note = (row[column] for column in cls.columns)
        _check_unit(code, name)
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
        """Read one line of ``camau_old_to_new_wards.csv``; ``ValueError`` says what is wrong with it."""
        *fields, relation = (row[column] for column in cls.columns)
        read = cls(*[*fields, SHARES.get(relation, relation)])
        _check_unit(read.province_code, read.province)
        _check_unit(read.district_code, read.district)
        _check_unit(read.old_code, read.old_name)
        if read.share not in UnitSuccession.Share.values:
            raise ValueError(_("the share “%(share)s” is not known.") % {"share": relation})
        return read


def read_units(path: Path) -> list[UnitRow]:
    """Return the communes of a CSV file; ``InvalidInput`` says what is wrong with the file and where."""
    return _rows(path, UnitRow.columns, UnitRow.from_row, lambda row: row.code)


def read_succession(path: Path) -> list[SuccessionRow]:
    """Return the links of a CSV file; ``InvalidInput`` says what is wrong with the file and where."""
    return _rows(
        path, SuccessionRow.columns, SuccessionRow.from_row, lambda row: f"{row.old_code} → {row.new_code}"
    )


def _check_unit(code: str, name: str) -> None:
    if not GSO_CODE.fullmatch(code):
        raise ValueError(_("“%(code)s” is no GSO code.") % {"code": code})
    if not 0 < len(name) <= MAX_NAME:
        raise ValueError(_("a name has 1 to %(most)d letters.") % {"most": MAX_NAME})


def _rows(
    path: Path, columns: tuple[str, ...], make: Callable[[dict[str, str]], Row], key: Callable[[Row], str]
) -> list[Row]:
    """Return the rows as ``make`` reads them; each ``key`` may stand there once."""
    found: dict[str, Row] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_columns(path, columns, reader)
            for raw in reader:
                if any(raw[column] is None for column in columns):
                    told = {"file": path.name, "line": reader.line_num}
                    raise InvalidInput(_("%(file)s, line %(line)d is cut off.") % told)
                row = _read(path, reader.line_num, {column: clean(raw[column]) for column in columns}, make)
                if key(row) in found:
                    told = {"file": path.name, "line": reader.line_num, "key": key(row)}
                    raise InvalidInput(_("%(file)s, line %(line)d: %(key)s stands there twice.") % told)
                found[key(row)] = row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(
            _("%(file)s cannot be read: %(reason)s") % {"file": path.name, "reason": error}
        ) from error
    return list(found.values())


def _check_columns(path: Path, columns: tuple[str, ...], reader: csv.DictReader[str]) -> None:
    lacking = [column for column in columns if column not in (reader.fieldnames or [])]
    if lacking:
        told = {"file": path.name, "columns": ", ".join(lacking)}
        raise InvalidInput(_("%(file)s has no column %(columns)s.") % told)


def _read(path: Path, line: int, cells: dict[str, str], make: Callable[[dict[str, str]], Row]) -> Row:
    try:
        return make(cells)
    except ValueError as error:
        told = {"file": path.name, "line": line, "reason": error}
        raise InvalidInput(_("%(file)s, line %(line)d: %(reason)s") % told) from error
