"""Actions of the desk that do more than change the status of a dossier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.display import date_text
from core.errors import Conflict, InvalidInput, NotAllowed
from core.outbox import enqueue
from core.transactions import retry_on_deadlock
from forms_app.builder import applicant
from forms_app.dossiers import codes, deadlines
from forms_app.dossiers.models import Dossier, PostalOrder, SupplementRequest
from forms_app.dossiers.rules import current_rules
from forms_app.dossiers.selectors.assignees import assignable_officers
from forms_app.dossiers.services import (
    apply_action,
    lock_dossier,
    log_view,
    replace_secrets,
    store_received,
    store_result,
)
from forms_app.dossiers.transitions import Action
from one_stop.access import OfficerAccess
from one_stop.action_warnings import result_problem, result_ways
from one_stop.supplements import ReceivedItem, last_supplement_day

#: Outbox kind of the mails to officers about an assignment; the payload is ``{"event": pk, "user": pk}``.
ASSIGNMENT_MAIL: Final = "desk.assignment"
#: Working days proposed for the citizen's supplement; the law leaves the period to the agency (docs/domain.md#pausing).
SUPPLEMENT_DAYS: Final = 10


def proposed_supplement_day(now: datetime) -> date:
    """Return the day that the form proposes for the citizen's supplement: the tenth working day after today."""
    return current_rules().calendar.add_working_days(timezone.localdate(now), SUPPLEMENT_DAYS)


def log_officer_view(
    *, dossier: Dossier, access: OfficerAccess, target: str, now: datetime | None = None
) -> None:
    """Add to the view log that an officer opened ``target`` (``dossiers.selectors.view_log``) of ``dossier``.

    The agency in the log is that of the dossier, or the inspecting agency if the officer reads it as an inspector.
    """
    agency = access.agency_reading(dossier.agency)
    log_view(dossier=dossier, actor=access.user, agency=agency, target=target, now=now or timezone.now())


def assign_to_self(
    *, access: OfficerAccess, code: str, expected_version: int, now: datetime | None = None
) -> bool:
    """Assign a dossier to the officer; return False if it is out of scope, changed in the meantime, or closed."""
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


@retry_on_deadlock
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
    """Assign a dossier to ``officer``; ``reason`` is visible only within the agency.

    The new and the former assignee get a mail, unless they are the ``actor``.
    Raise ``InvalidInput`` if ``officer`` does not work at the dossier's agency; other errors as
    ``dossiers.services.apply_action``.
    """
    moment = now or timezone.now()
    former = lock_dossier(dossier_id).assigned_to
    dossier = apply_action(
        dossier_id=dossier_id, expected_version=expected_version, action=Action.ASSIGN, actor=actor,
        reason=reason, assigned_to=officer, now=moment,
    )  # fmt: skip
    if officer not in assignable_officers(dossier.agency_id, timezone.localdate(moment)):
        message = _("%(name)s does not work at this agency.") % {"name": officer.get_full_name()}
        raise InvalidInput(message, fields={"officer": message})
    event = dossier.events.get(sequence=dossier.version)
    for person in (officer, former):
        if person is not None and person != actor and former != officer:
            key = f"{ASSIGNMENT_MAIL}:{event.pk}:{person.pk}"
            enqueue(kind=ASSIGNMENT_MAIL, key=key, payload={"event": event.pk, "user": person.pk})
    return dossier


@retry_on_deadlock
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
    Raise ``InvalidInput`` if there is no item, or if the day has passed or is too far away; other errors as
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
    last_day = last_supplement_day(lock_dossier(dossier_id), moment)
    if supplement_due_at is not None and supplement_due_at > last_day:
        message = _("Choose a date no later than %(day)s.") % {"day": date_text(last_day)}
        raise InvalidInput(message, fields={"supplement_due_at": message})
    deadline = current_rules().calendar.end_of(supplement_due_at) if supplement_due_at else None
    dossier = apply_action(
        dossier_id=dossier_id, expected_version=expected_version, action=Action.REQUEST_SUPPLEMENT, actor=actor,
        reason=reason, data={"items": [item["label"] for item in items]}, now=moment,
    )  # fmt: skip
    return SupplementRequest.objects.create(
        dossier=dossier, number=dossier.supplement_requests.count() + 1, items=list(items), reason=reason,
        requested_at=moment, supplement_due_at=deadline,
    )  # fmt: skip


