"""Blocks of the front page and of the portal's texts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, ListBlock, StructBlock

from core.blocks import ContentBlock


class LifeEventBlock(StructBlock):
    """A moment of life (sự kiện trong đời) in the citizen's words, leading to what the search finds for it."""

    title = CharBlock(label=_("title"), max_length=60)
    description = CharBlock(label=_("description"), max_length=120, required=False)
    query = CharBlock(
        label=_("search words"),
        max_length=100,
        help_text=_("What a person would type, for example “khai sinh”."),
    )

    class Meta:
        icon = "group"
        label = _("Life event")


class ProceduresBlock(StructBlock):
    """Links to procedures by their codes; a code that has no live page is left out."""

    title = CharBlock(label=_("title"), max_length=150, required=False)
    codes = ListBlock(CharBlock(max_length=30), label=_("procedure codes"))

    class Meta:
        icon = "list-ul"
        label = _("Procedures")
        template = "home/blocks/procedures.html"


class BodyBlock(ContentBlock):
    """What the texts of the portal are made of."""

    procedures = ProceduresBlock()
