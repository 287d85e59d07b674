"""Rows that are true from one day to another."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ValidityQuerySet(models.QuerySet[Any]):
    """Reads by date: rules change by date, never by an ``if year`` in code."""

    def valid_on(self, day: date) -> Self:
        """Return the rows in force on ``day``; ``valid_to`` is the last day in force."""
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class Validity(models.Model):
    """``valid_from`` to ``valid_to``, both days included; an open end means still in force."""

    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="%(class)s_validity_order",
            )
        ]

    def clean(self) -> None:
        """Say in the form what the database holds."""
        super().clean()
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("The last day lies before the first.")})
