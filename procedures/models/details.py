"""Steps, results and legal bases of a procedure page."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable


class ProcedureStep(Orderable):
    """A step (bước). Neighbouring steps with the same case form one list."""

    page = ParentalKey("procedures.ProcedurePage", on_delete=models.CASCADE, related_name="steps")
    case = models.TextField(_("case"), blank=True)
    text = models.TextField(_("what happens"))

    panels = [FieldPanel("case"), FieldPanel("text")]

    class Meta(Orderable.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="step_has_text")]

    def __str__(self) -> str:
        return self.text[:60]


class ProcedureResult(Orderable):
    """A result (kết quả thực hiện), with its national code ``KQ.<ministry>.<6 digits>`` where known."""

    page = ParentalKey("procedures.ProcedurePage", on_delete=models.CASCADE, related_name="results")
    name = models.TextField(_("result"))
    code = models.CharField(_("code"), max_length=30, blank=True)

    panels = [FieldPanel("name"), FieldPanel("code")]

    class Meta(Orderable.Meta):
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [models.CheckConstraint(condition=~models.Q(name=""), name="result_has_name")]

    def __str__(self) -> str:
        return self.name[:60]


class ProcedureLegalBasis(Orderable):
    """A legal document the procedure stands on (căn cứ pháp lý)."""

    page = ParentalKey("procedures.ProcedurePage", on_delete=models.CASCADE, related_name="legal_bases")
    number = models.CharField(_("number"), max_length=200, blank=True)
    title = models.TextField(_("title"), blank=True)
    date = models.DateField(_("date"), null=True, blank=True)
    issuer = models.CharField(_("issued by"), max_length=250, blank=True)

    panels = [
        FieldRowPanel([FieldPanel("number"), FieldPanel("date")]),
        FieldPanel("title"),
        FieldPanel("issuer"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("legal basis")
        verbose_name_plural = _("legal bases")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(number="") | ~models.Q(title=""), name="legal_basis_says_something"
            )
        ]

    def __str__(self) -> str:
        return self.number or self.title[:60]
