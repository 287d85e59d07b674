"""The actions that an officer is offered on a dossier, with the texts of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.selectors.assignees import ASSIGNABLE_ROLES, other_assignee
from forms_app.dossiers.transitions import COUNTER_ACTIONS, Action, allowed_transitions
from one_stop.access import OfficerAccess

Text = str | Promise


@dataclass(frozen=True, slots=True)
class OfferedAction:
    """One action open to the officer now. ``direct``: a button performs it, without a form."""

    action: str
    label: Text
    done: Text
    direct: bool = False
    needs_reason: bool = False
    danger: bool = False

    @property
    def title(self) -> str:
        """Return the label without the dots that announce a form, as the heading of that form."""
        return str(self.label).rstrip("…")


#: Label of the button and message shown afterwards, in the order in which the desk offers the actions.
_TEXTS: Final[dict[Action, tuple[Text, Text]]] = {
    Action.ACCEPT: (_("Accept the dossier"), _("The dossier is accepted. The receipt can be printed.")),
    Action.PROCESS: (_("Start processing"), _("Processing has started.")),
    Action.FINISH: (
        _("Result is ready…"),
        _("The dossier is finished; the result is ready to be handed over."),
    ),
    Action.RETURN_RESULT: (_("Result handed over…"), _("The result is recorded as handed over.")),
    Action.PAYMENT_DONE: (
        _("Payment received"),
        _("The payment is recorded. Processing time is running again."),
    ),
    Action.RESUME: (_("Resume processing"), _("Processing has resumed. Processing time is running again.")),
    Action.REQUEST_SUPPLEMENT: (
        _("Request a supplement…"),
        _("The supplement has been requested. Processing time is paused."),
    ),
    Action.SUPPLY: (_("Supplement received at the counter…"), _("The supplement is recorded.")),
    Action.REQUIRE_PAYMENT: (
        _("Request payment…"),
        _("The citizen has been asked to pay. Processing time is paused."),
    ),
    Action.LIFT_PAYMENT: (
        _("Withdraw the payment request…"),
        _("The payment request is withdrawn. Processing time goes on; the due date stays the same."),
    ),
    Action.SUSPEND: (_("Suspend processing…"), _("The dossier is suspended. Processing time is paused.")),
    Action.CLOSE: (
        _("Close, the citizen did not answer…"),
        _("The dossier is closed because the citizen did not answer."),
    ),
    Action.REOPEN: (_("Return to processing…"), _("The dossier is being processed again.")),
    Action.CORRECT_POST: (
        _("Tracking number, postage…"),
        _("Tracking number and postage are recorded; the citizen reads them."),
    ),
    Action.UNDO_RETURN: (
        _("Undo “result handed over”…"),
        _("The handover is undone; the result still has to be handed over."),
    ),
    Action.UNDO_DECLINE: (_("Undo the decline…"), _("The decline is undone; the dossier is new again.")),
    Action.UNDO_WITHDRAW: (
        _("Undo the withdrawal…"),
        _("The withdrawal is undone; the dossier is where it was before."),
    ),
    Action.ASSIGN: (_("Assign to…"), _("The dossier has been reassigned.")),
    Action.WITHDRAW: (_("Withdraw at the citizen's request…"), _("The dossier is withdrawn.")),
    Action.DECLINE: (_("Decline…"), _("The dossier is declined. The notice of decline can be printed.")),
}
_SUPPLEMENT_BEFORE_ACCEPTANCE: Final = _(
    "The supplement has been requested. Processing time has not started yet."
)
_DIRECT: Final = {
    Action.ACCEPT,
    Action.PROCESS,
    Action.PAYMENT_DONE,
    Action.RESUME,
}
_DANGER: Final = {Action.DECLINE, Action.WITHDRAW, Action.SUSPEND, Action.CLOSE}


def offered_actions(access: OfficerAccess, dossier: Dossier, now: datetime) -> list[OfferedAction]:
    """Return the actions open to this officer on ``dossier`` now, from the transition table.

    While the dossier is assigned to a colleague, these are those of the counter.
    """
    rows = {row.action: row for row in allowed_transitions(dossier, access.roles_at(dossier.agency_id), now)}
    if rows.keys() - COUNTER_ACTIONS and colleague_of(access, dossier, now):
        rows = {action: row for action, row in rows.items() if action in COUNTER_ACTIONS}
    return [
        OfferedAction(
            action=action.value, label=label, done=_done(action, done, dossier), direct=action in _DIRECT,
            needs_reason=rows[action].needs_reason, danger=action in _DANGER,
        )
        for action, (label, done) in _TEXTS.items() if action in rows
    ]  # fmt: skip


def colleague_of(access: OfficerAccess, dossier: Dossier, now: datetime) -> User | None:
    """Return the colleague to whom ``dossier`` is assigned, if that keeps this officer from acting on it."""
    roles = access.roles_at(dossier.agency_id)
    if not roles & set(ASSIGNABLE_ROLES) or dossier.is_closed:
        return None
    return other_assignee(dossier, access.user, roles, timezone.localdate(now))


def _done(action: Action, done: str | Promise, dossier: Dossier) -> str | Promise:
    before = action == Action.REQUEST_SUPPLEMENT and dossier.accepted_at is None
    return _SUPPLEMENT_BEFORE_ACCEPTANCE if before else done


def describe_action(action: Action) -> OfferedAction:
    """Return ``action`` with the texts of the desk, whether or not it is open to anybody."""
    label, done = _TEXTS.get(action, (action.label, ""))
    return OfferedAction(action=action.value, label=label, done=done)


def may_read_view_log(access: OfficerAccess, dossier: Dossier) -> bool:
    """Return True if the officer may read the view log of ``dossier``: heads and inspectors of its agency."""
    return bool(access.roles_at(dossier.agency_id) & {Membership.Role.HEAD, Membership.Role.INSPECTOR})


def may_replace_key(access: OfficerAccess, dossier: Dossier, now: datetime) -> bool:
    """Return True if the officer may issue a new lookup key: at the counter, in every status."""
    rows = allowed_transitions(dossier, access.roles_at(dossier.agency_id), now)
    return Action.REPLACE_KEY in {row.action for row in rows}
