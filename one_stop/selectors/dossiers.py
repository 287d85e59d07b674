"""One dossier as the officer reads it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch

from forms_app.dossiers import codes
from forms_app.dossiers.models import Attachment, Dossier, DossierEvent, SupplementRequest
from one_stop.access import OfficerAccess


@dataclass(frozen=True, slots=True)
class DossierDetail:
    """A dossier with everything its page shows, in the order of the page."""

    dossier: Dossier
    events: list[DossierEvent]
    files: list[Attachment]
    requests: list[SupplementRequest]


def dossier_for(access: OfficerAccess, code: str) -> DossierDetail | None:
    """Return the dossier with ``code``, in four queries; None if it is unknown or of another agency."""
    dossier = (
        Dossier.objects.filed()
        .of_agencies([agency.pk for agency in access.agencies])
        .with_parties()
        .select_related("form_version", "procedure_version__decision", "agency__parent", "agency__unit")
        .prefetch_related(
            "events",
            Prefetch("attachments", Attachment.objects.handed_in().select_related("revoked_by")),
            Prefetch("supplement_requests", SupplementRequest.objects.select_related("received_by")),
        )
        .filter(code=codes.normalise(code))
        .first()
    )
    if dossier is None:
        return None
    return DossierDetail(
        dossier,
        sorted(dossier.events.all(), key=lambda event: event.sequence),
        sorted(dossier.attachments.all(), key=lambda file: file.pk),
        sorted(dossier.supplement_requests.all(), key=lambda request: request.number),
    )
