"""The who-viewed log, as those read it who may: the citizen, and the agency's leader and inspector."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Max
from django.db.models.functions import Coalesce

from forms_app.dossiers.models import Dossier, ViewLog

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Opened:
    """How often the officers of one agency opened something of a dossier, and when last."""

    agency: str
    times: int
    last: datetime


def looks_of(dossier: Dossier) -> list[ViewLog]:
    """Return the newest looks, at most 200, with who and from where; one query."""
    return list(dossier.views.select_related("actor", "agency")[:MOST])


def opened_by(dossier: Dossier) -> list[Opened]:
    """Return the agencies whose officers opened the dossier, the latest first; one query."""
    by_agency = (
        dossier.views.exclude(actor=None)
        .order_by()
        .values(name=Coalesce("agency__name", "dossier__agency__name"))
        .annotate(times=Count("pk"), last=Max("at"))
        .order_by("-last")
    )
    return [Opened(row["name"], row["times"], row["last"]) for row in by_agency]
