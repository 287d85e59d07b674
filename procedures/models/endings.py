"""The end of a procedure: abolished, replaced or published in error, under a decision, from a day on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from procedures.choices import ENDED_STATUSES, Status
from procedures.models.procedures import Procedure
from procedures.models.versions import PublicationDecision


class ProcedureEnding(models.Model):
    """Why and from when a procedure no longer applies. ``day`` is the first day on which it does not.

    It may lie in the future. An entry made by mistake is deleted; the procedure's log keeps who entered it.
    """

    class Kind(models.TextChoices):
        ABOLISHED = Status.ABOLISHED.value, _("Abolished")
        REPLACED = Status.REPLACED.value, _("Replaced")
        IN_ERROR = Status.IN_ERROR.value, _("Published in error")

    procedure = models.OneToOneField(
        Procedure, on_delete=models.PROTECT, related_name="ending", verbose_name=_("procedure")
    )
    kind = models.CharField(_("kind of end"), max_length=20, choices=Kind.choices)
    decision = models.ForeignKey(
        PublicationDecision,
        on_delete=models.PROTECT,
        related_name="endings",
        verbose_name=_("publication decision"),
    )
    day = models.DateField(_("no longer applies from"), db_index=True)
    successor = models.ForeignKey(
        Procedure,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="endings_of_predecessors",
        verbose_name=_("replaced by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )

    class Meta:
        verbose_name = _("end of a procedure")
        verbose_name_plural = _("ends of procedures")
        ordering = ["-day", "procedure"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[Status.ABOLISHED, Status.REPLACED, Status.IN_ERROR]),
                name="ending_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(kind=Status.REPLACED, successor__isnull=False)
                | ~Q(kind=Status.REPLACED) & Q(successor__isnull=True),
                name="ending_successor_exactly_when_replaced",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | ~Q(successor=F("procedure")),
                name="ending_not_own_successor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.kind} {self.day:%d/%m/%Y}"

    def has_begun(self, on: date | None = None) -> bool:
        """Return True if the procedure no longer applies on ``on`` (today)."""
        return self.day <= (on or timezone.localdate())


def not_ended_q(day: date, prefix: str = "") -> Q:
    """Return the condition that a procedure (at ``prefix``) applies on ``day``, even before its end was applied."""
    ended: Any = {f"{prefix}status__in": ENDED_STATUSES}
    waiting: Any = {f"{prefix}ending__day__gt": day}
    return ~Q(**ended) & (Q(**{f"{prefix}ending__isnull": True}) | Q(**waiting))
