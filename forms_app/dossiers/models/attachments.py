"""The files of drafts and dossiers, with the state of their malware scan."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Filters of files."""

    def valid_results(self) -> Self:
        """Return the results that the citizen may have: those that have not been revoked."""
        return self.filter(purpose=Attachment.Purpose.RESULT, revoked_at=None)

    def handed_in(self) -> Self:
        """Leave out files of a supplement that has not been sent yet: until then only the citizen may see them."""
        return self.exclude(purpose=Attachment.Purpose.SUPPLEMENT, supplement__answered_at=None)

    def refused(self) -> Self:
        """Return the files in which the scanner found malware or that it could not inspect."""
        return self.filter(scan_state__in=Attachment.REFUSED)


class Attachment(models.Model):
    """A file of a draft, a dossier or a supplement; its bytes are in the private store under a random ``path``."""

    class Purpose(models.TextChoices):
        ANSWER = "answer", _("With the application")
        SUPPLEMENT = "supplement", _("Supplement")
        RESULT = "result", _("Result")

    class ScanState(models.TextChoices):
        NOT_SCANNED = "not_scanned", _("Not scanned for malware")
        WAITING = "waiting", _("Being scanned for malware")
        FAILED = "failed", _("Could not be scanned yet")
        CLEAN = "clean", _("No malware found")
        INFECTED = "infected", _("Malware found")
        LIMIT_EXCEEDED = "limit_exceeded", _("Cannot be scanned: locked or too large")

    #: States in which a file can be downloaded. Files stay unscanned only while there is no scanner.
    SERVED = (ScanState.CLEAN, ScanState.NOT_SCANNED)
    #: States in which the file must be replaced by another one.
    REFUSED = (ScanState.INFECTED, ScanState.LIMIT_EXCEEDED)

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
        _("malware scan"), max_length=16, choices=ScanState.choices, default=ScanState.NOT_SCANNED
    )
    # The scanner's name for what it found, or why it could not scan.
    scan_note = models.CharField(_("answer of the scanner"), max_length=200, blank=True)
    scanned_at = models.DateTimeField(_("scanned at"), null=True, blank=True)
    # When it is next sent to the scanner or, while it is there, when another process may take it over.
    scan_due_at = models.DateTimeField(_("next scan at"), null=True, blank=True)
    scan_attempts = models.PositiveIntegerField(_("attempts to scan"), default=0)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    # A wrong result is corrected (art. 23 NĐ 118/2025): the citizen can no longer download it.
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("revoked by"),
    )  # fmt: skip
    revocation_reason = models.TextField(_("reason for revoking"), blank=True)

    objects = AttachmentQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True, revocation_reason="")
                | (Q(revoked_at__isnull=False, purpose="result") & ~Q(revocation_reason="")),
                name="attachment_revoked_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(scan_state="not_scanned", scanned_at=None, scan_due_at=None, scan_note="")
                | Q(scan_state="waiting", scanned_at=None, scan_due_at__isnull=False, scan_note="")
                | (Q(scan_state="failed", scanned_at=None, scan_due_at__isnull=False) & ~Q(scan_note=""))
                | Q(scan_state="clean", scanned_at__isnull=False, scan_due_at=None, scan_note="")
                | (
                    Q(
                        scan_state__in=["infected", "limit_exceeded"],
                        scanned_at__isnull=False,
                        scan_due_at=None,
                    )
                    & ~Q(scan_note="")
                ),
                name="attachment_scan_states",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scan_due_at"], condition=Q(scan_due_at__isnull=False), name="attachment_scan_due"
            )
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def is_served(self) -> bool:
        """Return True if the scan allows downloads; the caller checks the permission."""
        return self.scan_state in self.SERVED

    @property
    def is_refused(self) -> bool:
        """Return True if the scanner found malware in the file or could not inspect it."""
        return self.scan_state in self.REFUSED

    @property
    def problem(self) -> str:
        """Return why the file must be replaced before it is sent, for the person who uploaded it.

        Empty if it need not be.
        """
        if self.scan_state == self.ScanState.INFECTED:
            text = _("Malware was found in “%(name)s”. Remove it and choose a clean file.")
        elif self.scan_state == self.ScanState.LIMIT_EXCEEDED:
            text = _(
                "“%(name)s” cannot be scanned for malware: it is password-protected or too large. Remove it "
                "and choose another file."
            )
        else:
            return ""
        return str(text) % {"name": self.original_name}
