"""Pages of the portal as people publish them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.utils import timezone

from accounts.models import Agency
from home.models import (
    AgencyIndexPage,
    AgencySitePage,
    Alert,
    HomePage,
    InformationPage,
    NewsIndexPage,
    NewsPage,
)
from home.services import start_site
from tests.accounts.factories import AgencyFactory


def published(parent: Any, page: Any) -> Any:
    """Put ``page`` under ``parent`` and publish it as an editor does."""
    page.locale = parent.locale
    type(parent).objects.get(pk=parent.pk).add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def front_page() -> HomePage:
    """The front page with the lists below it."""
    return start_site()


def body(*paragraphs: str, codes: tuple[str, ...] = ()) -> str:
    """The stored form of a text."""
    blocks: list[dict[str, Any]] = [{"type": "paragraph", "value": f"<p>{text}</p>"} for text in paragraphs]
    if codes:
        blocks.append({"type": "procedures", "value": {"title": "Thủ tục liên quan", "codes": list(codes)}})
    return json.dumps(blocks)


def news(number: int = 1, *, agency: Agency | None = None, **fields: Any) -> NewsPage:
    """One published piece of news; a higher number is newer."""
    front_page()
    given = {"title": f"Tin số {number}", "date": dt.date(2026, 1, 1) + dt.timedelta(days=number)} | fields
    page: NewsPage = published(NewsIndexPage.objects.get(), NewsPage(agency=agency, **given))
    return page


def agency_site(agency: Agency | None = None, **fields: Any) -> AgencySitePage:
    """The published site of an agency."""
    front_page()
    agency = agency or AgencyFactory()
    given = {"title": agency.name, "slug": agency.slug} | fields
    site: AgencySitePage = published(AgencyIndexPage.objects.get(), AgencySitePage(agency=agency, **given))
    return site


def information(title: str = "Liên hệ", **fields: Any) -> InformationPage:
    """A published text of the portal."""
    page: InformationPage = published(front_page(), InformationPage(title=title, **fields))
    return page


def alert(**fields: Any) -> Alert:
    """An alert in force from an hour ago for a day."""
    now = timezone.now()
    given: dict[str, Any] = {
        "title": "Phường Tân Thành nghỉ chiều 26/11",
        "starts_at": now - dt.timedelta(hours=1),
        "ends_at": now + dt.timedelta(days=1),
    }
    row: Alert = Alert.objects.create(**given | fields)
    return row
