"""Dossiers in the search of the one-stop desk: a collection of their own, each visible to its agency only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.text import parse_pk
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Status
from search.documents import DOSSIERS, DocumentSource, SearchDocument, register
from search.services.indexing import index

KIND = "dossier"


@register
class DossierSource(DocumentSource):
    """Code, applicant and procedure; never an answer, an ID number or a file."""

    kind = KIND
    collection = DOSSIERS

    def refs(self) -> set[str]:
        """Return the ids of the filed dossiers."""
        return {str(pk) for pk in Dossier.objects.filed().order_by().values_list("pk", flat=True)}

    def documents(self, refs: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        """Yield the documents of the dossiers with these ids, or of all."""
        rows = Dossier.objects.filed().select_related("procedure_version", "agency").order_by("pk")
        if refs is not None:
            rows = rows.filter(pk__in=list(filter(None, map(parse_pk, refs))))
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


def index_dossier(dossier: Dossier) -> None:
    """Update the search index after a change of ``dossier``, through the outbox."""
    index(kind=KIND, refs=[str(dossier.pk)])
