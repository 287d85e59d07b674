"""Uploaded files in the order of the questions they answer."""

from __future__ import annotations

from collections.abc import Iterable

from forms_app.dossiers.models import Attachment


def filed_by_field(attachments: Iterable[Attachment]) -> dict[str, list[Attachment]]:
    """Return the files handed in with the application, by field id; supplements and results are left out."""
    filed: dict[str, list[Attachment]] = {}
    for item in attachments:
        if item.purpose == Attachment.Purpose.ANSWER:
            filed.setdefault(item.field_id, []).append(item)
    return filed
