"""Blank forms (biểu mẫu) that citizens download. A file, once here, never changes: versions point at it."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class FormTemplate(models.Model):
    """One blank form, known by the SHA-256 of its bytes."""

    name = models.CharField(_("file name"), max_length=200)
    file = models.FileField(_("file"), upload_to="bieu-mau/%Y/")
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True, editable=False)
    size = models.PositiveIntegerField(_("size in bytes"), editable=False, default=0)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("blank form")
        verbose_name_plural = _("blank forms")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Take the digest and the size from the bytes, so that nobody has to type them."""
        self.sha256 = self._digest()
        self.size = self.file.size
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("procedures:template", args=[self.pk, self.name])

    def clean(self) -> None:
        """Refuse other bytes under an old name: a version that people filed under offers this very file."""
        if self.pk and self.file and self._digest() != self.sha256:
            raise ValidationError(
                {"file": _("Upload the new form as a new file; versions point at this one.")}
            )

    def _digest(self) -> str:
        with self.file.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
            handle.seek(0)
        return digest
