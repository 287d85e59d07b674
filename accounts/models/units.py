"""Administrative units (đơn vị hành chính) by date: two tiers since 1 July 2025, three before."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.validity import Validity, ValidityQuerySet


class AdminUnit(Validity):
    """A province or commune. A GSO code is reused by later units, so it is unique only from a day on."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        DISTRICT = "district", _("District (until 30/6/2025)")
        COMMUNE = "commune", _("Commune")

    gso_code = models.CharField(_("GSO code"), max_length=5)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(
        _("kind"), max_length=20, blank=True, help_text=_("tinh, thanh_pho, xa, phuong …")
    )
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)

    objects: ClassVar[ValidityQuerySet] = ValidityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Validity.Meta):
        verbose_name = _("administrative unit")
        verbose_name_plural = _("administrative units")
        ordering = ["name"]
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(fields=["gso_code", "level", "valid_from"], name="unit_code_once_a_day"),
        ]

    def __str__(self) -> str:
        return self.name


class UnitSuccession(models.Model):
    """Where the people of an old unit went; a split unit has several rows (NQ 1655/NQ-UBTVQH15)."""

    class Share(models.TextChoices):
        WHOLE = "whole", _("whole")
        PART = "part", _("part")
        DEFAULT = "default", _("greater part")

    predecessor = models.ForeignKey(AdminUnit, on_delete=models.PROTECT, related_name="succession_to")
    successor = models.ForeignKey(AdminUnit, on_delete=models.PROTECT, related_name="succession_from")
    share = models.CharField(_("share"), max_length=10, choices=Share.choices)
    date = models.DateField(_("date"))
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("unit succession")
        verbose_name_plural = _("unit successions")
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor", "date"], name="unit_succession_once")
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"
