"""How a dossier is handed in: time limits and fees of each channel."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.models import Orderable

from core.worktime.units import TimeUnit
from procedures.choices import Channel, FeeKind


class ProcedureChannel(Orderable, ClusterableModel):
    """One channel (kênh) with its time limit. The same channel may come twice with different conditions."""

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
                # A comparison with NULL is no refusal: the second half asks for a number in so many words.
                condition=Q(time_value__isnull=True, time_unit="")
                | Q(time_value__isnull=False, time_value__gt=0, time_unit__in=TimeUnit.values),
                name="channel_time_with_unit",
                violation_error_message=_("A time limit is a number above nought with its unit, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_channel_display()


class ChannelFee(Orderable):
    """A charge or fee of a channel; the exemption is always shown beside the amount (DOMAIN 1.1)."""

    channel = ParentalKey(ProcedureChannel, on_delete=models.CASCADE, related_name="fees")
    kind = models.CharField(_("kind"), max_length=10, choices=FeeKind.choices, default=FeeKind.DUTY)
    amount = models.DecimalField(
        _("amount"),
        max_digits=15,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Empty: no fixed sum; the note says how it is found. 0: free of charge."),
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
