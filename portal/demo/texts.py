"""Information pages with the footer that leads to them, news and alerts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from wagtail.models import Page
from wagtail.rich_text import RichText

from accounts.models import Agency
from home.models import Alert, HomePage, InformationPage, MenuItem, NewsIndexPage, NewsPage
from portal.demo.sources import read
from portal.demo.writing import Block, items, paragraph, put, section


def load_information(home: HomePage) -> None:
    """Write the information pages and a footer entry for each."""
    for place, row in enumerate(read("pages"), start=1):
        page = put(
            home, InformationPage, row["slug"], title=row["title"], summary=row["summary"], body=_body(row)
        )
        MenuItem.objects.get_or_create(
            place=MenuItem.Place.FOOTER,
            page=page.page_ptr if isinstance(page, InformationPage) else page,
            defaults={"label": row["title"], "label_en": row["title_en"], "position": 10 * place},
        )


def _body(row: Mapping[str, Any]) -> list[Block]:
    body: list[Block] = []
    if "steps" in row:
        body.append(("paragraph", RichText(items(row["steps"], "ol"))))
    for question in row.get("faq", []):
        body += section(question["q"], [question["a"]])
    for part in row["sections"]:
        body += section(part["heading"], part["paragraphs"])
    return body


def load_news(home: HomePage, agencies: Mapping[str, Agency]) -> None:
    """Write the news."""
    index = NewsIndexPage.objects.child_of(home).get()
    for row in read("news"):
        body: list[Block] = [paragraph(text) for text in row["body"]]
        if row["procedures"]:
            body.append(("procedures", {"title": "Thủ tục liên quan", "codes": row["procedures"]}))
        put(
            index,
            NewsPage,
            row["slug"],
            title=row["title"],
            summary=row["lead"],
            date=date.fromisoformat(row["date"]),
            agency=agencies[row["agency"]],
            body=body,
        )


def load_alerts(home: HomePage, agencies: Mapping[str, Agency]) -> None:
    """Write the alerts; each ends by itself."""
    for row in read("alerts"):
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
