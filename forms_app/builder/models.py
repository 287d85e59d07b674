"""Online forms (biểu mẫu điện tử): the working copy that editors change and the immutable published versions."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import OrderKeyField


def empty_schema() -> dict[str, Any]:
    """Return the schema of a form without steps."""
    return {"steps": [], "estimated_minutes": 10}


class FormDefinition(models.Model):
    """The form of one procedure with the working copy of its schema."""

    procedure = models.ForeignKey(
        "procedures.Procedure", on_delete=models.PROTECT, related_name="forms", verbose_name=_("procedure")
    )
    title = models.CharField(_("title"), max_length=250)
    order_key = OrderKeyField(source="title")
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    active = models.BooleanField(_("open for filing"), default=True)
    working_copy = models.JSONField(_("working copy"), default=empty_schema)
    working_copy_changed_at = models.DateTimeField(_("working copy changed at"), auto_now=True)

    class Meta:
        verbose_name = _("online form")
        verbose_name_plural = _("online forms")
        ordering = ["order_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure"], condition=models.Q(active=True), name="form_one_active_per_procedure"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def content_hash(self) -> str:
        """Return the SHA-256 of what editors can change, to detect conflicts (docs/architecture.md#rule-11)."""
        state = [self.procedure_id, self.title, self.active, self.working_copy]
        return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


class FormVersion(models.Model):
    """One published schema, immutable by triggers (docs/architecture.md#rule-2)."""

    definition = models.ForeignKey(FormDefinition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    schema = models.JSONField(_("schema"))
    digest = models.CharField(_("digest"), max_length=64)
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("published by"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("form version")
        verbose_name_plural = _("form versions")
        ordering = ["definition", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="form_version_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.definition} ({self.number})"
