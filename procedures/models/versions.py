"""Publication decisions and the legal versions of procedures: immutable, numbered, dated.

A dossier keeps the version under which it was filed for ever."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, ClassVar, NoReturn, TypeAlias

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from accounts.models import Agency
from core.display import date_text
from core.errors import NotAllowed
from core.models import ValidityQuerySet
from core.text import clean
from procedures.models.procedures import Procedure
from procedures.snapshot import Snapshot

#: ``date`` is a field of the class below.
Day: TypeAlias = date


class PublicationDecision(index.Indexed, models.Model):
    """A publication decision (quyết định công bố). The date is unknown where a list gives only the number."""

    search_fields = [
        index.SearchField("number"),
        index.AutocompleteField("number"),
        index.SearchField("summary"),
        index.SearchField("agency_name"),
    ]

    number = models.CharField(_("number"), max_length=80, help_text=_("For example 1242/QĐ-UBND."))
    date = models.DateField(_("date of signature"), null=True, blank=True)
    agency_name = models.CharField(_("issued by"), max_length=200, blank=True)
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="publication_decisions",
        verbose_name=_("agency"),
    )
    summary = models.TextField(_("abstract"), blank=True)
    file = models.FileField(_("file"), upload_to="quyet-dinh/%Y/", blank=True)
    url = models.URLField(_("address of the full text"), blank=True, max_length=500)

    class Meta:
        verbose_name = _("publication decision")
        verbose_name_plural = _("publication decisions")
        ordering = ["-date", "number"]
        constraints = [
            models.UniqueConstraint(fields=["number", "agency_name"], name="decision_number_once"),
            models.CheckConstraint(condition=~models.Q(number=""), name="decision_has_number"),
        ]

    def __str__(self) -> str:
        return self.number

    def clean(self) -> None:
        self.number = clean(self.number)
        self.agency_name = clean(self.agency_name)

    def why_not_from(self, day: Day) -> str:
        """Return why no procedure can apply under this decision from ``day``; empty if it can, or without a date."""
        if self.date is None or day >= self.date:
            return ""
        text = _(
            "Decision %(number)s was signed on %(day)s; a procedure cannot apply under it before that day."
        )
        return str(text) % {"number": self.number, "day": date_text(self.date)}


class ProcedureVersion(models.Model):
    """The content of a procedure from ``valid_from`` to ``valid_to``, both days included.

    Triggers of both databases (migrations 0002 and 0008) refuse every deletion, every overlap, and every change but
    closing an open version and reopening one after which none was in force (ADR 360). A version replaced on its own
    first day, or withdrawn before it, is closed with ``valid_to`` one day before ``valid_from``: it keeps its number
    and its dossiers but was not in force on any whole day.
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

    objects: ClassVar[ValidityQuerySet] = ValidityQuerySet.as_manager()  # type: ignore[assignment]

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
        """Save a new version, or only the last day of an existing one; database triggers enforce the same."""
        if not self._state.adding and set(kwargs.get("update_fields") or ["*"]) != {"valid_to"}:
            raise NotAllowed(str(_("A version is never changed: publish a new one.")))
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise NotAllowed(str(_("A version is never deleted.")))

    def close_before(self, begins: date) -> None:
        """Set the last day to the day before ``begins``, unsaved; a closed version is left unchanged."""
        if self.valid_to is None:
            self.valid_to = begins - timedelta(days=1)

    @property
    def never_in_force(self) -> bool:
        """Return True if it was replaced or withdrawn on or before its own first day."""
        return self.valid_to is not None and self.valid_to < self.valid_from

    @property
    def next_may_begin(self) -> date:
        """Return the first day on which a later version can begin; one that begins with this one replaces it."""
        return self.valid_from if self.valid_to is None else self.valid_to + timedelta(days=1)

    def is_waiting(self) -> bool:
        """Return True if it is the last version and has not begun: then it can be withdrawn or get another day."""
        return self.valid_to is None and self.valid_from > timezone.localdate()

    @property
    def content(self) -> Snapshot:
        """Return the snapshot as a value object."""
        return Snapshot.from_json(self.snapshot)
