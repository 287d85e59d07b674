"""Blank forms (mẫu đơn, tờ khai) for download. A stored file never changes, because versions refer to it."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import OrderKeyField


class BlankForm(models.Model):
    """The file of a blank form, identified by the SHA-256 of its bytes."""

    name = models.CharField(_("file name"), max_length=200)
    order_key = OrderKeyField(source="name")
    file = models.FileField(_("file"), upload_to="bieu-mau/%Y/")
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True, editable=False)
    size = models.PositiveIntegerField(_("size in bytes"), editable=False, default=0)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("blank form")
        verbose_name_plural = _("blank forms")
        ordering = ["order_key", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Compute digest and size from the file."""
        self.sha256 = self._digest()
        self.size = self.file.size
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("procedures:blank_form", args=[self.pk, self.name])

    def clean(self) -> None:
        """Refuse to replace the file: versions that citizens filed under refer to it."""
        if self.pk and self.file and self._digest() != self.sha256:
            raise ValidationError(
                {"file": _("Upload the new form as a separate file; versions refer to this one.")}
            )

    def _digest(self) -> str:
        with self.file.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
            handle.seek(0)
        return digest
