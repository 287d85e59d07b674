"""What the processes must agree on: how the words of a collection are spread, and when that changed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CollectionState(models.Model):
    """How often each syllable occurs in the titles of a collection (its weight in ranking depends on it).

    ``spellings`` and ``pairs`` say how syllables and neighbours are written; ``counted`` is the epoch of all three.
    """

    collection = models.CharField(_("collection"), max_length=20, primary_key=True)
    documents = models.PositiveIntegerField(_("documents"), default=0)
    frequencies = models.JSONField(_("frequencies"), default=dict)
    spellings = models.JSONField(_("spellings"), default=dict)
    pairs = models.JSONField(_("pairs of neighbours"), default=dict)
    counted = models.PositiveBigIntegerField(_("epoch of the last count"), default=0)
    epoch = models.PositiveBigIntegerField(_("epoch"), default=0)

    class Meta:
        verbose_name = _("state of a collection")
        verbose_name_plural = _("states of collections")

    def __str__(self) -> str:
        return f"{self.collection} {self.epoch}"
