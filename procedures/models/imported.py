"""What the last import left in the catalogue, so that the next one knows what editors have written since."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from procedures.models.register import Procedure


class ImportedFacts(models.Model):
    """Fingerprints of the facts of a procedure that come from a file (``procedures.hand_changes``)."""

    procedure = models.OneToOneField(
        Procedure, on_delete=models.CASCADE, related_name="imported_facts", verbose_name=_("procedure")
    )
    facts = models.JSONField(_("fingerprints"), default=dict)

    class Meta:
        verbose_name = _("imported facts")
        verbose_name_plural = _("imported facts")

    def __str__(self) -> str:
        return str(self.procedure_id)
