"""robots.txt, and sitemaps of at most 1,000 addresses each behind an index (docs/facts.md#wagtail)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib.sitemaps import Sitemap
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from wagtail.models import Page
from wagtail.query import PageQuerySet

from core.web import page_cache
from home.models import AgencySitePage, InformationPage, NewsPage
from home.selectors import listed_pages
from procedures.models import ProcedurePage, ProcedureSectionPage

FIELDS: Final = ("path", "depth", "url_path", "locale_id", "last_published_at", "content_type_id")


class PageSitemap(Sitemap[Any]):
    """Live, public pages of some types, without aliases, which repeat another page."""

    limit = 1000

    def __init__(self, *models: type[Page]) -> None:
        self.models = models

    def items(self) -> PageQuerySet:
        """Return the pages with the fields needed for their addresses only."""
        pages = listed_pages()
        if self.models:
            pages = pages.type(*self.models)
        else:
            pages = pages.filter(depth__gt=1).not_type(*(model for part in TYPES.values() for model in part))
        return pages.only(*FIELDS)

    def location(self, page: Page) -> str:
        """Return the path; Wagtail caches the root paths of the sites."""
        return str(page.url or "/")

    def lastmod(self, page: Page) -> datetime | None:
        """Return when the page was last published."""
        moment: datetime | None = page.last_published_at
        return moment


TYPES: Final[dict[str, tuple[type[Page], ...]]] = {
    "procedures": (ProcedurePage, ProcedureSectionPage),
    "news": (NewsPage,),
    "agencies": (AgencySitePage,),
    "texts": (InformationPage,),
}

SECTIONS: Final[dict[str, PageSitemap]] = {
    **{name: PageSitemap(*models) for name, models in TYPES.items()},
    "front": PageSitemap(),
}


def robots(request: HttpRequest) -> HttpResponse:
    """Exclude pages that are not meant for search engines, and link to the sitemap."""
    context = {"sitemap": request.build_absolute_uri(reverse("home:sitemaps"))}
    response = render(request, "home/robots.txt", context, content_type="text/plain; charset=utf-8")
    return page_cache.allow(response, parameters=())
