"""The draft (hồ sơ nháp) before a dossier is submitted."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from forms_app.dossiers.models.answers import AnswersField


class Draft(models.Model):
    """Answers not submitted yet, pinned to the versions under which they were started. Expires.

    The citizen holds its token; the database keeps only the hash.
    """

    token_hash = models.CharField(_("token hash"), max_length=64, unique=True)
    idempotency_key = models.CharField(_("idempotency key"), max_length=64, unique=True)
    form_version = models.ForeignKey("builder.FormVersion", on_delete=models.PROTECT, related_name="drafts")
    procedure_version = models.ForeignKey(
        "procedures.ProcedureVersion", on_delete=models.PROTECT, related_name="+"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    answers = AnswersField(_("answers"), default=dict, blank=True)
    # What was typed but is not a valid answer yet: ``{step: {name of the input: [texts]}}``.
    typed = AnswersField(_("entered but not valid yet"), default=dict, blank=True)
    # Why files were not accepted at the last attempt: ``{step: {field: message}}``.
    rejected_files = models.JSONField(_("files not accepted"), default=dict, blank=True)
    # Which page saved a step last, ``{step: id of the page}``: another tab must not overwrite it silently.
    saved_by = models.JSONField(_("pages that saved the steps"), default=dict, blank=True)
    steps_done = models.JSONField(_("completed steps"), default=list, blank=True)
    on_shared_device = models.BooleanField(_("on a shared device"), default=False)
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
