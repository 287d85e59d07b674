"""Uploaded import files, and the fingerprints that an import stores."""

from __future__ import annotations

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from procedures.models.procedures import Procedure


class ImportedFacts(models.Model):
    """Fingerprints of the fields of a procedure that an import wrote (``procedures.imports.manual_edits``)."""

    procedure = models.OneToOneField(
        Procedure, on_delete=models.CASCADE, related_name="imported_facts", verbose_name=_("procedure")
    )
    facts = models.JSONField(_("content digests"), default=dict)

    class Meta:
        verbose_name = _("imported facts")
        verbose_name_plural = _("imported facts")

    def __str__(self) -> str:
        return str(self.procedure_id)


def private_storage() -> Storage:
    """Return the storage outside every web root."""
    return storages["private"]


class ImportUpload(models.Model):
    """One file to import, the choices made for it, and the progress of applying it.

    ``file`` and ``uploaded_by`` are empty for a file that the command read. ``run`` counts how often it was started or
    continued: a message of an earlier run does nothing. ``progressed_at``: when the last portion was applied.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to be reviewed")
        RUNNING = "running", _("being applied")
        APPLIED = "applied", _("applied")
        CANCELLED = "cancelled", _("cancelled")

    name = models.CharField(_("file name"), max_length=200)
    file = models.FileField(_("file"), upload_to="nhap-thu-tuc/%Y/", storage=private_storage, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    run = models.PositiveIntegerField(_("run"), default=0, editable=False)
    progressed_at = models.DateTimeField(_("last progress at"), null=True, blank=True)
    section = models.ForeignKey(
        "procedures.ProcedureSectionPage",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("section for new procedures"),
        help_text=_("Leave empty to go by the agency and the level that the file names."),
    )
    valid_from = models.DateField(
        _("in force from"),
        null=True,
        blank=True,
        help_text=_("Leave empty for the date of the decision; without one, for the day of the import."),
    )
    decision = models.ForeignKey(
        "procedures.PublicationDecision",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("publication decision"),
        help_text=_("For rows that name no decision."),
    )
    public = models.BooleanField(
        _("publish new procedures"),
        default=True,
        help_text=_("Otherwise they stay unpublished until you publish them."),
    )
    report = models.JSONField(_("report"), default=dict)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("applied by"),
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cancelled by"),
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="running"), name="import_one_running"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "running", "applied", "cancelled"]),
                name="import_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """One procedure of a file: what was read, what it would change, and then what was done.

    ``record``: what was read, merged and normalised, as JSON; None if the row was unreadable, or once it is done.
    ``further_rows``: numbers of the rows that were merged into this one. ``warnings``: what was ignored on reading.
    ``digest``: the digest of the change shown in the preview; no other change is applied. ``changes``: name, text
    before and text after of each field; ``remark``: why it was not applied or not undone. ``undo``: what restores the
    state before (``procedures.imports.undo``), empty until it is applied. ``foreign``: refused because it belongs to
    another agency than the person importing.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        QUEUED = "queued", _("waiting to be applied")
        APPLIED = "applied", _("applied")
        FAILED = "failed", _("failed")
        LEFT_OUT = "left_out", _("left out")
        UNDONE = "undone", _("undone")

    upload = models.ForeignKey(
        ImportUpload, on_delete=models.CASCADE, related_name="rows", verbose_name=_("imported file")
    )
    position = models.PositiveIntegerField(_("position"))
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("what happens"), max_length=10)
    code = models.CharField(_("code"), max_length=40, blank=True)
    title = models.TextField(_("name"), blank=True)
    place = models.CharField(_("section"), max_length=255, blank=True)
    message = models.TextField(_("reason or changed details"), blank=True)
    record = models.JSONField(_("content of the row"), null=True, editable=False)
    further_rows = models.JSONField(_("further rows"), default=list, editable=False)
    warnings = models.JSONField(_("remarks on reading"), default=list, editable=False)
    digest = models.CharField(_("digest"), max_length=64, default="", editable=False)
    concerns = models.JSONField(_("warnings"), default=list)
    needs_attention = models.BooleanField(_("needs attention"), default=False)
    foreign = models.BooleanField(_("belongs to another agency"), default=False)
    changes = models.JSONField(_("changes"), default=list)
    selected = models.BooleanField(_("selected"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    undo = models.JSONField(_("state before"), default=dict, blank=True)
    remark = models.TextField(_("remark"), blank=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        ordering = ["upload", "position"]
        indexes = [
            models.Index(fields=["upload", "code"], name="import_row_code"),
            models.Index(fields=["upload", "state", "position"], name="import_row_queue"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["upload", "position"], name="import_row_position_once"),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["planned", "queued", "applied", "failed", "left_out", "undone"]
                ),
                name="import_row_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["created", "updated", "unchanged", "refused"]),
                name="import_row_outcome_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.code}"
