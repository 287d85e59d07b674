"""Atom feeds of the news and of changed procedures, in the language of their address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from wagtail.models import Locale

from core.display import date_text
from core.text import sentence_case
from core.wagtail.languages import path_of
from core.web import page_cache
from core.worktime import start_of_day
from home.models import NewsPage
from home.selectors import latest_news
from procedures.models import ProcedureVersion
from procedures.selectors import PageOfVersion, latest_versions

MAX_ENTRIES: Final = 30


class _AtomFeed(Feed[Any, Any]):
    """An Atom feed that the page cache may keep; every publication regenerates it."""

    feed_type = Atom1Feed
    view_name: str

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        return page_cache.allow(response, parameters=())

    def link(self) -> str:
        """Return the address of the page with the same entries."""
        raise NotImplementedError

    def feed_url(self) -> str:
        return reverse(self.view_name)


class NewsFeed(_AtomFeed):
    """The newest news of the province and its agencies."""

    view_name = "feeds:news"

    def title(self) -> str:
        return _("News")

    def subtitle(self) -> str:
        return _("News of the province and its agencies")

    def link(self) -> str:
        return reverse("wagtail_serve", args=["tin-tuc/"])

    def items(self) -> list[NewsPage]:
        return latest_news(locale=Locale.get_active(), limit=MAX_ENTRIES)

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        return str(item.summary)

    def item_link(self, item: Any) -> str:
        return path_of(item)

    def item_author_name(self, item: Any) -> str | None:
        return item.agency.name if item.agency else None

    def item_pubdate(self, item: Any) -> datetime:
        return start_of_day(item.date)

    def item_updateddate(self, item: Any) -> datetime:
        return item.last_published_at or start_of_day(item.date)


class ProcedureFeed(_AtomFeed):
    """New and amended procedures: one entry for each legal version."""

    view_name = "feeds:procedures"

    def title(self) -> str:
        return _("New and amended procedures")

    def subtitle(self) -> str:
        return _("Administrative procedures that were published or amended")

    def link(self) -> str:
        return reverse("wagtail_serve", args=["thu-tuc/"])

    def items(self) -> Sequence[PageOfVersion]:
        return latest_versions(limit=MAX_ENTRIES)

    def item_title(self, item: Any) -> str:
        return sentence_case(item.page.name)

    def item_description(self, item: Any) -> str:
        return _what_happened(item.version)

    def item_link(self, item: Any) -> str:
        return path_of(item.page)

    def item_guid(self, item: Any) -> str:
        return f"{settings.WAGTAILADMIN_BASE_URL.rstrip('/')}{path_of(item.page)}#phien-ban-{item.version.number}"

    def item_pubdate(self, item: Any) -> datetime:
        return item.version.created_at

    def item_updateddate(self, item: Any) -> datetime:
        return item.version.created_at


def _what_happened(version: ProcedureVersion) -> str:
    values = {"day": date_text(version.valid_from)}
    text = (
        _("Amended, in force from %(day)s.") if version.number > 1 else _("Published, in force from %(day)s.")
    )
    decision = _("Decision %(number)s.") % {"number": version.decision.number} if version.decision else ""
    return f"{text % values} {decision}".strip()
