"""The register of procedures: one row a national code, whatever happens to its pages and versions."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import OrderKeyField
from procedures.choices import Status
from procedures.codes import CORE_PATTERN, LOCAL_PATTERN
from procedures.models.vocabulary import Field


class Procedure(models.Model):
    """An administrative procedure (thủ tục hành chính, TTHC) in the register."""

    core_code = models.CharField(
        _("national code"),
        max_length=8,
        unique=True,
        validators=[RegexValidator(CORE_PATTERN, _("Write the code as 1.001193."))],
    )
    code = models.CharField(
        _("local code"),
        max_length=30,
        blank=True,
        validators=[RegexValidator(LOCAL_PATTERN, _("Write the code as 1.001193.H12."))],
    )
    title = models.TextField(_("name"))
    order_key = OrderKeyField(source="title")
    field = models.ForeignKey(
        Field,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="procedures",
        verbose_name=_("field"),
    )
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.PUBLIC)
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )
    usage = models.PositiveIntegerField(
        _("uses nationwide"), default=0, help_text=_("Number of online dossiers; breaks ties in the search.")
    )

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["core_code"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="procedure_status_known"),
            models.CheckConstraint(
                condition=Q(status=Status.REPLACED) | Q(replaced_by__isnull=True),
                name="procedure_successor_only_when_replaced",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("id")),
                name="procedure_not_own_successor",
            ),
            models.CheckConstraint(
                condition=Q(code="") | Q(code__startswith=F("core_code")), name="procedure_local_code_fits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.core_code} {self.title}"

    @property
    def ended(self) -> bool:
        """Say whether nobody can file it any more."""
        return self.status in {Status.EXPIRED, Status.ABOLISHED, Status.REPLACED}
