"""Results sent by post (docs/domain.md#requests-and-outcomes)."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.worktime import TimeUnit, deadline, load_calendar

#: Working days after the handover in which a tracking number is evidence of it.
NUMBER_DAYS: Final = 3


class PostalOrder(models.Model):
    """A result handed to the public postal service, with the postage, which the citizen pays.

    If the handover is undone, it is cancelled; the row is kept.
    """

    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="postal_orders", verbose_name=_("dossier")
    )
    address = models.CharField(_("address"), max_length=400)
    tracking_number = models.CharField(_("tracking number"), max_length=30, blank=True)
    # When a number was first entered; a later correction of it does not change this.
    number_recorded_at = models.DateTimeField(_("number recorded at"), null=True, blank=True)
    # In đồng; empty until the post office has reported it.
    postage = models.PositiveIntegerField(_("postage"), null=True, blank=True)
    handed_at = models.DateTimeField(_("given to the post at"))
    handed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("given by")
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("postal order")
        verbose_name_plural = _("postal orders")
        ordering = ["dossier", "-handed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(cancelled_at__isnull=True), name="postal_order_one_open"
            ),
            models.CheckConstraint(
                condition=Q(tracking_number="", number_recorded_at__isnull=True)
                | (~Q(tracking_number="") & Q(number_recorded_at__isnull=False)),
                name="postal_order_number_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier} {self.tracking_number}".strip()

    def shows_a_result(self) -> bool:
        """Return True if the tracking number is evidence that something was sent: it was entered soon afterwards.

        The post office reports numbers for a whole bag, within days. One that is entered when the result turns out
        to be missing shows nothing (ADR 350).
        """
        if self.number_recorded_at is None:
            return False
        until = deadline(
            self.handed_at, value=NUMBER_DAYS, unit=TimeUnit.WORKING_DAY, calendar=load_calendar()
        )
        return self.number_recorded_at <= until
