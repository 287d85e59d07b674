"""How a dossier code (mã hồ sơ) is written, and the row that is locked while one is taken."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.models.validity import Validity, ValidityQuerySet
from forms_app.dossiers.codes import validate_pattern


class CodeFormat(Validity):
    """The pattern of codes from a day on, e.g. ``{agency_code}-{yymmdd}-{seq:04d}`` (DOMAIN 2.4)."""

    pattern = models.CharField(
        _("pattern"), max_length=80, validators=[validate_pattern],
        help_text=_("Fields: {agency_code}, {agency_code_old}, {yymmdd}, {seq:04d}."),
    )  # fmt: skip
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)

    objects: ClassVar[ValidityQuerySet] = ValidityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Validity.Meta):
        verbose_name = _("dossier code format")
        verbose_name_plural = _("dossier code formats")
        ordering = ["-valid_from"]
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(fields=["valid_from"], name="code_format_once_a_day"),
        ]

    def __str__(self) -> str:
        return self.pattern


class NumberCounter(models.Model):
    """The last number given by an agency on a day of Asia/Ho_Chi_Minh."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    last = models.PositiveIntegerField(_("last number"))

    class Meta:
        verbose_name = _("number counter")
        verbose_name_plural = _("number counters")
        constraints = [models.UniqueConstraint(fields=["agency", "day"], name="number_counter_once_a_day")]

    def __str__(self) -> str:
        return f"{self.agency} {self.day:%d/%m/%Y}: {self.last}"
