"""Import administrative units and their successions from CSV files. Running it again changes nothing."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final, Self, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import AdministrativeUnit, AdministrativeUnitSuccession
from core.errors import InvalidInput
from core.text import clean, slugify

# NQ 202/2025/QH15 and NQ 1655/NQ-UBTVQH15: the two-tier units are in force from this day.
TWO_TIERS_FROM: Final = date(2025, 7, 1)
# QĐ 124/2004/QĐ-TTg gave every unit its GSO code; no dossier needs an earlier date.
CODES_SINCE: Final = date(2004, 7, 8)
# Value of the column ``relation`` for the commune that took over the greater part of a split ward.
SHARES: Final = {"part-default": "default"}
GSO_CODE: Final = re.compile(r"\d{2,5}")
MAX_NAME: Final = 120
Level = AdministrativeUnit.Level
Row = TypeVar("Row", "UnitRow", "SuccessionRow")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A current commune: GSO code, name, kind (``xa``, ``phuong``) and the resolution that created it."""

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
    """A link from an old ward, with its district and province, to a current commune."""

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
        link = cls(*[*fields, SHARES.get(relation, relation)])
        _check_unit(link.province_code, link.province)
        _check_unit(link.district_code, link.district)
        _check_unit(link.old_code, link.old_name)
        if link.share not in AdministrativeUnitSuccession.Share.values:
            raise ValueError(_("the share “%(share)s” is unknown.") % {"share": relation})
        return link


@dataclass(slots=True)
class UnitImportReport:
    """Numbers of rows created, updated and left unchanged."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __str__(self) -> str:
        return f"created={self.created} updated={self.updated} unchanged={self.unchanged}"

    def save(
        self,
        row: AdministrativeUnit | AdministrativeUnitSuccession,
        *,
        created: bool,
        values: dict[str, Any],
    ) -> None:
        """Update an existing ``row`` to ``values``, and count it."""
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        if created:
            self.created += 1
        elif changed:
            for name in changed:
                setattr(row, name, values[name])
            row.save()
            self.updated += 1
        else:
            self.unchanged += 1


def read_units(path: Path) -> list[UnitRow]:
    """Return the communes of a CSV file; ``InvalidInput`` says what is wrong with the file and where."""
    return _rows(path, UnitRow.columns, UnitRow.from_row, lambda row: row.code)


def read_succession(path: Path) -> list[SuccessionRow]:
    """Return the links of a CSV file; ``InvalidInput`` says what is wrong with the file and where."""
    return _rows(
        path, SuccessionRow.columns, SuccessionRow.from_row, lambda row: f"{row.old_code} → {row.new_code}"
    )


@transaction.atomic
def import_units(*, province: UnitRow, communes: Sequence[UnitRow]) -> UnitImportReport:
    """Save the current province with its communes (docs/domain.md#administrative-units)."""
    report = UnitImportReport()
    parent = _save_unit(report, province, Level.PROVINCE, parent=None, start=TWO_TIERS_FROM, end=None)
    for commune in communes:
        _save_unit(report, commune, Level.COMMUNE, parent=parent, start=TWO_TIERS_FROM, end=None)
    return report


@transaction.atomic
def import_succession(
    rows: Sequence[SuccessionRow], *, legal_basis: str = "1655/NQ-UBTVQH15"
) -> UnitImportReport:
    """Save the old provinces, districts and wards, ended the day before, and the successors of each ward.

    ``InvalidInput`` names the first unknown commune; nothing is saved then.
    """
    report = UnitImportReport()
    communes = {
        unit.gso_code: unit
        for unit in AdministrativeUnit.objects.filter(level=Level.COMMUNE, valid_from=TWO_TIERS_FROM)
    }
    saved: dict[tuple[str, str], AdministrativeUnit] = {}

    def save_old(level: Level, code: str, name: str, parent: AdministrativeUnit | None) -> AdministrativeUnit:
        if (level, code) not in saved:
            last_day = TWO_TIERS_FROM - timedelta(days=1)
            saved[level, code] = _save_unit(
                report, UnitRow(code, name), level, parent=parent, start=CODES_SINCE, end=last_day
            )
        return saved[level, code]

    for row in rows:
        if row.new_code not in communes:
            raise InvalidInput(_("Unknown commune: %(code)s.") % {"code": row.new_code})
        province = save_old(Level.PROVINCE, row.province_code, row.province, None)
        district = save_old(Level.DISTRICT, row.district_code, row.district, province)
        ward = save_old(Level.COMMUNE, row.old_code, row.old_name, district)
        link, created = AdministrativeUnitSuccession.objects.get_or_create(
            predecessor=ward,
            successor=communes[row.new_code],
            date=TWO_TIERS_FROM,
            defaults={"share": row.share, "legal_basis": legal_basis},
        )
        report.save(link, created=created, values={"share": row.share})
    return report


def _save_unit(
    report: UnitImportReport,
    row: UnitRow,
    level: Level,
    *,
    parent: AdministrativeUnit | None,
    start: date,
    end: date | None,
) -> AdministrativeUnit:
    values = {
        "name": row.name,
        "kind": row.kind,
        "parent": parent,
        "legal_basis": row.legal_basis,
        "valid_to": end,
    }
    unit, created = AdministrativeUnit.objects.get_or_create(
        gso_code=row.code, level=level, valid_from=start, defaults=values
    )
    report.save(unit, created=created, values=values)
    return unit


def _check_unit(code: str, name: str) -> None:
    if not GSO_CODE.fullmatch(code):
        raise ValueError(_("“%(code)s” is not a GSO code.") % {"code": code})
    if not 0 < len(name) <= MAX_NAME:
        raise ValueError(_("a name must have 1 to %(most)d letters.") % {"most": MAX_NAME})


def _rows(
    path: Path, columns: tuple[str, ...], make: Callable[[dict[str, str]], Row], key: Callable[[Row], str]
) -> list[Row]:
    """Return the rows as ``make`` reads them; no ``key`` may occur twice."""
    found: dict[str, Row] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_columns(path, columns, reader)
            for raw in reader:
                place = {"file": path.name, "line": reader.line_num}
                if any(raw[column] is None for column in columns):
                    raise InvalidInput(_("%(file)s, line %(line)d is cut off.") % place)
                row = _read(place, {column: clean(raw[column]) for column in columns}, make)
                if key(row) in found:
                    raise InvalidInput(
                        _("%(file)s, line %(line)d: %(key)s occurs twice.") % {**place, "key": key(row)}
                    )
                found[key(row)] = row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(
            _("%(file)s cannot be read: %(reason)s") % {"file": path.name, "reason": error}
        ) from error
    return list(found.values())


def _check_columns(path: Path, columns: tuple[str, ...], reader: csv.DictReader[str]) -> None:
    missing = [column for column in columns if column not in (reader.fieldnames or [])]
    if missing:
        raise InvalidInput(
            _("%(file)s has no column %(columns)s.") % {"file": path.name, "columns": ", ".join(missing)}
        )


def _read(place: dict[str, Any], cells: dict[str, str], make: Callable[[dict[str, str]], Row]) -> Row:
    try:
        return make(cells)
    except ValueError as error:
        raise InvalidInput(_("%(file)s, line %(line)d: %(reason)s") % {**place, "reason": error}) from error
