"""Provinces, communes and countries as the choices of a form, in Vietnamese order of their distinguishing names."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache as cached_for_ever
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import AdministrativeUnit, Agency
from accounts.selectors import FormerUnit, current_communes, current_provinces, former_districts, former_units
from core.text import sort_key

#: In place of a province: the address is in another country.
ABROAD: Final = "abroad"
CACHE_SECONDS: Final = 300
# Longest first, as "Thành phố" must not be read as a name.
KINDS: Final = ("Thành phố", "Thị trấn", "Thị xã", "Đặc khu", "Phường", "Huyện", "Quận", "Tỉnh", "Xã")
COMMITTEE: Final = "Ủy ban nhân dân "
COUNTRIES: Final = Path(__file__).parent / "data" / "countries.csv"


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of a list: the value to send, the text to show, and the names under which people look for it.

    ``former``: its former names; ``districts``: the former districts and cities of which it has a part.
    """

    value: str
    label: str
    former: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()


def distinguishing_label(name: str) -> str:
    """Return a unit's name with its kind at the end, so that a list can be read and searched by the name.

    >>> distinguishing_label("Phường Tân Thành"), distinguishing_label("Phường 1")
    ('Tân Thành (phường)', 'Phường 1')
    """
    kind = next((kind for kind in KINDS if name.startswith(f"{kind} ")), "")
    rest = name[len(kind) :].strip()
    return f"{rest} ({kind.lower()})" if kind and not rest[:1].isdigit() else name


def lower_unit_name(name: str) -> str:
    """Return a unit's name as written inside a text: phường Tân Thành, but Phường 1 and Thành phố Hồ Chí Minh.

    Nghị định 30/2020/NĐ-CP, Phụ lục II: of all cities only this one keeps its capital letter.
    """
    unchanged = name == "Thành phố Hồ Chí Minh" or any(letter.isdigit() for letter in name)
    return name if unchanged else name[:1].lower() + name[1:]


def provinces() -> tuple[Place, ...]:
    """Return the provinces and cities in force today; cached for five minutes."""

    def read() -> tuple[Place, ...]:
        return _ordered(Place(str(unit.pk), distinguishing_label(unit.name)) for unit in current_provinces())

    return _cached(f"places.provinces.2.{timezone.localdate().isoformat()}", read)


def communes(province_id: str) -> tuple[Place, ...]:
    """Return the communes of a province in force today, with their former names; cached for five minutes."""
    if not _is_id(province_id):
        return ()

    def read() -> tuple[Place, ...]:
        units = list(current_communes().filter(parent_id=int(province_id)))
        former = former_units(unit.pk for unit in units) if units else {}
        districts = former_districts(unit.pk for unit in units) if units else {}
        return _ordered(
            Place(
                str(unit.pk), distinguishing_label(unit.name), _names(former.get(unit.pk, [])),
                _lower(districts.get(unit.pk, [])),
            )
            for unit in units
        )  # fmt: skip

    return _cached(f"places.communes.2.{timezone.localdate().isoformat()}.{province_id}", read)


def _cached(key: str, read: Callable[[], tuple[Place, ...]]) -> tuple[Place, ...]:
    """Return what ``read`` returned in the last five minutes; the cache holds lists of texts (ADR 167)."""
    kept: list[tuple[str, str, list[str], list[str]]] | None = cache.get(key)
    if kept is not None:
        return tuple(
            Place(value, label, tuple(former), tuple(within)) for value, label, former, within in kept
        )
    found = read()
    cache.set(
        key, [(place.value, place.label, place.former, place.districts) for place in found], CACHE_SECONDS
    )
    return found


@dataclass(frozen=True, slots=True)
class PlaceList:
    """The second list of an address: its label, the text of the empty choice, the places."""

    label: str
    empty: str
    places: tuple[Place, ...]


def places_below(province: str) -> PlaceList:
    """Return the communes of a province (its id), or the countries for ``ABROAD``."""
    if province == ABROAD:
        return PlaceList(_("Country"), _("Choose a country"), countries())
    return PlaceList(_("Commune or ward"), _("Choose a commune"), communes(province))


def is_commune(unit_id: str) -> bool:
    """Return True if there is a commune with this id today."""
    return _is_id(unit_id) and current_communes().filter(pk=unit_id).exists()


def countries() -> tuple[Place, ...]:
    """Return the countries except Việt Nam in the active language, by name."""
    return _countries((get_language() or "vi")[:2])


def country_name(code: str, language: str = "vi") -> str:
    """Return the name of a country by its ISO 3166-1 code; empty if there is none."""
    return next((place.label for place in _countries(language) if place.value == code), "")


@cached_for_ever
def _countries(language: str) -> tuple[Place, ...]:
    name, other = ("en", "vi") if language == "en" else ("vi", "en")
    with COUNTRIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    # People also look for a country under its name in the other language.
    return _ordered(
        Place(row["code"], row[name], (row[other],) if row[other] != row[name] else ()) for row in rows
    )


def home_province_id() -> str | None:
    """Return the id of the portal's own province, the unit of its provincial agency; cached for five minutes."""
    key = "places.home_province"
    found: str | None = cache.get(key)
    if found is None:
        agencies = Agency.objects.valid_on(timezone.localdate()).filter(code=settings.PORTAL_PROVINCE_CODE)
        found = str(agencies.values_list("unit_id", flat=True).first() or "")
        cache.set(key, found, CACHE_SECONDS)
    return found or None


def unit_names(ids: Iterable[str]) -> list[str]:
    """Return the names of units in the order of ``ids``; one query."""
    wanted = list(ids)
    names = {str(unit.pk): unit.name for unit in AdministrativeUnit.objects.filter(pk__in=wanted)}
    return [names[pk] for pk in wanted]


def agency_places(agencies: Iterable[Agency]) -> tuple[Place, ...]:
    """Return agencies by their distinguishing names: "Tân Thành (UBND phường)" instead of "Ủy ban nhân dân …".

    Each has the former names and districts of its unit; two queries.
    """
    chosen = list(agencies)
    units = [agency.unit_id for agency in chosen if agency.unit_id]
    former, districts = former_units(units), former_districts(units)
    return _ordered(
        Place(
            str(agency.pk), _agency_label(agency), _names(former.get(agency.unit_id or 0, [])),
            _lower(districts.get(agency.unit_id or 0, [])),
        )
        for agency in chosen
    )  # fmt: skip


def _agency_label(agency: Agency) -> str:
    unit = agency.name.removeprefix(COMMITTEE)
    if unit == agency.name:
        return agency.name
    label = distinguishing_label(unit[:1].upper() + unit[1:])
    return label.replace("(", "(UBND ") if label.endswith(")") else agency.name


def _names(former: Iterable[FormerUnit]) -> tuple[str, ...]:
    return _lower(unit.name for unit in former)


def _lower(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(lower_unit_name, names))


def _ordered(places: Iterable[Place]) -> tuple[Place, ...]:
    return tuple(sorted(places, key=lambda place: sort_key(place.label)))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19  # noqa: PLR2004 - 64 bits
