"""Put pages with texts into the tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from wagtail.models import Page
from wagtail.rich_text import RichText

from core.models import BasePage

Block = tuple[str, Any]


def put(parent: Page, kind: type[BasePage], slug: str, **fields: Any) -> Page:
    """Return the page ``slug`` below ``parent``: made and published, or left as editors have it where it is there."""
    known: Page | None = parent.get_children().filter(slug=slug).first()
    if known is not None:
        return known
    page = kind(slug=slug, locale=parent.locale, **fields)
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def paragraph(text: str) -> Block:
    """Return a block of one paragraph."""
    return "paragraph", RichText(format_html("<p>{}</p>", text))


def section(heading: str, paragraphs: Iterable[str]) -> list[Block]:
    """Return a heading and the paragraphs below it."""
    return [("heading", heading), *map(paragraph, paragraphs)]


def items(texts: Iterable[str], tag: str) -> str:
    """Return a list as HTML; ``tag`` is ``ol`` or ``ul``."""
    inner = format_html_join("", "<li>{}</li>", ((text,) for text in texts))
    return format_html("<{}>{}</{}>", tag, inner, tag)
