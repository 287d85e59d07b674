"""Front page, agency sites, information pages with their footer, news and alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from wagtail.models import Page
from wagtail.rich_text import RichText

from accounts.models import Agency
from core.models import BasePage
from demo.sources import read_file
from home.models import (
    AgencyIndexPage,
    AgencySitePage,
    Alert,
    HomePage,
    InformationPage,
    MenuItem,
    NewsIndexPage,
    NewsPage,
)
from home.services import start_site

Block = tuple[str, Any]


def ensure_page(parent: Page, kind: type[BasePage], slug: str, **fields: Any) -> Page:
    """Return the page ``slug`` below ``parent``; create and publish it unless it exists."""
    existing: Page | None = parent.get_children().filter(slug=slug).first()
    if existing is not None:
        return existing
    page = kind(slug=slug, locale=parent.locale, **fields)
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def paragraph(text: str) -> Block:
    """Return a block with one paragraph."""
    return "paragraph", RichText(format_html("<p>{}</p>", text))


def section(heading: str, paragraphs: Iterable[str]) -> list[Block]:
    """Return a heading and the paragraphs below it."""
    return [("heading", heading), *map(paragraph, paragraphs)]


def items(texts: Iterable[str], tag: str) -> str:
    """Return a list as HTML; ``tag`` is ``ol`` or ``ul``."""
    inner = format_html_join("", "<li>{}</li>", ((text,) for text in texts))
    return format_html("<{}>{}</{}>", tag, inner, tag)


def load_front() -> HomePage:
    """Return the front page with its life events."""
    home = start_site()
    if not home.life_events:
        wanted = ("title", "description", "query")
        events: Any = [
            ("event", {name: event[name] for name in wanted}) for event in read_file("life_events")
        ]
        home.life_events = events
        home.save_revision().publish()
        home.refresh_from_db()
    return home


def load_sites(home: HomePage, agencies: Mapping[str, Agency]) -> None:
    """Create a site for every agency with full data."""
    index = AgencyIndexPage.objects.child_of(home).get()
    for row in read_file("agencies"):
        if row["full_site"]:
            ensure_page(
                index,
                AgencySitePage,
                row["slug"],
                title=row["name"],
                agency=agencies[row["slug"]],
                summary=row["intro"],
                duties=items(row["duties"], "ul"),
                head_title=row["leader_title"],
                directions=row["map_text"],
            )


def load_information(home: HomePage) -> None:
    """Create the information pages and a footer entry for each."""
    for place, row in enumerate(read_file("pages"), start=1):
        page = ensure_page(
            home, InformationPage, row["slug"], title=row["title"], summary=row["summary"], body=body_of(row)
        )
        MenuItem.objects.get_or_create(
            place=MenuItem.Place.FOOTER,
            page=page.page_ptr if isinstance(page, InformationPage) else page,
            defaults={"label": row["title"], "label_en": row["title_en"], "position": 10 * place},
        )


def body_of(row: Mapping[str, Any]) -> list[Block]:
    """Return the blocks of an information page: steps, questions with answers, sections."""
    body: list[Block] = []
    if "steps" in row:
        body.append(("paragraph", RichText(items(row["steps"], "ol"))))
    for question in row.get("faq", []):
        body += section(question["q"], [question["a"]])
    for part in row.get("sections", []):
        body += section(part["heading"], part["paragraphs"])
    return body


def load_news(home: HomePage, agencies: Mapping[str, Agency]) -> None:
    """Create the news."""
    index = NewsIndexPage.objects.child_of(home).get()
    for row in read_file("news"):
        ensure_page(
            index,
            NewsPage,
            row["slug"],
            title=row["title"],
            summary=row["lead"],
            date=date.fromisoformat(row["date"]),
            agency=agencies[row["agency"]],
            body=news_body(row["body"], row["procedures"], "Thủ tục liên quan"),
        )


def news_body(paragraphs: Iterable[str], codes: list[str], heading: str) -> list[Block]:
    """Return the blocks of a news item, with links to the procedures that it names."""
    body: list[Block] = [paragraph(text) for text in paragraphs]
    if codes:
        body.append(("procedures", {"title": heading, "codes": codes}))
    return body


def load_alerts(home: HomePage, agencies: Mapping[str, Agency]) -> None:
    """Create the alerts, each with an end."""
    for row in read_file("alerts"):
        Alert.objects.get_or_create(
            title=row["title"],
            defaults={
                "tone": row["level"],
                "text": row["text"],
                "agency": agencies[row["agency"]],
                "link_text": row["link_text"],
                "link_page": Page.objects.child_of(home).get(slug=row["link_page"]),
                "starts_at": _midnight(row["start"]),
                "ends_at": _midnight(row["end"]),
            },
        )


def _midnight(day: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(day))
