"""Blank forms for download."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from procedures.models import FormTemplate

YEAR = 365 * 24 * 60 * 60


@require_safe
def template_file(request: HttpRequest, pk: int, name: str) -> FileResponse:
    """Send the file as an attachment. It never changes, so that browsers may keep it."""
    form = get_object_or_404(FormTemplate, pk=pk)
    try:
        response = FileResponse(form.file.open("rb"), as_attachment=True, filename=form.name)
    except FileNotFoundError as error:
        raise Http404 from error
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response
