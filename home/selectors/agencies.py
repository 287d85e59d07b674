"""Sites of agencies."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Agency
from core.text import sort_key
from home.models import AgencyIndexPage, AgencySitePage

ORDER = [
    Agency.Kind.PROVINCE,
    Agency.Kind.CENTRE,
    Agency.Kind.DEPARTMENT,
    Agency.Kind.COMMUNE,
    Agency.Kind.MINISTRY,
    Agency.Kind.OTHER,
    Agency.Kind.DISTRICT,
]


@dataclass(frozen=True, slots=True)
class AgencyGroup:
    """The sites of agencies of one kind."""

    label: str
    pages: list[AgencySitePage]


def agency_groups(index: AgencyIndexPage) -> list[AgencyGroup]:
    """Return the live sites below ``index``, by kind and name, without empty kinds."""
    found = AgencySitePage.objects.child_of(index).live().public().select_related("agency")
    sites = sorted(found, key=lambda site: sort_key(site.title))
    groups = [(kind, [site for site in sites if site.agency.kind == kind]) for kind in ORDER]
    return [AgencyGroup(str(kind.label), pages) for kind, pages in groups if pages]


def site_path_of(agency: Agency | None) -> str:
    """Return the path of the live site of ``agency``, or nothing."""
    if agency is None:
        return ""
    site = AgencySitePage.objects.live().public().filter(agency=agency).first()
    return str(site.url or "") if site else ""
