"""Invented staff of every agency, and one account a role with a password that only the demo knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import Agency, Membership, User
from accounts.services import create_user, grant
from core.text import slugify
from portal.demo.sources import full_name, people

# Staff have held their roles since the two-tier province began, so that old dossiers have hands to go through.
IN_OFFICE_SINCE = date(2025, 7, 1)


@transaction.atomic
def load_people(agencies: Mapping[str, Agency]) -> None:
    """Write the accounts with their roles; accounts that exist keep their passwords."""
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
    """Return the people who hold one of ``roles`` in ``agency``, by user name."""
    members = Membership.objects.filter(agency=agency, role__in=roles, valid_to=None)
    return list(User.objects.filter(memberships__in=members).order_by("username").distinct())
