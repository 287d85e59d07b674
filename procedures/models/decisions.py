"""Publication decisions: the documents that put a procedure into force, amend it or end it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from core.text import clean


class PublicationDecision(models.Model):
    """A publication decision (quyết định công bố). The date is unknown where a list gives only the number."""

    number = models.CharField(_("number"), max_length=80, help_text=_("For example 1242/QĐ-UBND."))
    date = models.DateField(_("date of signature"), null=True, blank=True)
    agency_name = models.CharField(_("issued by"), max_length=200, blank=True)
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="publication_decisions",
        verbose_name=_("agency"),
    )
    summary = models.TextField(_("abstract"), blank=True)
    file = models.FileField(_("file"), upload_to="quyet-dinh/%Y/", blank=True)
    url = models.URLField(_("address of the full text"), blank=True, max_length=500)

    class Meta:
        verbose_name = _("publication decision")
        verbose_name_plural = _("publication decisions")
        ordering = ["-date", "number"]
        constraints = [
            models.UniqueConstraint(fields=["number", "agency_name"], name="decision_number_once"),
            models.CheckConstraint(condition=~models.Q(number=""), name="decision_has_number"),
        ]

    def __str__(self) -> str:
        return self.number

    def clean(self) -> None:
        self.number = clean(self.number)
        self.agency_name = clean(self.agency_name)
