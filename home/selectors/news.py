"""News, newest first."""

from __future__ import annotations

from django.db.models import QuerySet
from wagtail.models import Locale

from accounts.models import Agency
from home.models import NewsPage


def news_on(*, locale: Locale, agency: Agency | None = None) -> QuerySet[NewsPage]:
    """Return the live news in ``locale``, of one agency when asked, each with its agency."""
    found = NewsPage.objects.live().public().filter(locale=locale).select_related("agency")
    ordered: QuerySet[NewsPage] = found.order_by("-date", "-pk").defer("body")
    return ordered.filter(agency=agency) if agency else ordered


def latest_news(*, locale: Locale, limit: int, agency: Agency | None = None) -> list[NewsPage]:
    """Return the newest ``limit`` pieces."""
    return list(news_on(locale=locale, agency=agency)[:limit])


def news_agencies(*, locale: Locale) -> list[Agency]:
    """Return the agencies that have news in ``locale``, by name."""
    speaking = NewsPage.objects.live().public().filter(locale=locale, agency__isnull=False).values("agency")
    return list(Agency.objects.filter(pk__in=speaking).order_by("name"))
