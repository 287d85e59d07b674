"""Information pages: help, contact, privacy, accessibility and what agencies explain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from core.blocks import LeanStreamField
from core.models import BasePage
from home.blocks import BodyBlock


class InformationPage(BasePage):
    """A text of the portal or of an agency."""

    body = LeanStreamField(BodyBlock(), verbose_name=_("text"), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("summary"), FieldPanel("body")]
    parent_page_types = ["home.HomePage", "home.AgencySitePage", "home.InformationPage"]
    subpage_types = ["home.InformationPage"]
    template = "home/information_page.html"

    class Meta:
        verbose_name = _("information page")
        verbose_name_plural = _("information pages")
