"""Hand a private file to somebody whose permission was checked: always as a download, never kept by a cache."""

from __future__ import annotations

from django.core.files.storage import storages
from django.http import FileResponse, Http404

from forms_app.dossiers.models import Attachment


def attachment_response(attachment: Attachment) -> FileResponse:
    """Return the bytes of ``attachment``; ``Http404`` where the store has lost them."""
    try:
        opened = storages["private"].open(attachment.path)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        opened, as_attachment=True, filename=attachment.original_name, content_type=attachment.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
