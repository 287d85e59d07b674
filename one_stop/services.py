"""Actions of the desk that do more than change the status of a dossier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, InvalidInput, NotAllowed
from core.worktime import load_calendar
from forms_app.builder import applicant
from forms_app.dossiers import codes
from forms_app.dossiers.models import Dossier, SupplementRequest
from forms_app.dossiers.services import apply_action, log_view, replace_secrets, store_result
from forms_app.dossiers.transitions import Action
from one_stop.access import OfficerAccess
from one_stop.selectors import queue

#: Working days proposed for the citizen's supplement; the law leaves the number to the agency (docs/domain.md#pausing).
SUPPLEMENT_DAYS: Final = 10


def proposed_supplement_day(now: datetime) -> date:
    """Return the day that the form proposes for the citizen's supplement: the tenth working day after today."""
    return load_calendar().add_working_days(timezone.localdate(now), SUPPLEMENT_DAYS)


def log_officer_view(*, dossier: Dossier, officer: User, target: str, now: datetime | None = None) -> None:
    """Add to the view log that ``officer`` opened ``target`` (``dossiers.view_log``) of ``dossier``.

    The officer is a member of the agency that holds the dossier, as ``dossier_for`` finds no other dossiers.
    """
    log_view(dossier=dossier, actor=officer, agency=dossier.agency, target=target, now=now or timezone.now())


def assign_to_self(
    *, access: OfficerAccess, code: str, expected_version: int, now: datetime | None = None
) -> bool:
    """Assign a dossier to the officer; return False if it is out of scope, changed meanwhile, or closed."""
    if not codes.CODE.fullmatch(code):
        return False
    found = Dossier.objects.filed().of_agencies([agency.pk for agency in access.agencies])
    dossier_id = found.filter(code=code).values_list("pk", flat=True).first()
    if dossier_id is None:
        return False
    try:
        assign(
            dossier_id=dossier_id,
            expected_version=expected_version,
            actor=access.user,
            officer=access.user,
            now=now,
        )
    except (Conflict, NotAllowed):
        return False
    return True


@transaction.atomic
def assign(
    *,
    dossier_id: int,
    expected_version: int,
    actor: User,
    officer: User,
    reason: str = "",
    now: datetime | None = None,
) -> Dossier:
    """Assign a dossier to ``officer``; ``reason`` is visible inside the agency only.

    Raise ``InvalidInput`` if ``officer`` does not work at the dossier's agency; other errors as
    ``dossiers.services.apply_action``.
    """
    moment = now or timezone.now()
    dossier = apply_action(
        dossier_id=dossier_id, expected_version=expected_version, action=Action.ASSIGN, actor=actor,
        reason=reason, assigned_to=officer, now=moment,
    )  # fmt: skip
    if officer not in queue.assignable_officers(dossier.agency_id, timezone.localdate(moment)):
        message = _("%(name)s does not work at this agency.") % {"name": officer.get_full_name()}
        raise InvalidInput(message, fields={"officer": message})
    return dossier


@transaction.atomic
def request_supplement(
    *,
    dossier_id: int,
    expected_version: int,
    actor: User,
    items: Sequence[dict[str, str]],
    reason: str,
    supplement_due_at: date | None,
    now: datetime | None = None,
) -> SupplementRequest:
    """Ask the citizen for ``items`` (``SupplementItem.to_json``) with printed form 02; processing time is paused.

    The citizen has until the office closes on ``supplement_due_at``, or on the next working day if that is a day off.
    Raise ``InvalidInput`` if there is no item or the day has passed; other errors as
    ``dossiers.services.apply_action``.
    """
    moment = now or timezone.now()
    if not items:
        raise InvalidInput(
            _("State what is missing."), fields={"fields": _("Select or enter at least one document.")}
        )
    if supplement_due_at is not None and supplement_due_at <= timezone.localdate(moment):
        raise InvalidInput(
            _("This date has passed."), fields={"supplement_due_at": _("Choose a date after today.")}
        )
    deadline = load_calendar().end_of(supplement_due_at) if supplement_due_at else None
    dossier = apply_action(
        dossier_id=dossier_id, expected_version=expected_version, action=Action.REQUEST_SUPPLEMENT, actor=actor,
        reason=reason, data={"items": [item["label"] for item in items]}, now=moment,
    )  # fmt: skip
    return SupplementRequest.objects.create(
        dossier=dossier, number=dossier.supplement_requests.count() + 1, items=list(items), reason=reason,
        requested_at=moment, supplement_due_at=deadline,
    )  # fmt: skip


@transaction.atomic
def finish(
    *,
    dossier_id: int,
    expected_version: int,
    actor: User,
    reason: str,
    result: UploadedFile | None,
    now: datetime | None = None,
) -> Dossier:
    """Finish a dossier, which ends its clock, and store the file ``result`` for the citizen to download.

    Raise ``InvalidInput`` if the content of the file does not match its extension; other errors as
    ``dossiers.services.apply_action``.
    """
    dossier = apply_action(
        dossier_id=dossier_id,
        expected_version=expected_version,
        action=Action.FINISH,
        actor=actor,
        reason=reason,
        now=now,
    )
    if result is not None:
        store_result(dossier=dossier, upload=result, now=now)
    return dossier


def replace_lookup_key(
    *,
    dossier: Dossier,
    actor: User,
    document: str,
    number: str,
    email_is_theirs: bool = False,
    now: datetime | None = None,
) -> Dossier:
    """Issue a new lookup key to the person at the counter; the event names the document and its masked number.

    Raise ``InvalidInput`` if ``number`` is not the one in the dossier; other errors as
    ``dossiers.services.apply_action``. A dossier without an identity number leaves the comparison to the officer.
    """
    shown, stored = _compact(number), _compact(str(dossier.answers.get(applicant.CITIZEN_ID) or ""))
    if stored and shown != stored:
        message = _("This is not the number in the dossier. Compare the document with the applicant's name.")
        raise InvalidInput(message, fields={"number": message})
    return replace_secrets(
        dossier_id=dossier.pk, actor=actor, email_is_theirs=email_is_theirs, now=now,
        data={"by": "desk", "document": document, "number": f"•••{shown[-3:]}"},
    )  # fmt: skip


def _compact(number: str) -> str:
    return "".join(filter(str.isalnum, number)).upper()
