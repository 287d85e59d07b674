"""Days that differ from the week: holidays and the Saturdays worked in exchange. Staff edit them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Holiday(models.Model):
    """A day off (``ngày nghỉ``) or a make-up working day (``ngày làm bù``); the legal deadline counts with it."""

    class Kind(models.TextChoices):
        DAY_OFF = "off", _("Day off")
        MAKEUP = "makeup", _("Make-up working day")

    date = models.DateField(_("date"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DAY_OFF)
    name = models.CharField(_("name"), max_length=200)
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("holiday or make-up day")
        verbose_name_plural = _("holidays and make-up days")
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["off", "makeup"]), name="holiday_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name}"
