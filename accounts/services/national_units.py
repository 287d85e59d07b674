"""The administrative units of the whole country, which come with the portal (accounts/data/README.md)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from accounts.models import AdministrativeUnit
from accounts.services.unit_import import (
    TWO_TIERS_FROM,
    Level,
    UnitImportReport,
    import_succession,
    read_succession,
)
from core.text import fold

DATA: Final = Path(__file__).parent.parent / "data"
KINDS: Final = {
    "tinh": "tinh",
    "thanh pho": "thanh_pho",
    "phuong": "phuong",
    "xa": "xa",
    "dac khu": "dac_khu",
}
Key = tuple[str, str]


@transaction.atomic
def load_national_units() -> tuple[UnitImportReport, UnitImportReport]:
    """Save the units that are missing, and the successors of the old ones; return a report on each.

    Existing units are left unchanged, so that corrections by staff are kept.
    """
    rows = _rows()
    report = UnitImportReport()
    saved = {
        (unit.level, unit.gso_code): unit
        for unit in AdministrativeUnit.objects.filter(valid_from=TWO_TIERS_FROM)
    }
    for level in (Level.PROVINCE, Level.COMMUNE):
        mine = [row for row in rows if (level == Level.PROVINCE) == (not row["province_code"])]
        missing = [_unit(row, level, saved) for row in mine if (level, row["code"]) not in saved]
        for unit in AdministrativeUnit.objects.bulk_create(missing, batch_size=500):
            saved[level, unit.gso_code] = unit
        report.created += len(missing)
        report.unchanged += len(mine) - len(missing)
    successions = UnitImportReport()
    for path in sorted(DATA.glob("succession_*.csv")):
        done = import_succession(read_succession(path))
        successions.created += done.created
        successions.updated += done.updated
        successions.unchanged += done.unchanged
    return report, successions


def shipped_province_codes() -> dict[str, str]:
    """Return the codes of the shipped provinces by name."""
    return {row["name"]: row["code"] for row in _rows() if not row["province_code"]}


def _rows() -> list[dict[str, str]]:
    with (DATA / "units.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _unit(row: dict[str, str], level: str, saved: dict[Key, AdministrativeUnit]) -> AdministrativeUnit:
    facts: dict[str, Any] = (
        {"parent": saved[Level.PROVINCE, row["province_code"]]} if row["province_code"] else {}
    )
    kind = next((kind for start, kind in KINDS.items() if fold(row["name"]).startswith(start)), "")
    return AdministrativeUnit(
        gso_code=row["code"], name=row["name"], kind=kind, level=level, valid_from=TWO_TIERS_FROM,
        legal_basis=row["legal_basis"], **facts,
    )  # fmt: skip
