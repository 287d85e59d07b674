"""The files of imports: read, reviewed and decided on before they are applied (``procedures.imports.jobs``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import PurePath

from django.contrib.auth.models import AnonymousUser
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.selectors import agencies_where
from core.errors import Conflict, NotAllowed
from procedures.imports.formats.reader import parse_file
from procedures.imports.rows import applicable, choices_of, plan_rows, read_rows
from procedures.imports.scope import imports_of
from procedures.models import ImportUpload, ProcedureSectionPage, PublicationDecision


def may_import(user: User | AnonymousUser) -> bool:
    """Return True for procedure controllers and superusers; files and rows are limited to their agencies."""
    return user.is_superuser or agencies_where(user, Membership.Role.CONTROLLER).exists()


def check_may_import(by: User, upload_id: int | None = None) -> None:
    """Raise ``NotAllowed`` unless ``by`` may import and, if it is given, work on that file."""
    if not may_import(by) or (upload_id and not imports_of(by).filter(pk=upload_id).exists()):
        raise NotAllowed(_("You do not have permission to import procedures."))


@transaction.atomic
def preview_upload(*, file: File, name: str, by: User) -> ImportUpload:
    """Read ``file`` into rows with a preview of their changes; ``FileProblem`` if it is broken: nothing is stored."""
    check_may_import(by)
    upload = ImportUpload.objects.create(name=PurePath(name).name[:200], uploaded_by=by)
    read_rows(upload, parse_file(file), choices_of(upload, by))
    file.seek(0)
    upload.file.save(upload.name, file)
    return upload


@transaction.atomic
def refresh_preview(*, upload_id: int, by: User) -> None:
    """Plan the rows that are not applied yet again; the selection is kept."""
    check_may_import(by, upload_id)
    upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    if is_open(upload):
        plan_rows(upload, choices_of(upload, by))


@transaction.atomic
def store_choices(
    *,
    upload_id: int,
    by: User,
    section: ProcedureSectionPage | None,
    valid_from: date | None,
    decision: PublicationDecision | None,
    public: bool,
) -> bool:
    """Store what ``by`` decides for the whole file and renew the preview; return False if nothing was changed."""
    check_may_import(by, upload_id)
    upload = open_upload(upload_id)
    wanted = {"section": section, "valid_from": valid_from, "decision": decision, "public": public}
    if all(getattr(upload, name) == value for name, value in wanted.items()):
        return False
    for name, value in wanted.items():
        setattr(upload, name, value)
    upload.save(update_fields=list(wanted))
    plan_rows(upload, choices_of(upload, by))
    return True


@transaction.atomic
def select_rows(*, upload_id: int, by: User, selected: Mapping[int, bool]) -> None:
    """Choose which rows are applied, by key of the row."""
    check_may_import(by, upload_id)
    rows = open_upload(upload_id).rows
    for value in (True, False):
        rows.filter(pk__in=[key for key, chosen in selected.items() if chosen is value]).update(
            selected=value
        )


def open_upload(upload_id: int) -> ImportUpload:
    """Return the file, locked; ``Conflict`` if it is being applied, or if nothing is left to apply."""
    upload = ImportUpload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    if upload.state == ImportUpload.State.RUNNING:
        raise Conflict(_("This file is being applied."), code="import_running")
    if not is_open(upload):
        raise Conflict(_("This file has already been applied."))
    return upload


def is_open(upload: ImportUpload) -> bool:
    """Return True if rows can still be decided on: before it is applied, after it was cancelled, or if rows remain."""
    if upload.state == ImportUpload.State.APPLIED:
        return applicable(upload).exists()
    return upload.state != ImportUpload.State.RUNNING
