"""What the templates of the portal's own pages ask for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.core.paginator import Page, Paginator

from accounts.models import Agency
from core import hooks
from core.text import slugify
from home import selectors
from home.models import AgencyIndexPage, AgencySitePage, Alert, NewsIndexPage, NewsPage
from procedures.selectors import procedures_for_agency

register = template.Library()

NEWS_A_PAGE = 10
PROCEDURES_SHOWN = 20


@register.simple_tag
def front_page_news(page: Any, limit: int = 4) -> list[NewsPage]:
    """The newest news in the language of ``page``."""
    return selectors.latest_news(locale=page.locale, limit=limit)


@register.simple_tag
def alerts(agency: Agency | None = None) -> list[Alert]:
    """The alerts in force, of one agency when given."""
    return selectors.current_alerts(agency=agency)


@register.simple_tag
def home_figures() -> list[hooks.Figure]:
    """The figures that the desk answers with."""
    return [figure for answer in hooks.call("home_figures") for figure in answer]


@register.simple_tag
def demo_accounts() -> list[Any]:
    """The accounts of a demo; nobody answers anywhere else."""
    return [account for answer in hooks.call("demo_accounts") for account in answer]


@register.simple_tag
def agency_groups(page: AgencyIndexPage) -> list[selectors.AgencyGroup]:
    """The sites of all agencies by kind."""
    return selectors.agency_groups(page)


@register.simple_tag
def agency_ending(page: AgencySitePage) -> selectors.Ending | None:
    """When the agency of ``page`` ended and who answers for it, or nothing while it works."""
    return selectors.ending_of(page.agency, locale=page.locale)


@register.simple_tag
def agency_news(page: AgencySitePage, limit: int = 5) -> list[NewsPage]:
    """The newest news of the agency of ``page``."""
    return selectors.latest_news(locale=page.locale, limit=limit, agency=page.agency)


@register.simple_tag
def agency_procedures(page: AgencySitePage) -> dict[str, Any]:
    """The first procedures that the agency receives, and how many there are."""
    found = procedures_for_agency(page.agency)
    codes = list(found.values_list("core_code", flat=True))
    return {"total": len(codes), "links": selectors.linked_procedures(codes[:PROCEDURES_SHOWN])}


@register.simple_tag
def linked_procedures(codes: Iterable[str]) -> list[selectors.LinkedProcedure]:
    """The procedures of ``codes`` with their pages."""
    return selectors.linked_procedures(codes)


@register.simple_tag
def agency_site(agency: Agency | None) -> str:
    """The path of the site of ``agency``."""
    return selectors.site_path_of(agency)


@register.simple_tag(takes_context=True)
def news_page(context: template.Context, page: NewsIndexPage) -> Page[NewsPage]:
    """The page of news that the address asks for; a number out of range shows the nearest."""
    query = context["request"].GET
    agency = (
        Agency.objects.filter(slug=slugify(query.get("co-quan", ""))).first()
        if query.get("co-quan")
        else None
    )
    context["chosen_agency"] = agency
    found = selectors.news_on(locale=page.locale, agency=agency)
    return Paginator(found, NEWS_A_PAGE).get_page(query.get("page"))


@register.simple_tag
def news_agencies(page: NewsIndexPage) -> list[Agency]:
    """The agencies to choose from."""
    return selectors.news_agencies(locale=page.locale)
