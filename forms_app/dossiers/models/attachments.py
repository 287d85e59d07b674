"""A file in the private store: of a draft, a dossier, or an answer to a supplement request."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Attachment(models.Model):
    """Bytes live outside the web root under a random name (``path``); this row says whose they are."""

    class Purpose(models.TextChoices):
        ANSWER = "answer", _("With the application")
        SUPPLEMENT = "supplement", _("Supplement")
        RESULT = "result", _("Result")

    class ScanState(models.TextChoices):
        NOT_SCANNED = "not_scanned", _("Not scanned")
        CLEAN = "clean", _("No malware found")
        INFECTED = "infected", _("Malware found")

    draft = models.ForeignKey(
        "dossiers.Draft", on_delete=models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, null=True, blank=True, related_name="attachments"
    )
    supplement = models.ForeignKey(
        "dossiers.SupplementRequest",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
    )
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices, default=Purpose.ANSWER)
    field_id = models.CharField(_("field or item"), max_length=60)
    path = models.CharField(_("path"), max_length=120, unique=True)
    original_name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    content_type = models.CharField(_("content type"), max_length=100)
    scan_state = models.CharField(
        _("malware scan"), max_length=12, choices=ScanState.choices, default=ScanState.NOT_SCANNED
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(draft__isnull=True, dossier__isnull=False)
                | Q(draft__isnull=False, dossier__isnull=True),
                name="attachment_has_one_owner",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_not_empty"),
        ]

    def __str__(self) -> str:
        return self.original_name
