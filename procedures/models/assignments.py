"""Local assignments: which agency receives which procedure, with local code and online level, by date."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from core.models import Validity, ValidityQuerySet
from procedures.choices import ServiceLevel
from procedures.models.procedures import Procedure

LEVELS_2011 = [(1, "1"), (2, "2"), (3, "3"), (4, "4")]  # NĐ 43/2011/NĐ-CP


class LocalAssignment(Validity):
    """A procedure as one agency receives it (TTHC tại cơ quan). Rows of one pair never overlap (migration 0002)."""

    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("procedure")
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="procedure_assignments", verbose_name=_("agency")
    )
    local_code = models.CharField(_("local code"), max_length=30, blank=True)
    level_2011 = models.PositiveSmallIntegerField(
        _("online service level of 2011"), null=True, blank=True, choices=LEVELS_2011
    )
    level_2022 = models.CharField(
        _("online service level of 2022"), max_length=20, blank=True, choices=ServiceLevel.choices
    )
    at_one_stop = models.BooleanField(_("received at the one-stop desk"), default=True)
    post_in = models.BooleanField(_("received by post"), default=False)
    post_out = models.BooleanField(_("returned by post"), default=False)

    objects: ClassVar[ValidityQuerySet] = ValidityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Validity.Meta):
        verbose_name = _("local assignment")
        verbose_name_plural = _("local assignments")
        constraints = [
            *Validity.Meta.constraints,
            models.UniqueConstraint(
                fields=["procedure", "agency", "valid_from"], name="assignment_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["procedure", "agency"], condition=Q(valid_to__isnull=True), name="assignment_one_open"
            ),
            models.CheckConstraint(
                condition=Q(level_2011__isnull=True) | Q(level_2011__in=[1, 2, 3, 4]),
                name="assignment_level_2011_known",
            ),
            models.CheckConstraint(
                condition=Q(level_2022__in=["", *ServiceLevel.values]), name="assignment_level_2022_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} · {self.agency_id}"
