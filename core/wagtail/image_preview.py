"""The preview of a resized copy in the admin, only for images that are not withheld (ADR 291)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from wagtail.admin.auth import require_admin_access
from wagtail.images import get_image_model
from wagtail.images.views.images import preview as wagtail_preview


@require_admin_access
def preview(request: HttpRequest, image_id: int, filter_spec: str) -> HttpResponseBase:
    """Show a temporary resized copy; 404 for an image that is withheld."""
    if not get_object_or_404(get_image_model(), pk=image_id).is_shown:
        raise Http404
    response: HttpResponseBase = wagtail_preview(request, image_id, filter_spec)
    return response
