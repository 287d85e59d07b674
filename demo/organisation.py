"""Communes, agencies, and the invented staff of each agency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import AdministrativeUnit, Agency, Membership, User
from accounts.services import create_user, grant
from accounts.services.national_units import load_national_units
from core.text import slugify
from demo.sources import full_name, people, read_file

PROVINCE_CODE = "96"


@transaction.atomic
def load_agencies() -> dict[str, Agency]:
    """Save the units of the country and all agencies; return the agencies by slug."""
    rows = read_file("agencies")
    load_national_units()
    units = {unit.gso_code: unit for unit in AdministrativeUnit.objects.filter(valid_to=None)}
    agencies: dict[str, Agency] = {}
    for row in rows:  # parents come before their children
        agencies[row["slug"]] = _agency(row, agencies.get(row["parent"] or ""), units.get(_code(row)))
    return agencies


def _code(row: dict[str, Any]) -> str:
    return PROVINCE_CODE if row["kind"] == Agency.Kind.PROVINCE else row.get("gso_code", "")


def _agency(row: dict[str, Any], parent: Agency | None, unit: AdministrativeUnit | None) -> Agency:
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
    # An existing agency is not saved again: that would overwrite changes and queue index updates.
    agency, _created = Agency.objects.get_or_create(slug=row["slug"], defaults=facts)
    return agency


# Staff hold their roles from the first day of the two-tier province, so that there are officers for old dossiers.
IN_OFFICE_SINCE = date(2025, 7, 1)


@transaction.atomic
def load_people(agencies: Mapping[str, Agency]) -> None:
    """Create the accounts with their roles; existing accounts keep their passwords."""
    data = people()
    for account in data["accounts"]:
        _account(account["username"], account, agencies, data["password"])
    for number, officer in enumerate(data["officers"], start=1):
        _account(f"{slugify(officer['agency'])}-{number}", officer, agencies, None)


def _account(
    username: str, person: Mapping[str, Any], agencies: Mapping[str, Agency], password: str | None
) -> None:
    user = User.objects.filter(username=username).first() or create_user(
        username=username,
        full_name=full_name(dict(person)),
        email=f"{username}@demo.camau.example",
        password=password,
    )
    for slug in filter(None, [person["agency"], *person.get("also", [])]):
        grant(user=user, agency=agencies[slug], role=person["role"], valid_from=IN_OFFICE_SINCE)


def staff(agency: Agency, roles: Iterable[str]) -> list[User]:
    """Return the users who hold one of ``roles`` in ``agency``, by user name."""
    members = Membership.objects.filter(agency=agency, role__in=roles, valid_to=None)
    return list(User.objects.filter(memberships__in=members).order_by("username").distinct())
