"""Provinces and communes as the address field needs them, read once in five minutes."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Agency
from accounts.selectors import current_communes, current_provinces

SECONDS = 300
Choices = list[tuple[str, Any]]


def choices() -> tuple[Choices, Choices]:
    """Return provinces, and communes grouped by province, as form choices."""
    key = f"builder.units.{timezone.localdate().isoformat()}"
    found: tuple[Choices, Choices] | None = cache.get(key)
    if found is None:
        provinces: Choices = [(str(unit.pk), unit.name) for unit in current_provinces()]
        by_province: dict[str, Choices] = defaultdict(list)
        names = dict(provinces)
        for unit in current_communes():
            by_province[str(unit.parent_id)].append((str(unit.pk), unit.name))
        found = provinces, [(names.get(pk, ""), group) for pk, group in by_province.items()]
        cache.set(key, found, SECONDS)
    return found


def communes_of(province_id: str) -> set[str]:
    """Return the ids of the communes listed for a province; empty where the list does not reach."""
    provinces, groups = choices()
    name = dict(provinces).get(province_id, "")
    return {pk for group, communes in groups if group == name for pk, _name in communes}


def home_province_id() -> str | None:
    """Return the province of this portal: the unit of its provincial agency."""
    key = "builder.home_province"
    found: str | None = cache.get(key)
    if found is None:
        agency = (
            Agency.objects.valid_on(timezone.localdate()).filter(code=settings.PORTAL_PROVINCE_CODE).first()
        )
        found = str(agency.unit_id) if agency and agency.unit_id else ""
        cache.set(key, found, SECONDS)
    return found or None
