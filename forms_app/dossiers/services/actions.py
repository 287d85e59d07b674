"""The only way in which a dossier's status changes: one action, its event and its effects in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import memberships_of
from core.display import date_text
from core.errors import Conflict, InvalidInput, NotAllowed
from core.outbox import enqueue
from core.text import clean_lines
from core.transactions import retry_on_deadlock
from core.worktime import TIME_ZONE, TimeUnit, postponed
from forms_app.dossiers import deadlines
from forms_app.dossiers.models import Dossier, DossierEvent, SupplementRequest
from forms_app.dossiers.models.events import text_name
from forms_app.dossiers.rules import current_rules
from forms_app.dossiers.search_documents import index_dossier
from forms_app.dossiers.selectors.assignees import other_assignee
from forms_app.dossiers.services import payments
from forms_app.dossiers.services.drafts import storable_text
from forms_app.dossiers.services.payments import Payment
from forms_app.dossiers.transitions import (
    CITIZEN,
    COUNTER_ACTIONS,
    INTERNAL_ACTIONS,
    SYSTEM,
    TRANSITIONS,
    Action,
    Status,
    Transition,
)

#: Outbox kind of the mails to the citizen, delivered by ``handlers.mail_event``; the payload is ``{"event": pk}``.
CITIZEN_MAIL: Final = "dossier.mail"
MAILED_ACTIONS: Final = frozenset(Action) - INTERNAL_ACTIONS
#: The law sets no maximum for a suspension; a later date is a typing error.
MAX_SUSPENSION: Final = timedelta(days=366)
#: The outcome that an action sets; an empty one if the dossier is open again.
_OUTCOMES: Final[dict[Action, str]] = {
    Action.FINISH: Dossier.Outcome.GRANTED,
    Action.CLOSE: Dossier.Outcome.CLOSED,
    Action.UNDO_CLOSE: "",
    Action.REOPEN: "",
}


#: Actions whose event keeps the processing time from before them, to be restored if they are undone.
_KEEPING_CLOCK: Final = frozenset({Action.CLOSE, Action.PAYMENT_DONE})
_UNDOING_ENDS: Final = frozenset({Action.UNDO_DECLINE, Action.UNDO_WITHDRAW, Action.UNDO_CLOSE})


@dataclass(frozen=True, slots=True)
class Actor:
    """An officer, the citizen by the private link, or a process of the portal.

    ``name`` goes into the history. ``role`` is fixed for the citizen and the system; that of a user depends on the
    agency.
    """

    name: str
    user: User | None = None
    role: str = ""

    def roles_at(self, dossier: Dossier, now: datetime) -> frozenset[str]:
        """Return the roles held at the agency of ``dossier`` on the day of ``now``."""
        if self.user is None:
            return frozenset({self.role})
        held = memberships_of(self.user, now.astimezone(TIME_ZONE).date())
        return frozenset(held.filter(agency_id=dossier.agency_id).values_list("role", flat=True))


def officer(user: User) -> Actor:
    """Return the actor for a member of staff."""
    return Actor(name=user.get_full_name(), user=user)


def citizen(dossier: Dossier) -> Actor:
    """Return the actor for the holder of the private link of ``dossier``."""
    return Actor(name=dossier.applicant_name, role=CITIZEN)


def system(name: str) -> Actor:
    """Return the actor for a process of the portal."""
    return Actor(name=name, role=SYSTEM)


@retry_on_deadlock
@transaction.atomic
def apply_action(
    *,
    dossier_id: int,
    expected_version: int,
    action: Action | str,
    actor: User | Actor,
    reason: str = "",
    data: dict[str, Any] | None = None,
    assigned_to: User | None = None,
    outcome: str = "",
    pause_ends_at: datetime | None = None,
    payment: Payment | None = None,
    answer_by: datetime | None = None,
    now: datetime | None = None,
) -> Dossier:
    """Apply ``action`` to a dossier and return it changed, with its event and effects in the same transaction.

    ``data`` is stored with the event. ``outcome`` is that of a finished dossier (default: granted); a refusal needs a
    reason, as it is given to the citizen as the result (art. 19.3 NĐ 118/2025); a dossier that is not paid can only be
    refused. ``pause_ends_at`` is until when a suspension lasts at most, ``answer_by`` the end of a supplement request
    that is open again (default: the days that were left), ``payment`` the evidence of a payment, which ends the pause.

    ``NotAllowed``: no such dossier for this actor (shown as 404). ``Conflict``: the dossier is no longer at
    ``expected_version`` (code ``conflict``), its status does not allow the action (``not_possible``), it is assigned
    to a colleague (``assigned``), or others kept changing it (``busy``). ``InvalidInput``: a reason or the end of a
    suspension is missing, the outcome is not open to an unpaid dossier, or ``payment`` is wrong (``payments``).
    """
    moment = now or timezone.now()
    acting = actor if isinstance(actor, Actor) else officer(actor)
    dossier = lock_dossier(dossier_id)
    transition = _select_transition(dossier, Action(action), acting, moment, expected_version)
    note = clean_lines(reason)
    _check_ending(dossier, transition, outcome, note)
    before = dossier.status
    kept = _clock_before(dossier, transition.action)
    paid = payments.change_payment(dossier, transition.action, payment, moment)
    adjustment = deadlines.apply_clock_effect(dossier, transition.clock, moment)
    kept |= _update_status(dossier, transition, answer_by, moment)
    details = _set_details(
        dossier, transition.action, outcome=outcome, pause_ends_at=pause_ends_at, assigned_to=assigned_to, now=moment
    )  # fmt: skip
    deadlines.restart_intake_deadline(dossier, transition.action, before, moment)
    if transition.action == Action.REOPEN:
        kept |= _revoke_results(dossier, acting, note, moment)
    dossier.save()
    append_event(
        dossier=dossier, action=transition.action, from_status=before, actor=acting, now=moment, note=note,
        data={**(data or {}), **paid, **kept, **details, **adjustment},
    )  # fmt: skip
    return dossier


def _clock_before(dossier: Dossier, action: Action) -> dict[str, Any]:
    """Return for the event the processing time before an action that can be undone."""
    return {"before": deadlines.clock_to_json(dossier)} if action in _KEEPING_CLOCK else {}


def _set_details(
    dossier: Dossier,
    action: Action,
    *,
    outcome: str,
    pause_ends_at: datetime | None,
    assigned_to: User | None,
    now: datetime,
) -> dict[str, Any]:
    """Set what ``action`` changes apart from status and processing time; return what the event records of it."""
    if action in _OUTCOMES:
        dossier.outcome = (action == Action.FINISH and outcome) or _OUTCOMES[action]
        return {"outcome": dossier.outcome}
    if action == Action.SUSPEND:
        dossier.pause_ends_at = _end_of_suspension(pause_ends_at, now)
        return {"pause_ends_at": dossier.pause_ends_at.isoformat()}
    if action == Action.ASSIGN:
        dossier.assigned_to = assigned_to
        name = assigned_to.get_full_name() if assigned_to else ""
        return {"assigned_to": assigned_to.pk if assigned_to else None, "assignee": name}
    return {}


def _check_assignee(
    dossier: Dossier, action: Action, actor: Actor, roles: frozenset[str], now: datetime
) -> None:
    """Refuse actions that only the assignee of the dossier and the head may perform."""
    if actor.user is None or action in COUNTER_ACTIONS:
        return
    if colleague := other_assignee(dossier, actor.user, roles, now.astimezone(TIME_ZONE).date()):
        raise Conflict(assigned_text(colleague), code="assigned")


def assigned_text(colleague: User) -> str:
    """Return the message for an officer who tries to act on a dossier assigned to ``colleague``."""
    message = _("The dossier is assigned to %(name)s. Ask %(name)s or the head to hand it over.")
    return message % {"name": colleague.get_full_name()}


def _check_ending(dossier: Dossier, transition: Transition, outcome: str, note: str) -> None:
    """Require the reason for ``transition`` or for a refusal; an unpaid dossier can only be refused."""
    refused = transition.action == Action.FINISH and outcome == Dossier.Outcome.REFUSED
    if (transition.needs_reason or refused) and not note:
        raise InvalidInput(_("Enter a reason."), fields={"reason": _("Enter a reason.")})
    if transition.action == Action.FINISH and dossier.status == Status.PAYMENT and not refused:
        message = _(
            "The payment is still outstanding. Record it or withdraw the payment request, or refuse the request."
        )
        raise InvalidInput(message, fields={"outcome": message})


def _end_of_suspension(moment: datetime | None, now: datetime) -> datetime:
    """Return ``moment``, until when a suspension lasts; the head never suspends without an end."""
    if moment is None or not now < moment <= now + MAX_SUSPENSION:
        last = date_text(now + MAX_SUSPENSION)
        message = _("Choose a date after today, %(last)s at the latest.") % {"last": last}
        raise InvalidInput(message, fields={"suspended_until": message})
    return moment


def lock_dossier(dossier_id: int) -> Dossier:
    """Lock a dossier before anything that belongs to it (rule 13); ``NotAllowed`` if there is none."""
    found = Dossier.objects.select_for_update(of=("self",)).select_related("agency", "procedure_version")
    dossier = found.filed().filter(pk=dossier_id).first()
    if dossier is None:
        raise NotAllowed
    return dossier


def _select_transition(
    dossier: Dossier, action: Action, actor: Actor, now: datetime, expected_version: int
) -> Transition:
    roles = actor.roles_at(dossier, now)
    rows = [row for row in TRANSITIONS if row.action == action and row.roles & roles]
    if not rows:
        raise NotAllowed
    if dossier.version != expected_version:
        raise Conflict(_changed_text(dossier, actor) % {"status": dossier.get_status_display()})
    for transition in rows:
        if transition.fits(dossier, now):
            _check_assignee(dossier, transition.action, actor, roles, now)
            return transition
    message = _("This is not possible now. Status of the dossier: %(status)s.")
    raise Conflict(message % {"status": dossier.get_status_display()}, code="not_possible")


def _changed_text(dossier: Dossier, actor: Actor) -> str:
    """Return the message for a second person or press; the citizen reads that it was the agency, if it was."""
    last = dossier.events.order_by("sequence").last()
    assert last is not None, "filed with an event"  # noqa: S101
    if actor.user is not None and last.actor_id == actor.user.pk:
        return _(
            "You have changed this dossier yourself since you opened the form. Its status is now: %(status)s."
        )
    if actor.role != CITIZEN:
        return _("Someone else changed this dossier while you had it open. Its status is now: %(status)s.")
    if last.actor_id:
        return _("The agency changed this dossier while you had it open. Its status is now: %(status)s.")
    return _("This dossier changed while you had it open. Its status is now: %(status)s.")


def _update_status(
    dossier: Dossier, transition: Transition, answer_by: datetime | None, now: datetime
) -> dict[str, Any]:
    """Set status, version and moments; return for the event the new last day of a supplement request."""
    if dossier.status == Status.SUPPLEMENT and transition.target != Status.SUPPLEMENT:
        withdrawn_at = now if transition.action == Action.LIFT_SUPPLEMENT else None
        dossier.supplement_requests.filter(closed_at=None).update(closed_at=now, withdrawn_at=withdrawn_at)
    dossier.status = transition.target
    dossier.version += 1
    if transition.action == Action.FINISH:
        dossier.finished_at = now
    elif transition.action == Action.RETURN_RESULT:
        dossier.returned_at = now
    elif transition.action in {Action.UNDO_RETURN, Action.REOPEN}:
        dossier.returned_at = None
        dossier.postal_orders.filter(cancelled_at=None).update(cancelled_at=now)
    elif transition.action in _UNDOING_ENDS and transition.target == Status.SUPPLEMENT:
        until = _reopen_request(dossier, answer_by, now)
        return {"answer_by": until.isoformat()} if until else {}
    return {}


def ended_request(dossier: Dossier) -> SupplementRequest | None:
    """Return the supplement request that the end of ``dossier`` closed without an answer."""
    return dossier.supplement_requests.filter(answered_at=None, withdrawn_at=None).order_by("-number").first()


def answer_days_left(dossier: Dossier, now: datetime) -> datetime | None:
    """Return until when the citizen would answer the request of an ended dossier with the working days left then."""
    event, request = dossier.ending(), ended_request(dossier)
    if event is None or request is None or (due := request.answer_due_at) is None:
        return None
    calendar = current_rules().calendar
    later = postponed(due, stopped=event.at, resumed=now, unit=TimeUnit.WORKING_DAY, calendar=calendar)
    return calendar.end_of(later.date()) if later != due else due


def _reopen_request(dossier: Dossier, answer_by: datetime | None, now: datetime) -> datetime | None:
    """Reopen the supplement request that the end of the dossier had closed; return the last day if it is a new one.

    The day on form 02, which was issued, stays as it was (ADR 441).
    """
    request = ended_request(dossier)
    if request is None:
        return None
    before, until = request.answer_due_at, answer_by or answer_days_left(dossier, now)
    if before is not None and until is not None and until > before:
        request.extended_until = until
    request.closed_at = None
    request.save(update_fields=["closed_at", "extended_until"])
    return request.answer_due_at if request.answer_due_at != before else None


def _revoke_results(dossier: Dossier, actor: Actor, reason: str, now: datetime) -> dict[str, list[int]]:
    """Mark the results issued so far as revoked; return the ids of their files for the event, if there are any."""
    results = dossier.attachments.valid_results()
    revoked = list(results.values_list("pk", flat=True))
    results.update(revoked_at=now, revoked_by=actor.user, revocation_reason=reason)
    return {"revoked_results": revoked} if revoked else {}


def append_event(
    *,
    dossier: Dossier,
    action: Action,
    from_status: int | None,
    actor: Actor,
    now: datetime,
    note: str,
    data: dict[str, Any],
) -> DossierEvent:
    """Append the event for a change just made, with its mail and its index update in the same transaction.

    The sequence of the event is the version of the dossier.
    """
    event = DossierEvent.objects.create(
        dossier=dossier, sequence=dossier.version, action=action, from_status=from_status, to_status=dossier.status,
        actor=actor.user, actor_name=actor.name, at=now, note=note, data=data,
    )  # fmt: skip
    # A change of the due date is mailed whatever the action.
    if dossier.email and (action in MAILED_ACTIONS or "due_after" in data):
        enqueue(kind=CITIZEN_MAIL, key=f"{CITIZEN_MAIL}:{event.pk}", payload={"event": event.pk})
    index_dossier(dossier)
    return event


@transaction.atomic
def save_supplement(
    *, request: SupplementRequest, texts: Mapping[str, str], rejected_files: Mapping[str, str] | None = None
) -> None:
    """Store what the citizen has typed for an open supplement request until they send it; ignored once it is closed."""
    typed = {name: storable_text(texts[name]) for name in request.text_names if name in texts}
    open_ = SupplementRequest.objects.filter(pk=request.pk, closed_at=None)
    open_.update(typed=typed, rejected_files=dict(rejected_files or {}))


@retry_on_deadlock
@transaction.atomic
def supply(
    *, dossier: Dossier, expected_version: int, texts: Mapping[str, str], now: datetime | None = None
) -> Dossier:
    """Answer the open supplement request with ``texts`` and the files stored for it.

    ``texts`` are named as in ``SupplementRequest.text_names``: a document needs a file or an explanation why there is
    none (ADR 380); the officer decides whether the dossier goes on without it. ``InvalidInput.fields`` names every item
    without an answer; ``Conflict`` as in ``apply_action``.
    """
    moment = now or timezone.now()
    lock_dossier(dossier.pk)
    request = SupplementRequest.objects.filter(dossier=dossier, closed_at=None).first()
    if request is None:
        raise Conflict(_("The agency no longer needs anything from you."), code="not_possible")
    given = {name: text for name in request.text_names if (text := clean_lines(texts.get(name) or ""))}
    if missing := _unanswered(request, given):
        raise InvalidInput(_("Provide everything that was requested."), fields=missing)
    request.answers, request.answered_at, request.closed_at = given, moment, moment
    request.typed, request.rejected_files = {}, {}
    request.save(update_fields=["answers", "typed", "rejected_files", "answered_at", "closed_at"])
    return apply_action(
        dossier_id=dossier.pk, expected_version=expected_version, action=Action.SUPPLY, actor=citizen(dossier),
        data={"request": request.number}, now=moment,
    )  # fmt: skip


def withdraw(*, dossier: Dossier, expected_version: int, reason: str, now: datetime | None = None) -> Dossier:
    """Withdraw a dossier for its citizen; raises as ``apply_action``."""
    return apply_action(
        dossier_id=dossier.pk, expected_version=expected_version, action=Action.WITHDRAW, actor=citizen(dossier),
        reason=reason, now=now,
    )  # fmt: skip


def _unanswered(request: SupplementRequest, given: Mapping[str, str]) -> dict[str, str]:
    with_file = set(request.attachments.values_list("field_id", flat=True))
    missing = {}
    for item in request.items:
        if text_name(item) in given:
            continue
        if item["kind"] == "text":
            missing[item["id"]] = _("Enter your answer to “%(label)s”.") % {"label": item["label"]}
        elif item["id"] not in with_file:
            missing[item["id"]] = _("Choose a file for “%(label)s”.") % {"label": item["label"]}
    return missing | {file.field_id: file.problem for file in request.attachments.refused()}
