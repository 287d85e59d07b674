"""Template tags of the public site."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.core.paginator import Page, Paginator

from accounts.models import Agency
from core.text import slugify
from core.wagtail.languages import active_locale
from home import selectors
from home.models import AgencySitePage, Alert, NewsPage
from one_stop.selectors.figures import Figure, figures_of_last_month
from procedures.selectors import procedures_for_agency

register = template.Library()

NEWS_PER_PAGE = 10
PROCEDURES_SHOWN = 20


@register.simple_tag
def front_page_news(limit: int = 4) -> list[NewsPage]:
    """Return the newest news."""
    return selectors.latest_news(locale=active_locale(), limit=limit)


@register.simple_tag
def alerts(agency: Agency | None = None) -> list[Alert]:
    """Return the alerts in force, all or those of ``agency``."""
    return selectors.current_alerts(agency=agency)


@register.simple_tag
def home_figures() -> list[Figure]:
    """Return the figures of the last month with settled dossiers."""
    return figures_of_last_month()


@register.simple_tag
def agency_groups() -> list[selectors.AgencyGroup]:
    """Return the sites of all agencies by kind."""
    return selectors.agency_groups(locale=active_locale())


@register.simple_tag
def agency_closure(page: AgencySitePage) -> selectors.ClosureNotice | None:
    """Return the last day and the successors of the agency of ``page``, or None while it is active."""
    return selectors.closure_notice_of(page.agency, locale=active_locale())


@register.simple_tag
def agency_news(page: AgencySitePage, limit: int = 5) -> list[NewsPage]:
    """Return the newest news of the agency of ``page``."""
    return selectors.latest_news(locale=active_locale(), limit=limit, agency=page.agency)


@register.simple_tag
def agency_procedures(page: AgencySitePage) -> dict[str, Any]:
    """Return the first procedures handled by the agency (``links``) and their number (``total``)."""
    found = procedures_for_agency(page.agency)
    codes = list(found.values_list("core_code", flat=True))
    return {"total": len(codes), "links": selectors.linked_procedures(codes[:PROCEDURES_SHOWN])}


@register.simple_tag
def linked_procedures(codes: Iterable[str]) -> list[selectors.LinkedProcedure]:
    """Return the procedures of ``codes`` that have a live page."""
    return selectors.linked_procedures(codes)


@register.simple_tag
def agency_site(agency: Agency | None) -> str:
    """Return the path of the site of ``agency``, or an empty string."""
    return selectors.site_path_of(agency, locale=active_locale())


@register.simple_tag(takes_context=True)
def news_page(context: template.Context) -> Page[NewsPage]:
    """Return the page of news in the query string; a number out of range gives the nearest page."""
    query = context["request"].GET
    agency = selectors.agency_of_slug(slugify(query.get("co-quan", "")))
    context["chosen_agency"] = agency
    found = selectors.news_on(locale=active_locale(), agency=agency)
    return Paginator(found, NEWS_PER_PAGE).get_page(query.get("page"))


@register.simple_tag
def news_agencies() -> list[Agency]:
    """Return the agencies that have news, to choose from."""
    return selectors.news_agencies(locale=active_locale())
