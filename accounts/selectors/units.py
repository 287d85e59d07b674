"""Today's two-tier list of provinces and communes."""

from __future__ import annotations

from datetime import date

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import AdminUnit

CHOICES_SECONDS = 300


def current_communes(on: date | None = None) -> QuerySet[AdminUnit]:
    """Return the communes and wards (xã, phường) in force on ``on`` (today), with their province, by name."""
    communes = AdminUnit.objects.filter(level=AdminUnit.Level.COMMUNE).valid_on(on or timezone.localdate())
    return communes.select_related("parent").order_by("name")


def current_provinces(on: date | None = None) -> QuerySet[AdminUnit]:
    """Return the provinces in force on ``on`` (today), by name."""
    provinces = AdminUnit.objects.filter(level=AdminUnit.Level.PROVINCE)
    return provinces.valid_on(on or timezone.localdate()).order_by("name")


def communes_for_choice() -> list[tuple[str, str]]:
    """Return ``(id, name)`` of today's communes for a select field; kept in the cache for five minutes."""
    key = f"accounts.communes.{timezone.localdate().isoformat()}"
    choices: list[tuple[str, str]] | None = cache.get(key)
    if choices is None:
        choices = [(str(pk), name) for pk, name in current_communes().values_list("pk", "name")]
        cache.set(key, choices, CHOICES_SECONDS)
    return choices
