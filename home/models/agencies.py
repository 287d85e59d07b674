"""The agencies and the site of each (trang của cơ quan)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField

from accounts.models import Agency
from core.blocks import TEXT_FEATURES, LeanStreamField
from core.models import BasePage
from home.blocks import BodyBlock
from home.models.alerts import ShowsAlerts


class AgencyIndexPage(BasePage):
    """All agencies, by kind."""

    content_panels = [*BasePage.content_panels, FieldPanel("summary")]
    parent_page_types = ["home.HomePage"]
    subpage_types = ["home.AgencySitePage"]
    max_count_per_parent = 1
    template = "home/agency_index_page.html"

    class Meta:
        verbose_name = _("list of agencies")
        verbose_name_plural = _("lists of agencies")


class AgencySitePage(ShowsAlerts, BasePage):
    """Who an agency is, where and when it is open, what it does and says. Contact data stand in the register."""

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="site_pages", verbose_name=_("agency")
    )
    duties = RichTextField(_("duties"), blank=True, features=TEXT_FEATURES)
    head_title = models.CharField(_("title of its head"), max_length=150, blank=True)
    directions = models.TextField(_("how to get there"), blank=True, max_length=500)
    body = LeanStreamField(BodyBlock(), verbose_name=_("further text"), blank=True)

    content_panels = [
        *BasePage.content_panels,
        # Whose site it is decides who may edit it: not for its own editors to say.
        FieldPanel("agency", permission="accounts.change_agency"),
        FieldPanel("summary"),
        FieldPanel("duties"),
        FieldPanel("head_title"),
        FieldPanel("directions"),
        FieldPanel("body"),
    ]
    parent_page_types = ["home.AgencyIndexPage"]
    subpage_types = ["home.InformationPage", "home.NewsPage"]
    template = "home/agency_site_page.html"
    serve_prefetch = ("agency",)

    class Meta:
        verbose_name = _("site of an agency")
        verbose_name_plural = _("sites of agencies")

    def clean(self) -> None:
        """An agency has one site in each language."""
        super().clean()
        others = AgencySitePage.objects.filter(agency=self.agency_id, locale=self.locale_id)
        if self.agency_id and others.exclude(pk=self.pk).exists():
            raise ValidationError({"agency": _("This agency has a site already.")})
