"""Words that procedures share: fields of life and kinds of people."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from procedures.choices import AudienceCode


class Field(models.Model):
    """A field of administration (lĩnh vực), as ``G15-TP07`` Hộ tịch. Two ministries may use the same name."""

    code = models.CharField(_("code"), max_length=20, blank=True, help_text=_("For example G15-TP07."))
    name = models.CharField(_("name"), max_length=250)
    ministry = models.CharField(_("ministry in charge"), max_length=120, blank=True)
    slug = models.SlugField(_("slug"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        ordering = ["name", "ministry"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~models.Q(code=""), name="field_code_once"),
            models.UniqueConstraint(fields=["name", "ministry"], name="field_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="field_has_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.ministry})" if self.ministry else self.name


class Audience(models.Model):
    """A kind of applicant (đối tượng thực hiện)."""

    code = models.CharField(_("code"), max_length=30, unique=True, choices=AudienceCode.choices)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__in=AudienceCode.values), name="audience_code_known"
            )
        ]

    def __str__(self) -> str:
        return self.name
