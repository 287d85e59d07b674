"""A dossier as its citizen finds it: by private link, or by code and second secret."""

from __future__ import annotations

from forms_app.dossiers import access, codes
from forms_app.dossiers.models import Attachment, Dossier, DossierEvent, SupplementRequest
from forms_app.dossiers.transitions import INTERNAL


def dossier_by_token(token: str) -> Dossier | None:
    """Return the dossier behind a private link or a visit begun by code and secret."""
    found = Dossier.objects.filed().select_related(
        "agency__parent", "agency__unit", "procedure_version__procedure", "form_version"
    )
    if token.startswith(access.VISIT_PREFIX):
        visited = access.visited_dossier(token)
        return found.filter(pk=visited).first() if visited is not None else None
    return found.filter(link_token_hash=access.token_hash(token)).first()


def dossier_by_secret(code: str, secret: str) -> Dossier | None:
    """Return the dossier of ``code`` when ``secret`` is its own; the same work is done for an unknown code."""
    dossier = Dossier.objects.filed().filter(code=codes.normalise(code)).first()
    matches = access.secret_matches(dossier.lookup_secret_hash if dossier else "", secret)
    return dossier if matches else None


def open_request(dossier: Dossier) -> SupplementRequest | None:
    """Return what the citizen is asked for now."""
    return dossier.supplement_requests.filter(closed_at=None).order_by("-number").first()


def files_for_citizen(dossier: Dossier) -> list[Attachment]:
    """Return every file of the dossier that its citizen sent or was given."""
    return list(dossier.attachments.order_by("id"))


def events_for_citizen(dossier: Dossier) -> list[DossierEvent]:
    """Return the history without what only concerns the inside of the agency, the oldest first."""
    return list(dossier.events.exclude(action__in=INTERNAL).order_by("sequence"))
