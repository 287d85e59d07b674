"""Communes of today and the agencies of the province."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from accounts.importing import UnitRow, import_units
from accounts.models import AdminUnit, Agency
from portal.demo.sources import read

PROVINCE = UnitRow("96", "Tỉnh Cà Mau", "tinh", "202/2025/QH15")
RESOLUTION = "1655/NQ-UBTVQH15"


@transaction.atomic
def load_agencies() -> dict[str, Agency]:
    """Write the 64 communes and every agency; return the agencies by slug."""
    rows = read("agencies")
    communes = [row for row in rows if "gso_code" in row]
    import_units(province=PROVINCE, communes=[_unit(row) for row in communes])
    units = {unit.gso_code: unit for unit in AdminUnit.objects.filter(valid_to=None)}
    agencies: dict[str, Agency] = {}
    for row in rows:  # a parent stands before its children
        agencies[row["slug"]] = _agency(row, agencies.get(row["parent"] or ""), units.get(_code(row)))
    return agencies


def _unit(row: dict[str, Any]) -> UnitRow:
    return UnitRow(row["gso_code"], row["unit_name"], row["unit_name"].split()[0], RESOLUTION)


def _code(row: dict[str, Any]) -> str:
    return PROVINCE.code if row["kind"] == Agency.Kind.PROVINCE else row.get("gso_code", "")


def _agency(row: dict[str, Any], parent: Agency | None, unit: AdminUnit | None) -> Agency:
    facts = {
        "name": row["name"],
        "short_name": row["short_name"],
        "kind": row["kind"],
        "code": row["code_new"],
        "code_old": row["code_old"],
        "parent": parent,
        "unit": unit,
        "valid_from": date.fromisoformat(row["valid_from"]),
        "address": row.get("address", ""),
        "phone": row.get("phone", ""),
        "email": row.get("email", ""),
        "working_hours": row.get("working_hours", ""),
    }
    # Saving an agency again would tell the search of it again; what staff changed stays.
    agency, _created = Agency.objects.get_or_create(slug=row["slug"], defaults=facts)
    return agency
