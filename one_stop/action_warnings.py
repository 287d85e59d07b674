"""What an officer should know before an action: shown on the page of the action, above its button."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from forms_app.dossiers import deadlines
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.models.dossiers import UNDO_DAYS
from forms_app.dossiers.transitions import Action, Status

_NO_FEE: Final = gettext_lazy(
    "This procedure has no fee for this way of filing. Ask for payment only if there is another financial obligation, "
    "such as a tax, and name its legal basis in the reason: processing time is paused until then."
)
#: What ends, for the actions after which the desk itself cannot continue; what pauses mean for the due date.
_QUESTIONS: Final[dict[str, str | Promise]] = {
    Action.DECLINE: gettext_lazy(
        "This ends the dossier, and the citizen is told. Only the head can undo it, within %(days)d working days."
    ),
    Action.RETURN_RESULT: gettext_lazy(
        "Has the result been handed over to the citizen or their proxy, or given to the post? This ends the dossier, "
        "and the citizen is told. Only the head can undo it, within %(days)d working days."
    ),
    Action.WITHDRAW: gettext_lazy(
        "This ends the dossier, and the citizen is told. Withdraw it only if the citizen has asked for it. Only the "
        "head can undo it, within %(days)d working days."
    ),
    Action.CLOSE: gettext_lazy("This ends the dossier for good, and the citizen is told."),
    Action.SUSPEND: gettext_lazy(
        "Processing time is paused until the day that you name. The pause is shown with your name on the page of the "
        "dossier; the citizen reads the reason and the day."
    ),
    Action.LIFT_PAYMENT: gettext_lazy(
        "The time since the request counts as processing time: the due date stays the same."
    ),
}


def action_warning(dossier: Dossier, action: str, user: User, now: datetime) -> str:
    """Return what ``user`` should know before ``action``; empty if there is nothing."""
    if question := _QUESTIONS.get(action):
        if action == Action.RETURN_RESULT and (problem := result_problem(dossier)):
            return f"{problem} {question % {'days': UNDO_DAYS}}"
        return str(question) % {"days": UNDO_DAYS}
    if action == Action.ASSIGN and dossier.assigned_to not in {None, user}:
        return _(
            "The dossier is assigned to %(name)s, who will be notified that someone else now has it."
        ) % {"name": dossier.assigned_to.get_full_name()}
    if action == Action.FINISH and dossier.status == Status.PAYMENT:
        return _(
            "The payment is still outstanding, so the dossier can only be finished as refused. If the citizen does not "
            "have to pay, withdraw the payment request instead."
        )
    if action == Action.REQUIRE_PAYMENT and not dossier.has_fees:
        return str(_NO_FEE)
    return _supplement_warning(dossier, now) if action == Action.REQUEST_SUPPLEMENT else ""


def result_problem(dossier: Dossier) -> str:
    """Return why an electronic result cannot be handed over: the citizen can open none of its files; else nothing.

    A result on paper has no file, so that only one that the scan keeps back is a problem of its own there.
    """
    files = list(dossier.attachments.valid_results())
    if any(file.is_served for file in files):
        return ""
    refused = next((file for file in files if file.is_refused), None)
    if refused is not None:
        text = _(
            "The citizen cannot open “%(name)s”: the malware scan refused it. Have the handler or the head return the "
            "dossier to processing and attach another file, or hand the result over on paper."
        )
        return text % {"name": refused.original_name}
    if files:
        return _("“%(name)s” is being scanned for malware. Try again in a minute.") % {
            "name": files[0].original_name
        }
    if dossier.result_delivery != Dossier.Delivery.ELECTRONIC:
        return ""
    return _(
        "There is no file as the result. Have the handler or the head return the dossier to processing and attach one, "
        "or hand the result over on paper."
    )


def _supplement_warning(dossier: Dossier, now: datetime) -> str:
    if not dossier.was_accepted:
        return ""
    if deadlines.is_late(dossier, now):
        return _("The dossier is already overdue. A supplement does not change that: it keeps its due date.")
    if deadlines.is_late_request(dossier, now):
        return _(
            "The time to request a supplement has passed. The supplement moves the due date, but the dossier still "
            "counts as overdue after the former one."
        )
    return ""
