"""Status and history in words for citizens (docs/design.md#voice); times are those that apply to the dossier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.display import date_text, datetime_text
from forms_app.dossiers.models import Dossier, DossierEvent
from forms_app.dossiers.transitions import SAME_STATUS_ACTIONS, TRANSITIONS, UNDO_DAYS, Action, Status


@dataclass(frozen=True, slots=True)
class StatusText:
    """``tone`` is that of components/status.html; ``headline`` is the title of "my dossier"."""

    name: str | Promise
    tone: str
    headline: str | Promise
    next_step: str | Promise


STATUS_TEXTS: Final[dict[int, StatusText]] = {
    Status.REGISTERED: StatusText(
        _("Dossier submitted"), "info", _("Your dossier has been submitted"),
        _("The agency will check it. You do not need to do anything."),
    ),
    Status.ACCEPTED: StatusText(
        _("Accepted"), "info", _("Your dossier has been accepted"),
        _("It will go to the officer in charge. You do not need to do anything."),
    ),
    Status.DECLINED: StatusText(
        _("Not accepted"), "bad", _("Your dossier was not accepted"),
        _("You can apply again at any time."),
    ),
    Status.PROCESSING: StatusText(
        _("Being processed"), "info", _("Your dossier is being processed"),
        _("You do not need to do anything."),
    ),
    Status.SUPPLEMENT: StatusText(
        _("Supplement needed"), "wait", _("Your dossier needs a supplement"),
        _("Send what the agency asks for. Processing time is paused until you have sent everything."),
    ),
    Status.PAYMENT: StatusText(
        _("Fee or financial obligation to pay"), "wait", _("You need to pay a fee or financial obligation"),
        _("Pay as described in the agency's notice. Processing time is paused until then."),
    ),
    Status.WITHDRAWN: StatusText(
        _("Withdrawn"), "plain", _("You have withdrawn this dossier"),
        _("It will not be processed further. You can apply again at any time."),
    ),
    Status.SUSPENDED: StatusText(
        _("Suspended"), "wait", _("Processing of your dossier is paused"),
        _("The agency will tell you when processing resumes."),
    ),
    Status.FINISHED: StatusText(
        _("Result ready"), "done", _("Your result is ready"),
        _("You will receive it in the way you chose when you applied."),
    ),
    Status.RETURNED: StatusText(
        _("Result returned"), "done", _("You have received the result"),
        _("The dossier is closed."),
    ),
}  # fmt: skip


#: Requested before the dossier was accepted, when no processing time has begun (NĐ 118/2025, article 17).
INTAKE_SUPPLEMENT_TEXT: Final = replace(
    STATUS_TEXTS[Status.SUPPLEMENT],
    next_step=_("Send what the agency asks for. Processing time starts once the dossier has been accepted."),
)
CLOSED_TEXT: Final = StatusText(
    _("Closed"), "plain", _("Your dossier is closed because nothing was supplied"),
    format_lazy(
        _(
            "It will not be processed further. You can apply again at any time. If you did supply what was asked for, "
            "contact the agency at once: the closing can be undone within {days} working days."
        ),
        days=UNDO_DAYS,
    ),
)  # fmt: skip
REFUSED_TEXT: Final = StatusText(
    _("Request refused"), "bad", _("Your request has been refused"),
    _("You receive the notice of refusal in the way you chose when you applied."),
)  # fmt: skip
SENT_BY_POST_TEXT: Final = StatusText(
    _("Result sent by post"), "done", _("Your result was sent by post"),
    _("The postal worker delivers it against your signature. Have your identity document ready."),
)  # fmt: skip
UNREADABLE_RESULT_TEXT: Final = StatusText(
    _("Result returned"), "wait", _("Your result cannot be opened"),
    _("The agency has to give you another file. Contact it and give your dossier code."),
)  # fmt: skip
RETURN_UNDONE_TEXT: Final = StatusText(
    _("Result not handed over yet"), "wait", _("The result was recorded as handed over by mistake"),
    _("You will receive it in the way you chose when you applied."),
)  # fmt: skip
DECLINE_UNDONE_TEXT: Final = StatusText(
    _("Checked again"), "info", _("Your dossier was declined by mistake and is being checked again"),
    _("The notice of decline is no longer valid. You do not need to do anything."),
)  # fmt: skip
_AWAITED: Final = _("Send what the agency asks for, if you have not handed it in already.")
DECLINE_UNDONE_AWAITED_TEXT: Final = StatusText(
    _("Supplement still awaited"), "wait", _("Your dossier was declined by mistake and is open again"),
    format_lazy("{} {}", _AWAITED, _("The notice of decline is no longer valid.")),
)  # fmt: skip
WITHDRAWAL_UNDONE_AWAITED_TEXT: Final = StatusText(
    _("Supplement still awaited"), "wait", _("Your dossier was recorded as withdrawn by mistake and is open again"),
    _AWAITED,
)  # fmt: skip
WITHDRAWN_BY_DESK_TEXT: Final = StatusText(
    _("Withdrawn"), "plain", _("The agency recorded that you withdrew this dossier"),
    format_lazy(
        _("If you did not ask for this, contact the agency at once: it can be undone within {days} working days."),
        days=UNDO_DAYS,
    ),
)  # fmt: skip
WITHDRAWAL_UNDONE_TEXT: Final = StatusText(
    _("Continued"), "info", _("Your dossier was recorded as withdrawn by mistake; processing continues"),
    _("The dossier is back where it was before. The due date stays the same."),
)  # fmt: skip
CLOSING_UNDONE_TEXT: Final = StatusText(
    _("Supplement still awaited"), "wait", _("Your dossier was closed by mistake and is open again"),
    _("Send what the agency asks for, if you have not handed it in already. Processing time is paused until then."),
)  # fmt: skip
PAYMENT_LIFTED_TEXT: Final = StatusText(
    _("Nothing to pay"), "info", _("You no longer have to pay; your dossier is being processed"),
    _("You do not need to do anything."),
)  # fmt: skip
PAYMENT_UNDONE_TEXT: Final = StatusText(
    _("Payment record taken back"), "wait",
    _("The agency has taken back the record of a payment for your dossier"),
    _(
        "If you have paid, show the agency the receipt. If you have not, pay as described in the agency's notice. "
        "Processing time is paused until then."
    ),
)  # fmt: skip
SUPPLEMENT_LIFTED_TEXT: Final = StatusText(
    _("Supplement no longer needed"), "info",
    _("You no longer have to supply anything; processing of your dossier continues"),
    _("You do not need to do anything. The supplement request is no longer valid."),
)  # fmt: skip
POST_RECORDED_TEXT: Final = replace(SENT_BY_POST_TEXT, name=_("Tracking number or postage recorded"))
POST_CORRECTED_TEXT: Final = StatusText(
    _("Tracking number corrected"), "done", _("The tracking number of your result was wrong and has been corrected"),
    _("Use only the new number. The number you were given before is not for your result."),
)  # fmt: skip
REFUSAL_RETURNED_TEXT: Final = StatusText(
    _("Notice of refusal handed over"), "bad", _("Your request has been refused"),
    _("The notice of refusal was handed over to you. The dossier is closed."),
)  # fmt: skip
REFUSAL_POSTED_TEXT: Final = StatusText(
    _("Notice of refusal sent by post"), "bad", _("Your request has been refused"),
    _("The notice of refusal was sent by post. The postal worker delivers it against your signature."),
)  # fmt: skip
CORRECTION_TEXT: Final = StatusText(
    _("Result being corrected"), "wait", _("The result you received was wrong and is being corrected"),
    _("Do not use the result you received. You will receive the correct one by the due date."),
)  # fmt: skip
OVERDUE_CORRECTION_TEXT: Final = replace(
    CORRECTION_TEXT,
    next_step=_(
        "Do not use the result you received. The correct one is overdue; you will be notified when it is ready."
    ),
)
#: Actions whose event is worded differently from the status to which it leads.
_EVENT_TEXTS: Final[dict[str, StatusText]] = {
    Action.CLOSE: CLOSED_TEXT,
    Action.UNDO_RETURN: RETURN_UNDONE_TEXT,
    Action.UNDO_DECLINE: DECLINE_UNDONE_TEXT,
    Action.UNDO_WITHDRAW: WITHDRAWAL_UNDONE_TEXT,
    Action.UNDO_CLOSE: CLOSING_UNDONE_TEXT,
    Action.UNDO_PAYMENT: PAYMENT_UNDONE_TEXT,
    Action.LIFT_PAYMENT: PAYMENT_LIFTED_TEXT,
    Action.LIFT_SUPPLEMENT: SUPPLEMENT_LIFTED_TEXT,
}

#: Those of ends that were undone while the citizen was asked for a supplement.
_AWAITED_TEXTS: Final[dict[str, StatusText]] = {
    Action.UNDO_DECLINE: DECLINE_UNDONE_AWAITED_TEXT,
    Action.UNDO_WITHDRAW: WITHDRAWAL_UNDONE_AWAITED_TEXT,
}

#: Actions that need a reason, which is the note of their event.
REASONED_ACTIONS: Final = frozenset(row.action for row in TRANSITIONS if row.needs_reason)
#: What the portal itself notes, without an officer: stored in Vietnamese, shown in the language of the reader.
_NOTES_OF_THE_PORTAL: Final[dict[str, str | Promise]] = {
    Action.MOVE_DUE_DATE: _("The due date fell on a day off."),
    Action.RESUME: _("The last day of the suspension has passed."),
}


def dossier_text(dossier: Dossier, *, by_post: bool = False) -> StatusText:
    """Return the texts of the present status of ``dossier``; ``by_post``: its result was handed to the post office."""
    accepted = dossier.accepted_at is not None
    return _status_text(dossier, dossier.status, dossier.outcome, accepted=accepted, by_post=by_post)


def pending_intake(dossier: Dossier) -> datetime | None:
    """Return by when the agency will check a submitted ``dossier``; None if it has, or if the deadline has passed."""
    due = dossier.intake_due_at
    return due if dossier.status == Status.REGISTERED and due is not None and due > timezone.now() else None


def _status_text(dossier: Dossier, status: int, outcome: str, *, accepted: bool, by_post: bool) -> StatusText:
    if outcome == Dossier.Outcome.REFUSED and status == Status.RETURNED:
        return REFUSAL_POSTED_TEXT if by_post else REFUSAL_RETURNED_TEXT
    if by_post and status == Status.RETURNED:
        return SENT_BY_POST_TEXT
    if status == Status.SUPPLEMENT and not accepted:
        return INTAKE_SUPPLEMENT_TEXT
    if outcome == Dossier.Outcome.CLOSED:
        return CLOSED_TEXT
    if outcome == Dossier.Outcome.REFUSED and status == Status.FINISHED:
        return REFUSED_TEXT
    return _registered_text(dossier) if status == Status.REGISTERED else STATUS_TEXTS[status]


def _registered_text(dossier: Dossier) -> StatusText:
    due = pending_intake(dossier)
    if due is None:
        return STATUS_TEXTS[Status.REGISTERED]
    text = gettext("The agency will check it by %(time)s. You do not need to do anything.")
    return replace(STATUS_TEXTS[Status.REGISTERED], next_step=text % {"time": datetime_text(due)})


def event_text(event: DossierEvent) -> StatusText:
    """Return the texts of what ``event`` did: its own, or those of the status to which it led."""
    if event.to_status == Status.SUPPLEMENT and event.action in _AWAITED_TEXTS:
        return _AWAITED_TEXTS[event.action]
    if event.action in _EVENT_TEXTS:
        return _EVENT_TEXTS[event.action]
    if event.action == Action.WITHDRAW and event.actor_id:
        return WITHDRAWN_BY_DESK_TEXT
    if is_correction(event):
        kept, due = "due_after" not in event.data, event.dossier.due_at
        return OVERDUE_CORRECTION_TEXT if kept and due and due < event.at else CORRECTION_TEXT
    if event.action == Action.CORRECT_POST:
        return POST_CORRECTED_TEXT if former_tracking_number(event) else POST_RECORDED_TEXT
    accepted, by_post = event.from_status != Status.REGISTERED, bool(event.data.get("by_post"))
    outcome = str(event.data.get("outcome", ""))
    return _status_text(event.dossier, event.to_status, outcome, accepted=accepted, by_post=by_post)


def former_tracking_number(event: DossierEvent) -> str:
    """Return the tracking number that ``event`` replaced by another one; empty if there was none."""
    former = str(event.data.get("before", {}).get("tracking_number") or "")
    return former if former != event.data.get("tracking_number") else ""


def is_correction(event: DossierEvent) -> bool:
    """Return True if ``event`` took back a result that had been handed over."""
    return event.action == Action.REOPEN and (
        event.from_status == Status.RETURNED or "correction" in event.data
    )


def correction_name(event: DossierEvent) -> str:
    """Return the correction of a wrong result in words, with its number if that is on record."""
    number = event.data.get("correction")
    if number is None:
        return gettext("Correction of a wrong result")
    return gettext("Correction of a wrong result, no. %(number)d") % {"number": number}


def timeline(dossier: Dossier, events: Sequence[DossierEvent]) -> list[dict[str, Any]]:
    """Return the items of components/timeline.html: ``events_for_citizen``, then the result while it is pending."""
    latest, undone = None if dossier.is_closed else latest_change(events), undone_payments(events)
    items = [
        {
            "name": _name(event),
            "when": datetime_text(event.at),
            "detail": _detail(dossier, event),
            "struck": event.sequence in undone,
            "state": "now" if event is latest else "done",
        }
        for event in events
    ]
    if dossier.status != Status.FINISHED and not dossier.is_closed:
        items.append({"name": gettext("Result"), "when": "", "detail": "", "state": "todo"})
    return items


def latest_change(events: Sequence[DossierEvent]) -> DossierEvent:
    """Return the event that led to the present status."""
    return next(event for event in reversed(events) if event.action not in SAME_STATUS_ACTIONS)


def gives_reason(event: DossierEvent) -> bool:
    """Return True if the note of ``event`` is the reason of its action; any other note is a message."""
    required = event.action in REASONED_ACTIONS or event.data.get("outcome") == Dossier.Outcome.REFUSED
    return required or _is_by_the_portal(event)


def note_of(event: DossierEvent) -> str:
    """Return the note of ``event``: as the officer or citizen wrote it, that of the portal in the active language."""
    return str(_NOTES_OF_THE_PORTAL[event.action]) if _is_by_the_portal(event) else event.note


def _is_by_the_portal(event: DossierEvent) -> bool:
    return event.actor_id is None and event.action in _NOTES_OF_THE_PORTAL


def _name(event: DossierEvent) -> str:
    if event.action == Action.REPLACE_KEY:
        return gettext("Lookup key replaced")
    if event.action == Action.MOVE_DUE_DATE:
        return gettext("Due date moved to a working day")
    if event.action == Action.SUPPLY:
        return gettext("Supplement received at the counter") if event.actor_id else gettext("Supplement sent")
    if is_correction(event):
        return correction_name(event)
    if event.data.get("revoked_results"):
        return gettext("Result revoked, being processed again")
    return str(event_text(event).name)


def _detail(dossier: Dossier, event: DossierEvent) -> str:
    if event.action == Action.SUBMIT:
        return dossier.get_source_display()
    if paid := payment_text(event):
        return " · ".join(filter(None, (paid, event.note)))
    return note_of(event) or ("" if event.action in {Action.SUPPLY, Action.WITHDRAW} else dossier.agency.name)


def undone_payments(events: Sequence[DossierEvent]) -> frozenset[int]:
    """Return the sequence numbers of the payments among ``events``, oldest first, that were taken back."""
    recorded, undone = [], set()
    for event in events:
        if event.action == Action.PAYMENT_DONE:
            recorded.append(event.sequence)
        elif event.action == Action.UNDO_PAYMENT:
            undone.add(recorded.pop())
    return frozenset(undone)


def payment_text(event: DossierEvent) -> str:
    """Return the evidence of a payment, and its day."""
    document, day = event.data.get("document"), event.data.get("paid_on")
    if event.action not in {Action.PAYMENT_DONE, Action.UNDO_PAYMENT} or not document or not day:
        return ""
    facts = {"document": document, "day": date_text(date.fromisoformat(day))}
    return gettext("Receipt or document %(document)s, paid on %(day)s") % facts
