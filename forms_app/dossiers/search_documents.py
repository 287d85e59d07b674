"""Dossiers as the desk finds them: in their own collection, each visible to its agency only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.dispatch import receiver

from forms_app.dossiers import codes
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.signals import dossier_changed
from forms_app.dossiers.transitions import Status
from search.documents import DOSSIERS, SearchDocument
from search.registry import DocumentSource, register
from search.services import index

KIND = "dossier"


@register
class DossierSource(DocumentSource):
    """Code, applicant and procedure; never an answer, an ID number or a file."""

    kind = KIND
    collection = DOSSIERS

    def documents(self, refs: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        """Yield the documents of the dossiers with these ids, or of all."""
        rows = Dossier.objects.filed().select_related("procedure_version", "agency").order_by("pk")
        if refs is not None:
            rows = rows.filter(pk__in=list(filter(None, map(codes.row_number, refs))))
        return map(_document, rows.iterator(chunk_size=500))


def _document(dossier: Dossier) -> SearchDocument:
    status, agency = str(dossier.status), str(dossier.agency_id)
    return SearchDocument(
        kind=KIND,
        ref=str(dossier.pk),
        collection=DOSSIERS,
        title=dossier.applicant_name,
        url="",
        codes=(str(dossier.code),),
        summary=dossier.procedure_version.title,
        keywords=tuple(filter(None, ("".join(dossier.phone.split()),))),
        facets={"agency": (agency,), "status": (status,)},
        facet_labels={status: str(Status(dossier.status).label), agency: dossier.agency.name},
        scopes=(f"agency:{dossier.agency_id}",),
        version=dossier.version,
        changed_at=dossier.submitted_at,
    )


@receiver(dossier_changed, dispatch_uid="dossiers.index")
def index_changed(sender: Any, dossier: Dossier, **_kwargs: Any) -> None:
    """Bring the index up to date with the change, through the outbox."""
    index(kind=KIND, refs=[str(dossier.pk)])
