"""Sitemaps: one file a section and a thousand addresses, behind an index (FACTS: one file for all takes seconds)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib.sitemaps import Sitemap
from wagtail.models import Page
from wagtail.query import PageQuerySet

from home.models import AgencySitePage, InformationPage, NewsPage
from procedures.choices import Status
from procedures.models import ProcedurePage, ProcedureSectionPage

FIELDS: Final = ("path", "depth", "url_path", "locale_id", "last_published_at", "content_type_id")


class PageSitemap(Sitemap[Any]):
    """Live, public pages of some types; an alias is another page's text and stays out."""

    limit = 1000

    def __init__(self, *models: type[Page]) -> None:
        self.models = models

    def items(self) -> PageQuerySet:
        """Return the pages with no more than their addresses."""
        pages: PageQuerySet = Page.objects.live().public().filter(alias_of__isnull=True).order_by("path")
        if self.models:
            pages = pages.type(*self.models)
        else:
            pages = pages.filter(depth__gt=1).not_type(*(model for part in TYPES.values() for model in part))
        hidden = ProcedurePage.objects.filter(procedure__status=Status.HIDDEN)
        return pages.exclude(pk__in=hidden.values("pk")).only(*FIELDS)

    def location(self, page: Page) -> str:
        """Return the path; the paths of the sites are remembered by Wagtail."""
        return str(page.url or "/")

    def lastmod(self, page: Page) -> datetime | None:
        """Return when it was last published."""
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
