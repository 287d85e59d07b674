"""A dossier that is not filed yet (hồ sơ nháp). Known to its citizen by a token; only the token's hash is kept."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency


class Draft(models.Model):
    """Answers in the making, pinned to the versions they were begun under. Expires."""

    token_hash = models.CharField(_("token hash"), max_length=64, unique=True)
    idempotency_key = models.CharField(_("idempotency key"), max_length=64, unique=True)
    form_version = models.ForeignKey("builder.FormVersion", on_delete=models.PROTECT, related_name="drafts")
    procedure_version = models.ForeignKey(
        "procedures.ProcedureVersion", on_delete=models.PROTECT, related_name="+"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    # What was typed but could not be read as an answer yet, by step: ``{step: {field of the page: [texts]}}``.
    typed = models.JSONField(_("typed, not yet valid"), default=dict, blank=True)
    steps_done = models.JSONField(_("finished steps"), default=list, blank=True)
    created_at = models.DateTimeField(_("created at"))
    saved_at = models.DateTimeField(_("saved at"))
    expires_at = models.DateTimeField(_("expires at"), db_index=True)
    dossier = models.OneToOneField(
        "dossiers.Dossier", on_delete=models.CASCADE, null=True, blank=True, related_name="draft",
        verbose_name=_("dossier"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")

    def __str__(self) -> str:
        return f"{self.form_version} · {self.agency}"
