"""The children of a procedure page: channels and fees, cases and required documents, steps, results, legal bases."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.models import Orderable

from core.worktime import TimeUnit
from procedures.choices import Channel, DocumentKind, FeeKind
from procedures.models.blank_forms import BlankForm


class ProcedureChannel(Orderable, ClusterableModel):
    """One channel (kênh) with its time limit. The same channel may occur twice with different conditions."""

    page = ParentalKey("procedures.ProcedurePage", on_delete=models.CASCADE, related_name="channels")
    channel = models.CharField(_("channel"), max_length=20, choices=Channel.choices)
    time_value = models.PositiveIntegerField(_("time limit"), null=True, blank=True)
    time_unit = models.CharField(_("unit"), max_length=20, choices=TimeUnit.choices, blank=True)
    time_note = models.TextField(_("description"), blank=True)

    panels = [
        FieldRowPanel([FieldPanel("channel"), FieldPanel("time_value"), FieldPanel("time_unit")]),
        FieldPanel("time_note"),
        InlinePanel("fees", label=_("Fee"), heading=_("Fees")),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="channel_known"),
            models.CheckConstraint(
                # A comparison with NULL does not fail a check, so NOT NULL is explicit.
                condition=Q(time_value__isnull=True, time_unit="")
                | Q(time_value__isnull=False, time_value__gt=0, time_unit__in=TimeUnit.values),
                name="channel_time_with_unit",
                violation_error_message=_(
                    "Enter a time limit as a number greater than zero with its unit, or leave both empty."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.get_channel_display()


class ChannelFee(Orderable):
    """A fee of a channel, always shown with its exemption (docs/domain.md#fees-and-exemptions)."""

    channel = ParentalKey(ProcedureChannel, on_delete=models.CASCADE, related_name="fees")
    kind = models.CharField(
        _("kind"), max_length=10, choices=FeeKind.choices, default=FeeKind.ADMINISTRATIVE_FEE
    )
    amount = models.DecimalField(
        _("amount"),
        max_digits=15,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_(
            "Leave empty if there is no fixed amount and explain it in the note. Enter 0 if it is free of "
            "charge."
        ),
    )
    currency = models.CharField(_("currency"), max_length=3, default="VND")
    note = models.TextField(_("note"), blank=True)
    exemption = models.TextField(_("exemption or reduction"), blank=True)
    legal_number = models.CharField(_("legal document"), max_length=120, blank=True)

    panels = [
        FieldRowPanel([FieldPanel("kind"), FieldPanel("amount"), FieldPanel("currency")]),
        FieldPanel("note"),
        FieldPanel("exemption"),
        FieldPanel("legal_number"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("fee")
        verbose_name_plural = _("fees")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FeeKind.values), name="fee_kind_known"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="fee_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"


class ProcedureCase(Orderable, ClusterableModel):
    """A case (trường hợp) with its own list of required documents."""

    page = ParentalKey("procedures.ProcedurePage", on_delete=models.CASCADE, related_name="cases")
    title = models.TextField(_("case"), blank=True, help_text=_("Leave empty if there is only one."))

    panels = [
        FieldPanel("title"),
        InlinePanel("documents", label=_("Required document"), heading=_("Documents to bring")),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("case")
        verbose_name_plural = _("cases")

    def __str__(self) -> str:
        return self.title[:60]


class RequiredDocument(Orderable, ClusterableModel):
    """A document (giấy tờ) to submit or present, or a note between the documents."""

    case = ParentalKey(ProcedureCase, on_delete=models.CASCADE, related_name="documents")
    name = models.TextField(_("required document"))
    kind = models.CharField(
        _("kind"), max_length=20, choices=DocumentKind.choices, default=DocumentKind.SUBMIT
    )
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
        InlinePanel("blank_forms", label=_("Blank form"), heading=_("Blank forms")),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("required document")
        verbose_name_plural = _("required documents")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="document_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="document_has_name"),
        ]

    def __str__(self) -> str:
        return self.name[:60]


class DocumentBlankForm(Orderable):
    """A blank form of a required document. ``path``: its path in the national list; ``own_copy``: our file."""

    document = ParentalKey(RequiredDocument, on_delete=models.CASCADE, related_name="blank_forms")
    name = models.CharField(_("name"), max_length=300)
    path = models.CharField(_("path in the national catalogue"), max_length=400, blank=True)
    own_copy = models.ForeignKey(
        BlankForm,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("blank form"),
    )

    panels = [FieldPanel("name"), FieldPanel("own_copy")]

    class Meta(Orderable.Meta):
        verbose_name = _("blank form of a required document")
        verbose_name_plural = _("blank forms of a required document")
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="document_blank_form_has_name")]

    def __str__(self) -> str:
        return self.name


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
    """A legal document on which the procedure is based (căn cứ pháp lý)."""

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
