"""Factories of published pages and alerts."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.utils import timezone
from wagtail.models import Locale
from wagtail.signal_handlers import disable_reference_index_auto_update

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
    """Add ``page`` below ``parent`` and publish it."""
    page.locale = parent.locale
    type(parent).objects.get(pk=parent.pk).add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def front_page() -> HomePage:
    """Return the front page, with its index pages below it; they refer to no rows that a test would have to create."""
    with disable_reference_index_auto_update():
        return start_site()


def body(*paragraphs: str, codes: tuple[str, ...] = ()) -> str:
    """Return a stored StreamField body."""
    blocks: list[dict[str, Any]] = [{"type": "paragraph", "value": f"<p>{text}</p>"} for text in paragraphs]
    if codes:
        blocks.append({"type": "procedures", "value": {"title": "Thủ tục liên quan", "codes": list(codes)}})
    return json.dumps(blocks)


def news(number: int = 1, *, agency: Agency | None = None, **fields: Any) -> NewsPage:
    """Return a published news page; a higher number has a later date."""
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
    """Return a published information page."""
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


def english(page: Any, **fields: Any) -> Any:
    """Return a published translation of ``page``; pages above it without one get an alias, as in the admin."""
    locale, _created = Locale.objects.get_or_create(language_code="en")
    made = page.get_translation_or_none(locale) or page.copy_for_translation(locale, copy_parents=True)
    made.alias_of = None
    for name, value in fields.items():
        setattr(made, name, value)
    made.save_revision().publish()
    made.refresh_from_db()
    return made