def suspend(
    *,
    dossier_id: int,
    expected_version: int,
    actor: User,
    reason: str,
    suspended_until: date,
    now: datetime | None = None,
) -> Dossier:
    """Suspend the processing of a dossier until the office closes on ``suspended_until``, or on the next working day.

    Raise ``InvalidInput`` for today and earlier days; other errors as ``dossiers.services.apply_action``.
    """
    moment = now or timezone.now()
    ahead = suspended_until > timezone.localdate(moment)
    return apply_action(
        dossier_id=dossier_id, expected_version=expected_version, action=Action.SUSPEND, actor=actor, reason=reason,
        pause_ends_at=current_rules().calendar.end_of(suspended_until) if ahead else None, now=moment,
    )  # fmt: skip


@retry_on_deadlock
@transaction.atomic
def receive_supplement(
    *,
    dossier_id: int,
    expected_version: int,
    actor: User,
    items: Mapping[str, ReceivedItem],
    reason: str,
    now: datetime | None = None,
) -> SupplementRequest:
    """Record what was handed in at the counter for the open supplement request, and continue with the dossier.

    ``items`` has an entry for every requested item, by its id. Raise ``InvalidInput`` if one is missing, if nothing was
    received, or if a scan is rejected (with the name of its field); other errors as ``dossiers.services.apply_action``.
    """
    moment = now or timezone.now()
    open_request = lock_dossier(dossier_id).supplement_requests.filter(closed_at=None).first()
    apply_action(
        dossier_id=dossier_id, expected_version=expected_version, action=Action.SUPPLY, actor=actor,
        reason=reason, data={"request": open_request.number if open_request else None, "at": "counter"}, now=moment,
    )  # fmt: skip
    if open_request is None or {item["id"] for item in open_request.items} != set(items):
        raise InvalidInput(_("State for every requested item whether it was handed in."))
    if items and not any(item.received for item in items.values()):
        raise InvalidInput(_("Nothing was handed in. The citizen still has to supply what was requested."))
    request = SupplementRequest.objects.get(pk=open_request.pk)
    request.received_items = {name: item.to_json() for name, item in items.items()}
    request.answers = {name: item.text for name, item in items.items() if item.text}
    request.received_by, request.answered_at = actor, moment
    request.typed, request.rejected_files = {}, {}
    request.save()
    for name, item in items.items():
        for scan in item.scans:
            try:
                store_received(
                    request=request, item=name, upload=scan, account=f"account {actor.pk}", now=moment
                )
            except InvalidInput as error:
                raise InvalidInput(error.message, fields={f"scan_{name}": error.message}) from error
    return request


@retry_on_deadlock
@transaction.atomic
def finish(
    *,
    dossier_id: int,
    expected_version: int,
    actor: User,
    reason: str,
    result: UploadedFile | None,
    outcome: str = "",
    now: datetime | None = None,
) -> Dossier:
    """Finish a dossier, which ends its processing time, and store the file ``result`` for the citizen to download.

    ``outcome``: granted (default) or refused, which needs a reason (art. 19.3 NĐ 118/2025).

    Raise ``InvalidInput`` if the content of the file does not match its extension; other errors as
    ``dossiers.services.apply_action``.
    """
    dossier = apply_action(
        dossier_id=dossier_id,
        expected_version=expected_version,
        action=Action.FINISH,
        actor=actor,
        reason=reason,
        outcome=outcome,
        now=now,
    )
    if result is not None:
        store_result(dossier=dossier, upload=result, account=f"account {actor.pk}", now=now)
    return dossier


