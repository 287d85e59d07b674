"""Store uploaded files in the private store under random names, with content type and SHA-256."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Manager, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import InvalidInput, NotAllowed
from core.foreign_files.inspection import Inspected, Limits, inspect
from core.foreign_files.turns import PORTAL, Visitor
from core.transactions import retry_on_deadlock
from forms_app.builder.field_types import file as file_type
from forms_app.builder.schema import FieldSpec
from forms_app.dossiers.models import Attachment, Dossier, Draft, SupplementRequest
from forms_app.dossiers.services import scans

logger = logging.getLogger(__name__)

RESULT_SPEC: Final = FieldSpec("result", "file", "", options={"max_files": 10})


def store_answer(
    *, draft: Draft, spec: FieldSpec, upload: UploadedFile, network: str = "", now: datetime | None = None
) -> Attachment:
    """Store one file of a draft; ``InvalidInput`` says why it is rejected. ``network`` has a limited share of checks.

    ``NotAllowed`` if the draft was submitted, erased or taken over since it was read.
    """
    checked = _check(spec, upload, Visitor(network, f"draft {draft.pk}") if network else PORTAL)
    with transaction.atomic():
        # One at a time: files sent in parallel must not together exceed the limits.
        same = Draft.objects.select_for_update().filter(
            pk=draft.pk, token_hash=draft.token_hash, dossier=None
        )
        if same.first() is None:
            raise NotAllowed
        return _store(checked, now, all_files=draft.attachments, draft=draft)


@retry_on_deadlock
def store_supplement(
    *,
    request: SupplementRequest,
    spec: FieldSpec,
    upload: UploadedFile,
    network: str = "",
    now: datetime | None = None,
) -> Attachment:
    """Store one file for an open supplement request; it counts once the citizen sends the supplement.

    ``InvalidInput`` says why it is rejected, also if the request has been closed since it was read.
    """
    visitor = Visitor(network, f"dossier {request.dossier_id}") if network else PORTAL
    checked, purpose = _check(spec, upload, visitor), Attachment.Purpose.SUPPLEMENT
    with transaction.atomic():
        # The file belongs to the dossier, which the desk also locks first.
        Dossier.objects.select_for_update(of=("self",)).get(pk=request.dossier_id)
        if not SupplementRequest.objects.filter(pk=request.pk, closed_at=None).exists():
            raise InvalidInput(_("The agency no longer needs anything from you."))
        return _store(checked, now, dossier=request.dossier, supplement=request, purpose=purpose)


def store_received(
    *,
    request: SupplementRequest,
    item: str,
    upload: UploadedFile,
    account: str = "",
    now: datetime | None = None,
) -> Attachment:
    """Store the scan of a document that was handed in at the counter; the caller holds the lock of the dossier."""
    checked = _check(FieldSpec(item, "file", "", options={"max_files": 10}), upload, Visitor(account))
    return _store(
        checked, now, dossier=request.dossier, supplement=request, purpose=Attachment.Purpose.SUPPLEMENT
    )


def store_result(
    *, dossier: Dossier, upload: UploadedFile, account: str = "", now: datetime | None = None
) -> Attachment:
    """Store an electronic result for the citizen; the same file as a revoked one becomes a separate result."""
    return _store(
        _check(RESULT_SPEC, upload, Visitor(account)),
        now,
        dossier=dossier,
        purpose=Attachment.Purpose.RESULT,
        revoked_at=None,
    )


def remove(*, attachment: Attachment) -> None:
    """Delete a file that was not submitted yet, its bytes after commit."""
    path = attachment.path
    attachment.delete()
    transaction.on_commit(lambda: storages["private"].delete(path))


@dataclass(frozen=True, slots=True)
class _Checked:
    """An upload that passed the inspection."""

    spec: FieldSpec
    upload: UploadedFile
    verdict: Inspected
    sha256: str


def _check(spec: FieldSpec, upload: UploadedFile, visitor: Visitor) -> _Checked:
    limits = Limits(file_type.allowed_extensions(spec), file_type.max_bytes(spec))
    file: BinaryIO = upload.file  # type: ignore[assignment]
    verdict = inspect(file, name=upload.name or "", size=upload.size or 0, limits=limits, visitor=visitor)
    return _Checked(spec, upload, verdict, _sha256(upload))


def _store(
    checked: _Checked, now: datetime | None, *, all_files: Manager[Attachment] | None = None, **owner: Any
) -> Attachment:
    """Store the file for ``owner``; ``all_files`` are those of its draft, whose number is limited."""
    spec, upload, verdict, moment = checked.spec, checked.upload, checked.verdict, now or timezone.now()
    same_field = Attachment.objects.filter(field_id=spec.id, **owner)
    # If a page is sent again, the same file is sent again.
    if stored := same_field.filter(sha256=checked.sha256).first():
        return stored
    if all_files is not None:
        _check_number_of_all(all_files)
    _check_number(same_field, spec)
    # The bytes first: a file without a row is cleaned up, but a row without a file could not be read.
    path = _save_bytes(f"dossiers/{moment:%Y/%m}/{secrets.token_hex(20)}", upload)
    return Attachment.objects.create(
        field_id=spec.id, path=path, original_name=verdict.name, content_type=verdict.content_type,
        size=upload.size or 0, sha256=checked.sha256, uploaded_at=moment, **scans.waiting_fields(moment), **owner,
    )  # fmt: skip


def _save_bytes(name: str, upload: UploadedFile) -> str:
    """Store the bytes; ``InvalidInput`` if the disk is full or nearly full, which is logged as an error."""
    store = storages["private"]
    try:
        if isinstance(store, FileSystemStorage):
            _check_free_space(Path(store.location))
        return store.save(name, upload)
    except OSError as error:
        logger.exception("the private store takes no files")
        raise InvalidInput(storage_message(upload.name or ""), code="storage") from error


def _check_free_space(folder: Path) -> None:
    """Raise ``OSError`` below ``UPLOAD_MIN_FREE_BYTES``: the database and the logs need what is left."""
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < settings.UPLOAD_MIN_FREE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def storage_message(name: str) -> str:
    """Return the message for a file that could not be stored through no fault of the person."""
    return _(
        "“%(name)s” could not be stored because of a fault in the portal. What you typed is kept. Try again "
        "later."
    ) % {"name": name}


def _sha256(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _check_number(files: QuerySet[Attachment], spec: FieldSpec) -> None:
    most = file_type.max_files(spec)
    if files.count() >= most:
        raise InvalidInput(
            _("You can upload at most %(count)d files here. Remove one first.") % {"count": most}
        )


def _check_number_of_all(files: Manager[Attachment]) -> None:
    most = settings.UPLOAD_MAX_FILES_PER_DOSSIER
    if files.count() >= most:
        raise InvalidInput(
            _("A dossier can have at most %(count)d files. Remove one first.") % {"count": most}
        )
