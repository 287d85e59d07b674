"""The catalogue and its sections in the page tree."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from accounts.models import Agency
from procedures.models.rendering import ShownPage


class ProcedureCataloguePage(ShownPage):
    """The catalogue of the province: search first, then browsing by agency, field and level."""

    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [*ShownPage.content_panels, FieldPanel("summary"), FieldPanel("introduction")]
    subpage_types = ["procedures.ProcedureSectionPage"]
    template = "procedures/catalogue_page.html"

    class Meta:
        verbose_name = _("procedure catalogue")
        verbose_name_plural = _("procedure catalogues")


class ProcedureSectionPage(ShownPage):
    """The procedures of one responsible agency."""

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="procedure_sections", verbose_name=_("agency")
    )
    introduction = models.TextField(_("introduction"), blank=True)

    content_panels = [
        *ShownPage.content_panels,
        # Whose section it is decides who may edit it: not for its own editors to say.
        FieldPanel("agency", permission="accounts.change_agency"),
        FieldPanel("summary"),
        FieldPanel("introduction"),
    ]
    parent_page_types = ["procedures.ProcedureCataloguePage"]
    subpage_types = ["procedures.ProcedurePage"]
    template = "procedures/section_page.html"

    class Meta:
        verbose_name = _("section of the catalogue")
        verbose_name_plural = _("sections of the catalogue")
