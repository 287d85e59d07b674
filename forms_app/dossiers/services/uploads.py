"""Keep a file in the private store under a random name, with what it is and its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import InvalidInput
from forms_app.builder.field_types import file as file_type
from forms_app.builder.schema import FieldSpec
from forms_app.dossiers.inspection import Limits, inspect
from forms_app.dossiers.models import Attachment, Dossier, Draft, SupplementRequest

RESULT_SPEC: Final = FieldSpec("result", "file", "", options={"max_files": 10})


def store_answer(
    *, draft: Draft, spec: FieldSpec, upload: UploadedFile, now: datetime | None = None
) -> Attachment:
    """Keep one file of a draft; ``InvalidInput`` says why it cannot be taken."""
    if draft.attachments.count() >= settings.UPLOAD_MAX_FILES_PER_DOSSIER:
        most = settings.UPLOAD_MAX_FILES_PER_DOSSIER
        raise InvalidInput(_("A dossier has at most %(count)d files. Remove one first.") % {"count": most})
    return _store(spec, upload, now, draft=draft)


def store_supplement(
    *, request: SupplementRequest, spec: FieldSpec, upload: UploadedFile, now: datetime | None = None
) -> Attachment:
    """Keep one file for an open supplement request; it counts once the citizen sends the answer."""
    purpose = Attachment.Purpose.SUPPLEMENT
    return _store(spec, upload, now, dossier=request.dossier, supplement=request, purpose=purpose)


def store_result(*, dossier: Dossier, upload: UploadedFile, now: datetime | None = None) -> Attachment:
    """Keep the electronic result that the desk hands to the citizen."""
    return _store(RESULT_SPEC, upload, now, dossier=dossier, purpose=Attachment.Purpose.RESULT)


def remove(*, attachment: Attachment) -> None:
    """Delete a file that was not filed yet, its bytes after commit."""
    path = attachment.path
    attachment.delete()
    transaction.on_commit(lambda: storages["private"].delete(path))


def _store(spec: FieldSpec, upload: UploadedFile, now: datetime | None, **owner: Any) -> Attachment:
    limits = Limits(file_type.extensions(spec), file_type.most_bytes(spec))
    verdict = inspect(upload.file, name=upload.name or "", size=upload.size or 0, limits=limits)  # type: ignore[arg-type]
    digest, moment = _sha256(upload), now or timezone.now()
    there = Attachment.objects.filter(field_id=spec.id, **owner)
    # A page that is sent again brings the same file again.
    if known := there.filter(sha256=digest).first():
        return known
    _check_room(there, spec)
    # The bytes go first: a row without its file would be a lie, a file without its row is swept up.
    path = storages["private"].save(f"dossiers/{moment:%Y/%m}/{secrets.token_hex(20)}", upload)
    return Attachment.objects.create(
        field_id=spec.id, path=path, original_name=verdict.name, content_type=verdict.content_type,
        size=upload.size or 0, sha256=digest, uploaded_at=moment, **owner,
    )  # fmt: skip


def _sha256(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _check_room(there: QuerySet[Attachment], spec: FieldSpec) -> None:
    most = file_type.most_files(spec)
    if there.count() >= most:
        raise InvalidInput(_("At most %(count)d files fit here. Remove one first.") % {"count": most})
