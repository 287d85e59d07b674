"""Documents of restricted collections: who sees their titles, and how they are sent."""

from __future__ import annotations

from http import HTTPStatus

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from wagtail.admin.auth import require_admin_access
from wagtail.documents import get_document_model
from wagtail.documents.views.chooser import viewset
from wagtail.documents.views.serve import serve as wagtail_serve
from wagtail.models import CollectionViewRestriction

from core import library_scan
from core.models import LibraryScan
from core.text import parse_pk

Verdict = LibraryScan.Verdict


def readable_documents(documents: QuerySet, request: HttpRequest) -> QuerySet:
    """Leave out the documents of collections that the user may not read, as the address of the file does."""
    for restriction in CollectionViewRestriction.objects.select_related("collection"):
        if not restriction.accept_request(request):
            documents = documents.exclude(collection__path__startswith=restriction.collection.path)
    return documents


@require_admin_access
def chosen_document(request: HttpRequest, pk: str) -> HttpResponseBase:
    """Return the title of a chosen document that the user may read."""
    _require_readable(request, [pk])
    response: HttpResponseBase = viewset.chosen_view(request, pk=pk)
    return response


@require_admin_access
def chosen_documents(request: HttpRequest) -> HttpResponseBase:
    """Return the titles of chosen documents if the user may read all of them."""
    _require_readable(request, request.GET.getlist("id"))
    response: HttpResponseBase = viewset.chosen_multiple_view(request)
    return response


def _require_readable(request: HttpRequest, keys: list[str]) -> None:
    wanted = {pk for key in keys if (pk := parse_pk(key)) is not None}
    found = readable_documents(get_document_model().objects.filter(pk__in=wanted), request)
    if found.count() < len(set(keys)):
        raise Http404


def serve(request: HttpRequest, document_id: int, document_filename: str) -> HttpResponseBase:
    """Send the file, as a download unless it is a PDF; no cache may keep one of a restricted collection.

    With a malware scanner, only what it found clean is sent (ADR 171): 409 while it is waiting, otherwise 403.
    """
    document = get_object_or_404(get_document_model(), pk=document_id)
    if library_scan.is_withheld(document):
        return _not_clean(request, library_scan.verdict_on(document))
    response: HttpResponseBase = wagtail_serve(request, document_id, document_filename)
    restricted = document.collection.get_view_restrictions().exists()
    response.headers["Cache-Control"] = "private, no-store" if restricted else "no-cache"
    if not response.headers.get("Content-Disposition", "").startswith("inline"):
        # A PDF opens in the browser, which does not show it in a sandbox; everything else is a download.
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if response.headers.get("Content-Encoding") == "None":  # of wagtail.utils.sendfile, for a file as it is
        del response.headers["Content-Encoding"]
    return response


def _not_clean(request: HttpRequest, verdict: str | None) -> HttpResponse:
    reason = Verdict(verdict).label if verdict else _("Being scanned for malware")
    status = HTTPStatus.FORBIDDEN if verdict else HTTPStatus.CONFLICT
    context = {"reason": reason, "may_try_again": verdict is None}
    response = render(request, "core/file_not_clean.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
