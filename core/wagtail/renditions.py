"""Resized copies of images where no web server sends them: in the demo and in development (docs/features/demo.md)."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe
from wagtail.images import get_image_model

from core import library_scan

FOLDER = "images/"
HOUR = 60 * 60


@require_safe
def serve(request: HttpRequest, name: str) -> FileResponse:
    """Send the resized copy ``name`` of an image; 404 for any other file below the media root.

    An image that is withheld is not sent, nor one of a collection that the visitor may not see.
    """
    renditions = get_image_model().get_rendition_model().objects.select_related("image__collection")
    rendition = get_object_or_404(renditions, file=f"{FOLDER}{name}")
    restrictions = rendition.image.collection.get_view_restrictions()
    if library_scan.is_withheld(rendition.image):
        raise Http404
    if not all(restriction.accept_request(request) for restriction in restrictions):
        raise Http404
    try:
        response = FileResponse(default_storage.open(rendition.file.name))
    except FileNotFoundError as error:
        raise Http404 from error
    response.headers["Cache-Control"] = "private, no-store" if restrictions else f"max-age={HOUR}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
