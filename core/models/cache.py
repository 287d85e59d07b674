"""The generation of what anonymous people see. Bumped in the transaction that changes it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CacheEpoch(models.Model):
    """One row a scope (``site``): whole cached pages carry the epoch they were made under."""

    scope = models.CharField(_("scope"), max_length=40, primary_key=True)
    epoch = models.PositiveBigIntegerField(_("epoch"), default=0)

    class Meta:
        verbose_name = _("cache epoch")
        verbose_name_plural = _("cache epochs")

    def __str__(self) -> str:
        return f"{self.scope} {self.epoch}"
