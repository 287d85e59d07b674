"""One dossier as the officer reads it."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.desk.access import Desk
from forms_app.dossiers.models import Attachment, Dossier, DossierEvent, SupplementRequest


@dataclass(frozen=True, slots=True)
class ReadDossier:
    """A dossier with all it holds, in the order of the page."""

    dossier: Dossier
    history: list[DossierEvent]
    files: list[Attachment]
    requests: list[SupplementRequest]


def dossier_of(desk: Desk, code: str) -> ReadDossier | None:
    """Return the dossier with ``code``, in four queries; None behind the wall as for nothing."""
    dossier = (
        Dossier.objects.filed()
        .of_agencies([agency.pk for agency in desk.agencies])
        .with_parties()
        .select_related("form_version", "procedure_version__decision", "agency__parent", "agency__unit")
        .prefetch_related("events", "attachments", "supplement_requests")
        .filter(code=code)
        .first()
    )
    if dossier is None:
        return None
    return ReadDossier(
        dossier,
        sorted(dossier.events.all(), key=lambda event: event.sequence),
        sorted(dossier.attachments.all(), key=lambda file: file.pk),
        sorted(dossier.supplement_requests.all(), key=lambda asked: asked.number),
    )
