"""Read what the pages of the public site show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page
from wagtail.query import PageQuerySet

from accounts.models import Agency
from accounts.selectors import successors_in_force
from core.text import sentence_case, sort_key
from core.wagtail.languages import in_language, path_of
from core.web.context_processors import NavLink
from home.models import AgencySitePage, Alert, MenuItem, NewsPage
from procedures.choices import Status
from procedures.codes import core_code
from procedures.models import ProcedurePage
from procedures.selectors import live_pages
from procedures.texts_in_force import show_texts_in_force

KIND_ORDER = [
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
    """The agency sites of one kind, or the ``closed`` ones."""

    label: str
    pages: list[AgencySitePage]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class ClosureNotice:
    """The last day of a closed agency and its successors today; the path of one without a site is empty."""

    last_day: date
    successors: list[NavLink]


@dataclass(frozen=True, slots=True)
class LinkedProcedure:
    """A procedure with its page."""

    code: str
    title: str
    url: str
    page: ProcedurePage


def agency_groups(*, locale: Locale) -> list[AgencyGroup]:
    """Return the live sites in ``locale`` by kind and name, without empty kinds, closed agencies last."""
    found = in_language(AgencySitePage.objects.all(), locale).select_related("agency")
    sites, today = sorted(found, key=lambda site: sort_key(site.title)), timezone.localdate()
    closed = [site for site in sites if is_closed(site.agency, today)]
    active = [site for site in sites if site not in closed]
    groups = [
        AgencyGroup(str(kind.label), [site for site in active if _listed_kind(site.agency) == kind])
        for kind in KIND_ORDER
    ]
    groups.append(AgencyGroup(_("No longer active"), closed, closed=True))
    return [group for group in groups if group.pages]


def _listed_kind(agency: Agency) -> str:
    """Return the kind under which the public finds ``agency``: the inspectorate is one of the departments."""
    return Agency.Kind.DEPARTMENT if agency.kind == Agency.Kind.INSPECTORATE else agency.kind


def is_closed(agency: Agency, day: date) -> bool:
    """Return True if the last day of ``agency`` is before ``day``."""
    return agency.valid_to is not None and agency.valid_to < day


def closure_notice_of(agency: Agency, *, locale: Locale) -> ClosureNotice | None:
    """Return the last day of ``agency`` and its successors with their sites in ``locale``; None while it is active."""
    if agency.valid_to is None or not is_closed(agency, timezone.localdate()):
        return None
    successors = successors_in_force(agency)
    sites = in_language(AgencySitePage.objects.filter(agency__in=successors), locale)
    paths = {site.agency_id: path_of(site) for site in sites}
    return ClosureNotice(
        agency.valid_to, [NavLink(successor.name, paths.get(successor.pk, "")) for successor in successors]
    )


def site_path_of(agency: Agency | None, *, locale: Locale) -> str:
    """Return the path of the live site of ``agency`` in ``locale``, or an empty string."""
    if agency is None:
        return ""
    site = in_language(AgencySitePage.objects.filter(agency=agency), locale).first()
    return path_of(site) if site else ""


def current_alerts(*, agency: Agency | None = None, now: datetime | None = None) -> list[Alert]:
    """Return the alerts in force, all or those of ``agency``, each with the linked page."""
    found = Alert.objects.current(now or timezone.now()).select_related("link_page")
    return list(found.filter(agency=agency) if agency else found)


def news_on(*, locale: Locale, agency: Agency | None = None) -> QuerySet[NewsPage]:
    """Return the live news in ``locale``, newest first, optionally of one agency; each with its agency.

    News without a translation into ``locale`` are listed in the default language.
    """
    found = in_language(NewsPage.objects.all(), locale).select_related("agency")
    ordered: QuerySet[NewsPage] = found.order_by("-date", "-pk").defer("body")
    return ordered.filter(agency=agency) if agency else ordered


def latest_news(*, locale: Locale, limit: int, agency: Agency | None = None) -> list[NewsPage]:
    """Return the newest ``limit`` news items."""
    return list(news_on(locale=locale, agency=agency)[:limit])


def news_agencies(*, locale: Locale) -> list[Agency]:
    """Return the agencies that have news in ``locale``, by name."""
    publishers = in_language(NewsPage.objects.filter(agency__isnull=False), locale).values("agency")
    return list(Agency.objects.filter(pk__in=publishers).order_by("order_key", "pk"))


def linked_procedures(codes: Iterable[str]) -> list[LinkedProcedure]:
    """Return the procedures of ``codes`` that have a live page, in the order of the codes, in two queries."""
    wanted = [core for code in codes if (core := _core_code(code))]
    found: dict[str, LinkedProcedure] = {}
    pages = live_pages().filter(procedure__core_code__in=wanted, alias_of=None)
    shown = list(pages.select_related("procedure", "locale").order_by("locale_id"))
    show_texts_in_force(shown)
    for page in shown:
        core = page.procedure.core_code
        if core not in found or page.locale.language_code == get_language():
            found[core] = LinkedProcedure(core, sentence_case(page.name), path_of(page), page)
    return [found[core] for core in dict.fromkeys(wanted) if core in found]


def _core_code(code: str) -> str | None:
    try:
        return core_code(code)
    except ValueError:
        return None


def agency_of_slug(slug: str) -> Agency | None:
    """Return the agency, also a closed one; None for an empty slug."""
    return Agency.objects.filter(slug=slug).first() if slug else None


def menu_items() -> list[MenuItem]:
    """Return the items of all menus with their pages; one query."""
    return list(MenuItem.objects.select_related("page"))


def listed_pages() -> PageQuerySet:
    """Return what sitemaps may list, in the order of the tree.

    Live, public pages, without aliases, which repeat another page, and without hidden procedures.
    """
    pages: PageQuerySet = Page.objects.live().public().filter(alias_of__isnull=True).order_by("path")
    hidden = ProcedurePage.objects.filter(procedure__status=Status.HIDDEN)
    return pages.exclude(pk__in=hidden.values("pk"))
