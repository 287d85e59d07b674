"""Legal versions: immutable, numbered, dated. A dossier keeps the one it was filed under for ever."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.errors import NotAllowed
from procedures.models.decisions import PublicationDecision
from procedures.models.register import Procedure
from procedures.snapshot import Snapshot


class ProcedureVersionQuerySet(models.QuerySet["ProcedureVersion"]):
    """Reads by date."""

    def in_force(self, day: date) -> Self:
        """Return the version in force on ``day``: at most one a procedure."""
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class ProcedureVersion(models.Model):
    """What the procedure said from ``valid_from`` to ``valid_to``, both days included.

    Triggers of both databases (migration 0002) refuse every change but closing an open version, every deletion and
    every overlap. A version replaced on its own first day is closed with ``valid_to`` one day before ``valid_from``:
    it keeps its number and its dossiers but was in force on no whole day.
    """

    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="versions", verbose_name=_("procedure")
    )
    number = models.PositiveIntegerField(_("number"))
    decision = models.ForeignKey(
        PublicationDecision,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="versions",
        verbose_name=_("decision"),
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    title = models.TextField(_("name"))
    snapshot = models.JSONField(_("content"))
    digest = models.CharField(_("SHA-256 of the content"), max_length=64)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )

    objects: ClassVar[ProcedureVersionQuerySet] = ProcedureVersionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("version of a procedure")
        verbose_name_plural = _("versions of procedures")
        ordering = ["procedure", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["procedure"], condition=Q(valid_to__isnull=True), name="version_one_open_a_procedure"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_number_from_one"),
        ]
        indexes = [models.Index(fields=["procedure", "valid_from"], name="version_by_date")]

    def __str__(self) -> str:
        return f"{self.procedure_id} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it once; afterwards only its end can be set (the triggers say the same to everybody else)."""
        if not self._state.adding and set(kwargs.get("update_fields") or ["*"]) != {"valid_to"}:
            raise NotAllowed(str(_("A version is never changed: publish a new one.")))
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise NotAllowed(str(_("A version is kept for ever.")))

    @property
    def never_in_force(self) -> bool:
        """Say whether it was replaced on or before its own first day."""
        return self.valid_to is not None and self.valid_to < self.valid_from

    @property
    def content(self) -> Snapshot:
        """Return the typed reader of the snapshot."""
        return Snapshot.from_json(self.snapshot)
