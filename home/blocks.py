"""StreamField blocks of the public site."""

from __future__ import annotations

from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, ListBlock, StructBlock

from core.text import clean
from core.wagtail.blocks import ContentBlock


class LifeEventBlock(StructBlock):
    """A life event (sự kiện trong đời) in the citizen's words, with the search query that it links to."""

    title = CharBlock(label=_("title"), max_length=60)
    description = CharBlock(label=_("description"), max_length=120, required=False)
    query = CharBlock(
        label=_("search words"),
        max_length=100,
        help_text=_("What people would type, for example “khai sinh”."),
    )

    class Meta:
        icon = "group"
        label = _("Life event")


class CodeBlock(CharBlock):
    """A code, which wagtail-localize does not offer for translation."""

    def get_translatable_segments(self, value: Any) -> list[Any]:
        """Return nothing to translate."""
        return []


class ProceduresBlock(StructBlock):
    """Links to procedures by code; a code without a live page is left out."""

    title = CharBlock(label=_("title"), max_length=150, required=False)
    codes = ListBlock(CodeBlock(max_length=30), label=_("procedure codes"))

    class Meta:
        icon = "list-ul"
        label = _("Procedures")
        template = "home/blocks/procedures.html"


class BodyBlock(ContentBlock):
    """The blocks of a text."""

    procedures = ProceduresBlock()


def opening_of(body: Any) -> str:
    """Return the text of the paragraphs of a StreamField, without captions, files and links to procedures."""
    paragraphs = (block["value"] for block in body.raw_data if block["type"] == "paragraph")
    return clean(" ".join(strip_tags(text.replace("</p>", " ")) for text in paragraphs))
