"""One dossier as the officer reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, prefetch_related_objects

from forms_app.dossiers import codes
from forms_app.dossiers.models import Attachment, Dossier, DossierEvent, PostalOrder, SupplementRequest
from forms_app.dossiers.models.events import CORRECTIONS
from forms_app.dossiers.transitions import Action
from one_stop.access import OfficerAccess


@dataclass(frozen=True, slots=True)
class DossierDetail:
    """A dossier with everything its page shows, in the order of the page."""

    dossier: Dossier
    events: list[DossierEvent]
    files: list[Attachment]
    requests: list[SupplementRequest]
    postal_orders: list[PostalOrder]


def dossier_for(access: OfficerAccess, code: str) -> DossierDetail | None:
    """Return the dossier with ``code``; None if it is unknown or of another agency.

    Four queries, five once a result has been handed over.
    """
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
    events = sorted(dossier.events.all(), key=lambda event: event.sequence)
    orders: list[PostalOrder] = []
    if any(event.action == Action.RETURN_RESULT for event in events):
        with_officer = PostalOrder.objects.select_related("handed_by")
        prefetch_related_objects([dossier], Prefetch("postal_orders", with_officer))
        orders = list(dossier.postal_orders.all())
    return DossierDetail(
        dossier,
        events,
        sorted(dossier.attachments.all(), key=lambda file: file.pk),
        sorted(dossier.supplement_requests.all(), key=lambda request: request.number),
        orders,
    )


def last_corrections(dossiers: Iterable[Dossier]) -> dict[int, DossierEvent]:
    """Return for each of ``dossiers`` the event with which the last correction of a wrong result began, by its id.

    No query if there is none among them, otherwise one.
    """
    corrected = [dossier.pk for dossier in dossiers if dossier.is_correction]
    if not corrected:
        return {}
    begun = DossierEvent.objects.filter(CORRECTIONS, dossier__in=corrected)
    return {event.dossier_id: event for event in begun.order_by("sequence")}
