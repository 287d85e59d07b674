"""The tabs in which an agency editor works on a procedure, in the order of the national form."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PublishingPanel,
    TabbedInterface,
)

from core.models import BasePage


def _content() -> list[object]:
    return [
        FieldPanel("title"),
        FieldPanel("official_name"),
        FieldPanel("short_title"),
        FieldPanel("summary"),
        FieldPanel("keywords"),
        FieldPanel("procedure"),
        FieldPanel("field"),
        FieldPanel("audiences"),
        FieldPanel("requirements"),
        InlinePanel("results", label=_("Result"), heading=_("Results")),
        InlinePanel("steps", label=_("Step"), heading=_("Steps")),
        FieldPanel("related_codes"),
    ]


def _channels() -> list[object]:
    return [
        InlinePanel("channels", label=_("Channel"), heading=_("Channels, time limits and fees")),
        FieldPanel("same_day"),
        MultiFieldPanel(
            [FieldPanel("at_one_stop"), FieldPanel("post_in"), FieldPanel("post_out")], heading=_("Reception")
        ),
        FieldPanel("reception_address"),
    ]


def _agencies() -> list[object]:
    return [
        FieldPanel("implementing_agencies"),
        FieldPanel("competent_authority"),
        FieldPanel("authorized_agency"),
        FieldPanel("coordinating_agencies"),
    ]


def _legal() -> list[object]:
    return [
        FieldRowPanel([FieldPanel("decision"), FieldPanel("effective_from")]),
        InlinePanel("legal_bases", label=_("Legal document"), heading=_("Legal bases")),
    ]


def _levels() -> list[object]:
    names = ("level_ministry", "level_province", "level_district", "level_commune", "level_other")
    return [
        MultiFieldPanel([FieldPanel(name) for name in names], heading=_("Level of government")),
        FieldPanel("service_level"),
        FieldPanel("kind"),
        MultiFieldPanel(
            [FieldPanel("is_vertical"), FieldPanel("is_internal"), FieldPanel("is_special")],
            heading=_("Flags"),
        ),
    ]


def edit_handler() -> TabbedInterface:
    """Return the tabs of the procedure editor."""
    return TabbedInterface(
        [
            ObjectList(_content(), heading=_("Content")),
            ObjectList(_channels(), heading=_("Channels and fees")),
            ObjectList(
                [InlinePanel("cases", label=_("Case"), heading=_("Documents by case"))],
                heading=_("Documents to bring"),
            ),
            ObjectList(_agencies(), heading=_("Agencies")),
            ObjectList(_legal(), heading=_("Legal basis")),
            ObjectList(_levels(), heading=_("Levels")),
            ObjectList([*BasePage.promote_panels, PublishingPanel()], heading=_("Publication")),
        ]
    )
