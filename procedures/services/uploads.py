"""Import in two steps: upload and look, then apply."""

from __future__ import annotations

from pathlib import PurePath

from django.contrib.auth.models import AnonymousUser
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.selectors import agencies_where
from core.errors import Conflict, NotAllowed
from procedures.importing import parse
from procedures.models import ImportUpload
from procedures.services.imports import Import, ImportReport, apply_plan, plan_import


def may_import(user: User | AnonymousUser) -> bool:
    """Say whether ``user`` may change the whole catalogue: a procedure controller, or the superuser."""
    return user.is_superuser or agencies_where(user, Membership.Role.CATALOGUE).exists()


def _check(by: User) -> None:
    if not may_import(by):
        raise NotAllowed(_("You may not import procedures."))


@transaction.atomic
def preview_upload(*, file: File, name: str, by: User) -> ImportUpload:
    """Keep ``file`` and say what it would change; ``FileProblem`` (nothing is kept) when it is broken."""
    _check(by)
    report = plan_import(parse(file)).report
    file.seek(0)
    upload = ImportUpload(name=PurePath(name).name[:200], uploaded_by=by, report=report.to_json())
    upload.file.save(upload.name, file, save=True)
    return upload


@transaction.atomic
def apply_upload(*, upload_id: int, by: User) -> ImportReport:
    """Read the file again and write what it changes today; ``Conflict`` when it was applied already."""
    _check(by)
    upload = ImportUpload.objects.select_for_update().get(pk=upload_id)
    if upload.applied_at:
        raise Conflict(_("This file was applied already."))
    with upload.file.open("rb") as handle:
        plan = plan_import(parse(handle))
    apply_plan(plan, Import(by=by, source=upload.name))
    upload.report, upload.applied_at = plan.report.to_json(), timezone.now()
    upload.save(update_fields=["report", "applied_at"])
    return plan.report
