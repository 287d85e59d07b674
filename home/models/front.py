"""The front page."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from core.blocks import LeanStreamField
from core.models import BasePage
from home.blocks import LifeEventBlock
from home.models.alerts import ShowsAlerts


class HomePage(ShowsAlerts, BasePage):
    """The search first, then life events, the way to one's dossier, alerts, news and figures."""

    question = models.CharField(_("question above the search"), max_length=100)
    hint = models.CharField(_("hint under the search"), max_length=200, blank=True)
    examples = models.TextField(
        _("examples of searches"), blank=True, help_text=_("One a line; each becomes a link.")
    )
    life_events = LeanStreamField([("event", LifeEventBlock())], verbose_name=_("life events"), blank=True)

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [FieldPanel("question"), FieldPanel("hint"), FieldPanel("examples")], heading=_("Search")
        ),
        FieldPanel("life_events"),
        FieldPanel("summary"),
    ]
    parent_page_types = ["wagtailcore.Page"]
    template = "home/home_page.html"

    class Meta:
        verbose_name = _("front page")
        verbose_name_plural = _("front pages")

    @property
    def example_list(self) -> list[str]:
        """Return the examples, one a line in the field."""
        return [line.strip() for line in self.examples.splitlines() if line.strip()]
