"""Apply unit tables: one transaction, the second run changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.importing.records import SuccessionRow, UnitRow
from accounts.models import AdminUnit, UnitSuccession
from core.errors import InvalidInput

# NQ 202/2025/QH15 and NQ 1655/NQ-UBTVQH15: the two-tier map is in force from this day.
TWO_TIERS_FROM: Final = date(2025, 7, 1)
# QĐ 124/2004/QĐ-TTg gave every unit its GSO code; older days are of no use to a dossier.
CODES_SINCE: Final = date(2004, 7, 8)
Level = AdminUnit.Level


@dataclass(slots=True)
class Report:
    """How many rows were created, changed and left as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __str__(self) -> str:
        return f"created={self.created} updated={self.updated} unchanged={self.unchanged}"


@transaction.atomic
def import_units(*, province: UnitRow, communes: Sequence[UnitRow]) -> Report:
    """Write today's province with its communes (DOMAIN 4)."""
    report = Report()
    parent = _save(report, province, Level.PROVINCE, parent=None, since=TWO_TIERS_FROM, until=None)
    for commune in communes:
        _save(report, commune, Level.COMMUNE, parent=parent, since=TWO_TIERS_FROM, until=None)
    return report


@transaction.atomic
def import_succession(rows: Sequence[SuccessionRow], *, legal_basis: str = "1655/NQ-UBTVQH15") -> Report:
    """Write the old provinces, districts and wards, closed the day before, and where each ward went.

    ``InvalidInput`` names the first commune that is not known; nothing is written then.
    """
    report = Report()
    today = {
        unit.gso_code: unit
        for unit in AdminUnit.objects.filter(level=Level.COMMUNE, valid_from=TWO_TIERS_FROM)
    }
    known: dict[tuple[str, str], AdminUnit] = {}

    def old(level: Level, code: str, name: str, parent: AdminUnit | None) -> AdminUnit:
        if (level, code) not in known:
            closed = TWO_TIERS_FROM - timedelta(days=1)
            known[level, code] = _save(
                report, UnitRow(code, name), level, parent=parent, since=CODES_SINCE, until=closed
            )
        return known[level, code]

    for row in rows:
        if row.new_code not in today:
            raise InvalidInput(_("Commune %(code)s is not known.") % {"code": row.new_code})
        province = old(Level.PROVINCE, row.province_code, row.province, None)
        district = old(Level.DISTRICT, row.district_code, row.district, province)
        ward = old(Level.COMMUNE, row.old_code, row.old_name, district)
        link, created = UnitSuccession.objects.get_or_create(
            predecessor=ward,
            successor=today[row.new_code],
            date=TWO_TIERS_FROM,
            defaults={"share": row.share, "legal_basis": legal_basis},
        )
        _settle(report, link, created, {"share": row.share})
    return report


def _save(
    report: Report, row: UnitRow, level: Level, *, parent: AdminUnit | None, since: date, until: date | None
) -> AdminUnit:
    wanted = {
        "name": row.name,
        "kind": row.kind,
        "parent": parent,
        "legal_basis": row.legal_basis,
        "valid_to": until,
    }
    unit, created = AdminUnit.objects.get_or_create(
        gso_code=row.code, level=level, valid_from=since, defaults=wanted
    )
    _settle(report, unit, created, wanted)
    return unit


def _settle(report: Report, row: AdminUnit | UnitSuccession, created: bool, wanted: dict[str, Any]) -> None:
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if created:
        report.created += 1
    elif changed:
        for name in changed:
            setattr(row, name, wanted[name])
        row.save(update_fields=changed)
        report.updated += 1
    else:
        report.unchanged += 1