@retry_on_deadlock
@transaction.atomic
def return_result(
    *,
    dossier_id: int,
    expected_version: int,
    actor: User,
    reason: str = "",
    delivery: str = "",
    address: str = "",
    tracking_number: str = "",
    postage: int | None = None,
    now: datetime | None = None,
) -> Dossier:
    """Record that the result was handed over; a result by post gets its ``PostalOrder``. ``postage`` is in đồng.

    ``delivery`` (``Dossier.Delivery``) is how it was handed over, ``address`` where it was sent; if empty, as the
    citizen chose.

    Raise ``InvalidInput`` for a way that the form does not have (ADR 340), for a result by post without an address, and
    for an electronic one of which the citizen can open no file; other errors as ``dossiers.services.apply_action``.
    """
    moment = now or timezone.now()
    locked = lock_dossier(dossier_id)
    way, where = delivery or locked.result_delivery, address or locked.address
    by_post = way == Dossier.Delivery.POST
    if way not in result_ways(locked):
        message = _("The result of this procedure cannot be handed over in this way.")
        raise InvalidInput(message, fields={"delivery": message})
    if way == Dossier.Delivery.ELECTRONIC and (problem := result_problem(locked, way)):
        raise InvalidInput(problem, fields={"delivery": problem})
    dossier = apply_action(
        dossier_id=dossier_id, expected_version=expected_version, action=Action.RETURN_RESULT, actor=actor,
        reason=reason, data={"delivery": way, "outcome": locked.outcome} | ({"by_post": True} if by_post else {}),
        now=moment,
    )  # fmt: skip
    if by_post:
        if not where:
            raise InvalidInput(_("Enter the address."), fields={"address": _("Enter the address.")})
        PostalOrder.objects.create(
            dossier=dossier, address=where, tracking_number=tracking_number, postage=postage, handed_at=moment,
            handed_by=actor, number_recorded_at=moment if tracking_number else None,
        )  # fmt: skip
    return dossier


@retry_on_deadlock
@transaction.atomic
def withdraw(
    *,
    dossier_id: int,
    expected_version: int,
    actor: User,
    reason: str,
    how: str,
    now: datetime | None = None,
) -> Dossier:
    """Record that the citizen withdraws a dossier; ``how`` (``WithdrawalChannel``) is how they asked for it.

    Raises as ``dossiers.services.apply_action``.
    """
    before = deadlines.clock_to_json(lock_dossier(dossier_id))
    return apply_action(
        dossier_id=dossier_id, expected_version=expected_version, action=Action.WITHDRAW, actor=actor, reason=reason,
        data={"how": how, "before": before}, now=now,
    )  # fmt: skip


def postal_details(dossier: Dossier) -> dict[str, str | int | None]:
    """Return tracking number and postage as they are recorded now, for the form that corrects them."""
    order = dossier.postal_orders.filter(cancelled_at=None).first()
    return {"tracking_number": order.tracking_number, "postage": order.postage} if order else {}


@retry_on_deadlock
@transaction.atomic
def correct_post(
    *,
    dossier_id: int,
    expected_version: int,
    actor: User,
    reason: str = "",
    tracking_number: str,
    postage: int | None,
    now: datetime | None = None,
) -> Dossier:
    """Record tracking number and postage of a result sent by post, later or again; the history keeps the former values.

    The citizen gets a mail. Raise ``InvalidInput`` if nothing would change; other errors as
    ``dossiers.services.apply_action``.
    """
    moment = now or timezone.now()
    before = postal_details(lock_dossier(dossier_id))
    after = {"tracking_number": tracking_number, "postage": postage}
    dossier = apply_action(
        dossier_id=dossier_id, expected_version=expected_version, action=Action.CORRECT_POST, actor=actor,
        reason=reason, data={"by_post": True, **after, "before": before}, now=moment,
    )  # fmt: skip
    if before == after:
        raise InvalidInput(_("Nothing was changed."), fields={"tracking_number": _("Nothing was changed.")})
    first = Coalesce("number_recorded_at", Value(moment)) if tracking_number else None
    dossier.postal_orders.filter(cancelled_at=None).update(**after, number_recorded_at=first)
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
    ``dossiers.services.apply_action``. For a dossier without an identity number the comparison is left to the officer.
    """
    shown, stored = _compact(number), _compact(applicant.identity_of(dossier.answers).number)
    if stored and shown != stored:
        message = _("This is not the number in the dossier. Compare the document with the applicant's name.")
        raise InvalidInput(message, fields={"number": message})
    return replace_secrets(
        dossier_id=dossier.pk, actor=actor, email_is_theirs=email_is_theirs, now=now,
        data={"by": "desk", "document": document, "number": f"•••{shown[-3:]}"},
    )  # fmt: skip


def _compact(number: str) -> str:
    return "".join(filter(str.isalnum, number)).upper()
