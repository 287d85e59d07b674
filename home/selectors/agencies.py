"""Sites of agencies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Locale

from accounts.models import Agency
from accounts.selectors import answering_agencies
from core.hooks import NavLink
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
    """The sites of agencies of one kind, or of those that are ``over``."""

    label: str
    pages: list[AgencySitePage]
    over: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """An agency is over: its last day, and who answers for it today. The path of a successor without site is empty."""

    last_day: date
    successors: list[NavLink]


def agency_groups(index: AgencyIndexPage) -> list[AgencyGroup]:
    """Return the live sites below ``index``, by kind and name, without empty kinds; those that are over at the end."""
    found = AgencySitePage.objects.child_of(index).live().public().select_related("agency")
    sites, today = sorted(found, key=lambda site: sort_key(site.title)), timezone.localdate()
    over = [site for site in sites if is_over(site.agency, today)]
    running = [site for site in sites if site not in over]
    groups = [
        AgencyGroup(str(kind.label), [site for site in running if site.agency.kind == kind]) for kind in ORDER
    ]
    groups.append(AgencyGroup(_("No longer active"), over, over=True))
    return [group for group in groups if group.pages]


def is_over(agency: Agency, day: date) -> bool:
    """Say whether the last day of ``agency`` lies before ``day``."""
    return agency.valid_to is not None and agency.valid_to < day


def ending_of(agency: Agency, *, locale: Locale) -> Ending | None:
    """Return the end of ``agency`` and who continues it, with their sites in ``locale``; None while it works."""
    if agency.valid_to is None or not is_over(agency, timezone.localdate()):
        return None
    answering = answering_agencies(agency)
    sites = AgencySitePage.objects.live().public().filter(agency__in=answering, locale=locale)
    paths = {site.agency_id: str(site.url or "") for site in sites}
    return Ending(agency.valid_to, [NavLink(one.name, paths.get(one.pk, "")) for one in answering])


def site_path_of(agency: Agency | None) -> str:
    """Return the path of the live site of ``agency``, or nothing."""
    if agency is None:
        return ""
    site = AgencySitePage.objects.live().public().filter(agency=agency).first()
    return str(site.url or "") if site else ""
