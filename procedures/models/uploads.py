"""Files that a procedure controller imports in the admin: what was read, who applied it, what came of it."""

from __future__ import annotations

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _


def private_storage() -> Storage:
    """Uploaded lists lie outside of every web root."""
    return storages["private"]


class ImportUpload(models.Model):
    """One uploaded file with its preview; ``applied_at`` is empty until somebody applies it."""

    name = models.CharField(_("file name"), max_length=200)
    file = models.FileField(_("file"), upload_to="nhap-thu-tuc/%Y/", storage=private_storage)
    report = models.JSONField(_("report"), default=dict)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.name
