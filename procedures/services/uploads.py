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
from procedures.importing import FileProblem, parse
from procedures.models import ImportUpload
from procedures.services.imports import Import, ImportReport, Plan, apply_plan, plan_import


class PreviewOutdated(Conflict):
    """What the file would do is no longer what its preview says."""

    code = "preview_outdated"


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
    """Write what the person saw in the preview; ``Conflict`` when it was applied already, ``PreviewOutdated`` when
    the file would do something else by now, ``FileProblem`` when it is not kept any more."""
    _check(by)
    upload = ImportUpload.objects.select_for_update().get(pk=upload_id)
    if upload.applied_at:
        raise Conflict(_("This file was applied already."))
    plan = _plan(upload, writing=True)
    if plan.report.to_json() != upload.report:
        raise PreviewOutdated(
            _("The catalogue has changed since. Look at the changes again, then apply them.")
        )
    apply_plan(plan, Import(by=by, source=upload.name))
    upload.applied_at = timezone.now()
    upload.save(update_fields=["applied_at"])
    return plan.report


@transaction.atomic
def look_again(*, upload_id: int, by: User) -> None:
    """Renew the preview of a file that was not applied yet."""
    _check(by)
    upload = ImportUpload.objects.select_for_update().get(pk=upload_id)
    if upload.applied_at is None:
        upload.report = _plan(upload).report.to_json()
        upload.save(update_fields=["report"])


def _plan(upload: ImportUpload, *, writing: bool = False) -> Plan:
    try:
        with upload.file.open("rb") as handle:
            return plan_import(parse(handle), writing=writing)
    except FileNotFoundError as error:
        raise FileProblem(_("The file is not kept any more. Upload it again.")) from error
