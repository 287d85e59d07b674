"""What the citizen brings: cases, their papers, the blank forms of a paper."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.models import Orderable

from procedures.choices import PaperKind
from procedures.models.templates import FormTemplate


class ProcedureCase(Orderable, ClusterableModel):
    """A case (trường hợp) with a list of papers of its own."""

    page = ParentalKey("procedures.ProcedurePage", on_delete=models.CASCADE, related_name="cases")
    title = models.TextField(_("case"), blank=True, help_text=_("Leave empty when there is only one."))

    panels = [FieldPanel("title"), InlinePanel("papers", label=_("Paper"), heading=_("Papers to bring"))]

    class Meta(Orderable.Meta):
        verbose_name = _("case")
        verbose_name_plural = _("cases")

    def __str__(self) -> str:
        return self.title[:60]


class RequiredPaper(Orderable, ClusterableModel):
    """A paper (giấy tờ) to hand in or show, or a note between the papers."""

    case = ParentalKey(ProcedureCase, on_delete=models.CASCADE, related_name="papers")
    name = models.TextField(_("paper"))
    kind = models.CharField(_("kind"), max_length=20, choices=PaperKind.choices, default=PaperKind.SUBMIT)
    originals = models.PositiveSmallIntegerField(_("originals"), default=0)
    copies = models.PositiveSmallIntegerField(_("copies"), default=0)
    required = models.BooleanField(_("required"), default=True)
    result_code = models.CharField(
        _("result that replaces it"), max_length=30, blank=True, help_text=_("For example KQ.G15.000031.")
    )

    panels = [
        FieldPanel("name"),
        FieldRowPanel(
            [FieldPanel("kind"), FieldPanel("originals"), FieldPanel("copies"), FieldPanel("required")]
        ),
        FieldPanel("result_code"),
        InlinePanel("templates", label=_("Blank form"), heading=_("Blank forms")),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PaperKind.values), name="paper_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="paper_has_name"),
        ]

    def __str__(self) -> str:
        return self.name[:60]


class PaperTemplate(Orderable):
    """A blank form of a paper. ``path`` is where the national list says it lies; ``form`` is our own copy."""

    paper = ParentalKey(RequiredPaper, on_delete=models.CASCADE, related_name="templates")
    name = models.CharField(_("name"), max_length=300)
    path = models.CharField(_("place in the national list"), max_length=400, blank=True)
    form = models.ForeignKey(
        FormTemplate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("blank form"),
    )

    panels = [FieldPanel("name"), FieldPanel("form")]

    class Meta(Orderable.Meta):
        verbose_name = _("blank form of a paper")
        verbose_name_plural = _("blank forms of a paper")
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="paper_template_has_name")]

    def __str__(self) -> str:
        return self.name
