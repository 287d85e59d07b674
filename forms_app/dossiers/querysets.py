"""Reads of dossiers. Every list of an officer starts with ``visible_to``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

from forms_app.dossiers.transitions import OPEN, Status

if TYPE_CHECKING:
    from forms_app.dossiers.models import Dossier  # noqa: F401


class DossierQuerySet(models.QuerySet["Dossier"]):
    """Filters that read as sentences."""

    def filed(self) -> Self:
        """Leave out what a transaction in progress has not numbered yet."""
        return self.filter(code__isnull=False)

    def of_agencies(self, agencies: Iterable[Any]) -> Self:
        """Return the dossiers received by any of ``agencies`` (instances, ids or a queryset)."""
        return self.filter(agency__in=agencies)

    def open(self) -> Self:
        """Return the dossiers somebody at the agency still has to do something about."""
        return self.filter(status__in=OPEN)

    def overdue(self, now: datetime) -> Self:
        """Return open dossiers whose running clock has passed the promised date."""
        return self.filter(
            due_at__lt=now, clock_state="running", status__in=[Status.ACCEPTED, Status.PROCESSING]
        )

    def finished_late(self) -> Self:
        """Return finished dossiers whose day of completion is after the promised day."""
        return self.filter(finished_at__date__gt=F("due_at__date")).filter(Q(status__in=[9, 10]))

    def with_parties(self) -> Self:
        """Join what every list shows: agency, officer, procedure."""
        return self.select_related("agency", "assigned_to", "procedure_version__procedure")
