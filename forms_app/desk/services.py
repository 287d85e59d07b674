"""The acts of the desk that carry more than a change of status."""

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
from core.worktime import add_working_minutes, load_calendar
from forms_app.desk.access import Desk
from forms_app.desk.selectors import queue
from forms_app.dossiers import codes
from forms_app.dossiers.models import Dossier, SupplementRequest
from forms_app.dossiers.services import log_view, perform, store_result
from forms_app.dossiers.transitions import Action

#: What the desk proposes to the citizen; the law leaves it to the agency (DOMAIN 2.6, ThoiHanBoSung).
SUPPLEMENT_DAYS: Final = 10
_DAY_MINUTES: Final = 8 * 60


def proposed_supplement_day(now: datetime) -> date:
    """Return the day that the form proposes for the citizen's answer: ten working days ahead."""
    moment = add_working_minutes(now, SUPPLEMENT_DAYS * _DAY_MINUTES, load_calendar())
    return timezone.localdate(moment)


def log_look(*, dossier: Dossier, officer: User, what: str, now: datetime | None = None) -> None:
    """Write into the who-viewed log that ``officer`` opened ``what`` (``dossiers.looks``) of ``dossier``.

    Whoever reads does so as a member of the agency that holds the dossier: the wall lets nobody else in.
    """
    log_view(dossier=dossier, actor=officer, agency=dossier.agency, what=what, now=now or timezone.now())


def take(*, desk: Desk, code: str, expected_version: int, now: datetime | None = None) -> bool:
    """Put a dossier into the officer's own hands; False where it is behind a wall, changed meanwhile, or closed."""
    if not codes.CODE.fullmatch(code):
        return False
    found = Dossier.objects.filed().of_agencies([agency.pk for agency in desk.agencies])
    dossier_id = found.filter(code=code).values_list("pk", flat=True).first()
    if dossier_id is None:
        return False
    try:
        assign(
            dossier_id=dossier_id,
            expected_version=expected_version,
            actor=desk.user,
            officer=desk.user,
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
    """Put a dossier into the hands of ``officer``; ``reason`` is read inside the agency only.

    ``InvalidInput`` for somebody who does not work at the dossier's agency; otherwise as ``dossiers.services.perform``.
    """
    moment = now or timezone.now()
    dossier = perform(
        dossier_id=dossier_id, expected_version=expected_version, action=Action.ASSIGN, actor=actor,
        reason=reason, assigned_to=officer, now=moment,
    )  # fmt: skip
    if officer not in queue.colleagues(dossier.agency_id, timezone.localdate(moment)):
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
    answer_by: date | None,
    now: datetime | None = None,
) -> SupplementRequest:
    """Ask the citizen for ``items`` (``{"id", "label", "note", "kind"}``) by one paper (Mẫu 02); the clock stops.

    The citizen has until the office closes on ``answer_by``, or on the working day after it where it is none.
    ``InvalidInput`` where nothing is asked or the day has passed; otherwise as ``dossiers.services.perform``.
    """
    moment = now or timezone.now()
    if not items:
        raise InvalidInput(
            _("Say what is missing."), fields={"fields": _("Tick or name at least one paper.")}
        )
    if answer_by is not None and answer_by <= timezone.localdate(moment):
        raise InvalidInput(_("The day has passed."), fields={"answer_by": _("Choose a day after today.")})
    deadline = load_calendar().end_of(answer_by) if answer_by else None
    dossier = perform(
        dossier_id=dossier_id, expected_version=expected_version, action=Action.REQUEST_SUPPLEMENT, actor=actor,
        reason=reason, data={"items": [item["label"] for item in items]}, now=moment,
    )  # fmt: skip
    return SupplementRequest.objects.create(
        dossier=dossier, number=dossier.supplement_requests.count() + 1, items=list(items), reason=reason,
        asked_at=moment, citizen_deadline=deadline,
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
    """Close the legal clock with the result; ``result`` is kept for the citizen to download.

    ``InvalidInput`` for a file that is not what its name says; otherwise as ``dossiers.services.perform``.
    """
    dossier = perform(
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
