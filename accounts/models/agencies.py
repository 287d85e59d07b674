"""Organisation units (cơ quan) with their codes of both styles, validity and successors."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.units import AdminUnit
from accounts.models.validity import Validity, ValidityQuerySet

# QĐ 20/2020/QĐ-TTg style: H12, H12.05, H12.05.03; TT 01/2018 style: 000.00.05.H12 (DOMAIN 2.4).
CODE_NEW = RegexValidator(r"^[A-Z]\d{2}(\.\d{1,3}){0,3}$", _("Write the code as H12.05."))
CODE_OLD = RegexValidator(r"^\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$", _("Write the code as 000.00.05.H12."))


class Agency(Validity):
    """An agency that publishes, receives or decides. Old dossiers keep theirs; a successor continues them."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("Provincial People's Committee")
        DEPARTMENT = "department", _("Department")
        CENTRE = "centre", _("Public administration service centre")
        COMMUNE = "commune", _("Commune People's Committee")
        DISTRICT = "district", _("District People's Committee (until 2025)")
        MINISTRY = "ministry", _("Ministry")
        OTHER = "other", _("Other")

    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=100, blank=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    code = models.CharField(
        _("code"), max_length=20, validators=[CODE_NEW], help_text=_("For example H12.05.")
    )
    code_old = models.CharField(_("code before 2025"), max_length=20, blank=True, validators=[CODE_OLD])
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
    )
    unit = models.ForeignKey(
        AdminUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="agencies",
        verbose_name=_("administrative unit"),
    )  # fmt: skip
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("email"), blank=True)
    working_hours = models.CharField(_("working hours"), max_length=200, blank=True)
    successors = models.ManyToManyField(
        "self", through="AgencySuccession", symmetrical=False, related_name="predecessors", blank=True
    )

    objects: ClassVar[ValidityQuerySet] = ValidityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Validity.Meta):
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["code", "name"]
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(fields=["code", "valid_from"], name="agency_code_once_a_day"),
        ]

    def __str__(self) -> str:
        return self.name


class AgencySuccession(models.Model):
    """``successor`` continues the work of ``predecessor`` from ``date`` on."""

    predecessor = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="succession_to", verbose_name=_("agency that is over")
    )
    successor = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="succession_from", verbose_name=_("continued by")
    )
    date = models.DateField(_("from"))
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("agency succession")
        verbose_name_plural = _("agency successions")
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="agency_succession_once"),
            models.CheckConstraint(
                condition=~models.Q(predecessor=models.F("successor")), name="agency_succession_not_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"
