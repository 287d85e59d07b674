"""Keep a file in the private store under a random name, with what it is and its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Manager, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import InvalidInput, NotAllowed
from forms_app.builder.field_types import file as file_type
from forms_app.builder.schema import FieldSpec
from forms_app.dossiers.inspection import Inspected, Limits, inspect
from forms_app.dossiers.models import Attachment, Dossier, Draft, SupplementRequest

RESULT_SPEC: Final = FieldSpec("result", "file", "", options={"max_files": 10})


def store_answer(
    *, draft: Draft, spec: FieldSpec, upload: UploadedFile, now: datetime | None = None
) -> Attachment:
    """Keep one file of a draft; ``InvalidInput`` says why it cannot be taken.

    ``NotAllowed`` where the draft was filed, erased or taken over since it was read.
    """
    checked = _check(spec, upload)
    with transaction.atomic():
        # One at a time, or files sent side by side would pass the limits together.
        same = Draft.objects.select_for_update().filter(
            pk=draft.pk, token_hash=draft.token_hash, dossier=None
        )
        if same.first() is None:
            raise NotAllowed
        return _store(checked, now, room=draft.attachments, draft=draft)


def store_supplement(
    *, request: SupplementRequest, spec: FieldSpec, upload: UploadedFile, now: datetime | None = None
) -> Attachment:
    """Keep one file for an open supplement request; it counts once the citizen sends the answer.

    ``InvalidInput`` says why it cannot be taken, also where the request was closed since it was read.
    """
    checked, purpose = _check(spec, upload), Attachment.Purpose.SUPPLEMENT
    with transaction.atomic():
        still = SupplementRequest.objects.select_for_update().filter(pk=request.pk, closed_at=None)
        if still.first() is None:
            raise InvalidInput(_("Nothing is asked of you any more."))
        return _store(checked, now, dossier=request.dossier, supplement=request, purpose=purpose)


def store_result(*, dossier: Dossier, upload: UploadedFile, now: datetime | None = None) -> Attachment:
    """Keep the electronic result that the desk hands to the citizen."""
    return _store(_check(RESULT_SPEC, upload), now, dossier=dossier, purpose=Attachment.Purpose.RESULT)


def remove(*, attachment: Attachment) -> None:
    """Delete a file that was not filed yet, its bytes after commit."""
    path = attachment.path
    attachment.delete()
    transaction.on_commit(lambda: storages["private"].delete(path))


@dataclass(frozen=True, slots=True)
class _Checked:
    """An upload whose bytes were looked at."""

    spec: FieldSpec
    upload: UploadedFile
    verdict: Inspected
    sha256: str


def _check(spec: FieldSpec, upload: UploadedFile) -> _Checked:
    limits = Limits(file_type.extensions(spec), file_type.most_bytes(spec))
    verdict = inspect(upload.file, name=upload.name or "", size=upload.size or 0, limits=limits)  # type: ignore[arg-type]
    return _Checked(spec, upload, verdict, _sha256(upload))


def _store(
    checked: _Checked, now: datetime | None, *, room: Manager[Attachment] | None = None, **owner: Any
) -> Attachment:
    """Keep the file for ``owner``; ``room`` are all the files of a dossier in the making, where these are limited."""
    spec, upload, verdict, moment = checked.spec, checked.upload, checked.verdict, now or timezone.now()
    there = Attachment.objects.filter(field_id=spec.id, **owner)
    # A page that is sent again brings the same file again.
    if known := there.filter(sha256=checked.sha256).first():
        return known
    if room is not None:
        _check_whole(room)
    _check_room(there, spec)
    # The bytes go first: a row without its file would be a lie, a file without its row is swept up.
    path = storages["private"].save(f"dossiers/{moment:%Y/%m}/{secrets.token_hex(20)}", upload)
    return Attachment.objects.create(
        field_id=spec.id, path=path, original_name=verdict.name, content_type=verdict.content_type,
        size=upload.size or 0, sha256=checked.sha256, uploaded_at=moment, **owner,
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


def _check_whole(files: Manager[Attachment]) -> None:
    most = settings.UPLOAD_MAX_FILES_PER_DOSSIER
    if files.count() >= most:
        raise InvalidInput(_("A dossier has at most %(count)d files. Remove one first.") % {"count": most})
