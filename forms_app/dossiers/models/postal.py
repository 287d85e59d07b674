"""Results sent by post (docs/domain.md#requests-and-outcomes)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PostalOrder(models.Model):
    """A result handed to the public postal service, with the postage, which the citizen pays.

    If the handover is undone, it is cancelled; the row is kept.
    """

    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="postal_orders", verbose_name=_("dossier")
    )
    address = models.CharField(_("address"), max_length=400)
    tracking_number = models.CharField(_("tracking number"), max_length=30, blank=True)
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
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier} {self.tracking_number}".strip()
