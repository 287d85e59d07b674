"""The actions of the desk, each described in one place: texts, form, the service that performs it, and the warning.

Who may do what in which status is in the transition table (``forms_app.dossiers.transitions``). A new action is a row
there and an entry of ``DESK_ACTIONS`` here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.selectors.assignees import ASSIGNABLE_ROLES, other_assignee
from forms_app.dossiers.services import apply_action
from forms_app.dossiers.transitions import COUNTER_ACTIONS, Action, allowed_transitions
from one_stop import action_options, action_warnings, reopened_requests, services
from one_stop.access import OfficerAccess
from one_stop.forms.actions import ActionForm, AssignForm, WithdrawForm
from one_stop.forms.pauses import PaymentForm, ReopenedRequestForm, SuspendForm
from one_stop.forms.results import FinishForm, PostForm, ReopenForm, ReturnForm
from one_stop.forms.supplements import CounterSupplementForm, SupplementForm

Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAction:
    """One action of the desk.

    ``label`` is that of the button, ``done`` the message shown afterwards (``done_before_acceptance``: for a dossier
    that is not accepted yet). ``direct``: the button performs the action, without a form, unless there is a
    ``warning``; ``danger``: it is red.
    ``options`` returns the arguments of ``form`` in addition to those of ``ActionForm``, ``options_as_sent`` those of
    the form that was sent, if it names what it is for. ``service`` (default:
    ``dossiers.services.apply_action``) gets the arguments of that function and those of ``form.arguments()``.
    ``warning`` returns the text above the form. ``needs_reason`` is set from the transition that is open.
    """

    action: Action
    label: Text
    done: Text
    done_before_acceptance: Text = ""
    direct: bool = False
    danger: bool = False
    needs_reason: bool = False
    form: type[ActionForm] = ActionForm
    options: Callable[[Dossier, User], dict[str, Any]] = action_options.no_options
    options_as_sent: Callable[[Dossier, QueryDict], dict[str, Any]] | None = None
    service: Callable[..., object] | None = None
    warning: action_warnings.ActionWarning = action_warnings.nothing

    @property
    def title(self) -> str:
        """Return the label without the ellipsis that announces a form, as the heading of that form."""
        return str(self.label).rstrip("…")

    def make_form(
        self,
        dossier: Dossier,
        user: User,
        data: QueryDict | None = None,
        files: MultiValueDict[str, Any] | None = None,
    ) -> ActionForm:
        """Return the form of the action on ``dossier``: empty, or with what ``user`` typed."""
        return self._make_form(dossier, self.options(dossier, user), data, files)

    def former_form(self, dossier: Dossier, user: User, data: QueryDict) -> ActionForm | None:
        """Return the form that was sent as ``data`` if it was for something else than the form is for now."""
        sent = self.options_as_sent(dossier, data) if self.options_as_sent else None
        if sent is None or sent == self.options(dossier, user):
            return None
        return self._make_form(dossier, sent, data, None)

    def _make_form(
        self,
        dossier: Dossier,
        options: dict[str, Any],
        data: QueryDict | None,
        files: MultiValueDict[str, Any] | None,
    ) -> ActionForm:
        initial = {"version": dossier.version, **options.pop("initial", {})}
        return self.form(
            data, files, submit=self.title, initial=initial, needs_reason=self.needs_reason, danger=self.danger,
            **options,
        )  # fmt: skip

    def perform(self, dossier: Dossier, user: User, form: ActionForm) -> None:
        """Perform the action with the valid ``form``; raises as ``dossiers.services.apply_action``."""
        service = self.service or partial(apply_action, action=self.action)
        service(
            dossier_id=dossier.pk, expected_version=form.cleaned_data["version"], actor=user,
            reason=form.cleaned_data["reason"], **form.arguments(),
        )  # fmt: skip

    def message(self, dossier: Dossier) -> str:
        """Return the message shown after the action on ``dossier``."""
        early = self.done_before_acceptance if dossier.accepted_at is None else ""
        return str(early or self.done)


#: In the order in which the desk offers them.
DESK_ACTIONS: Final = (
    DeskAction(
        action=Action.ACCEPT, direct=True,
        label=_("Accept the dossier"),
        done=_("The dossier is accepted. The receipt can be printed."),
        warning=action_warnings.refused_files,
    ),
    DeskAction(
        action=Action.PROCESS, direct=True,
        label=_("Start processing"),
        done=_("Processing has started."),
    ),
    DeskAction(
        action=Action.FINISH,
        label=_("Result is ready…"),
        done=_("The dossier is finished; the result is ready to be handed over."),
        form=FinishForm, options=action_options.finish_options, service=services.finish, warning=action_warnings.unpaid,
    ),
    DeskAction(
        action=Action.RETURN_RESULT,
        label=_("Result handed over…"),
        done=_("The result is recorded as handed over."),
        form=ReturnForm, options=action_options.return_options, service=services.return_result,
        warning=action_warnings.handing_over(
            _(
                "Has the result been handed over to the citizen or their proxy, or handed to the post "
                "office? This ends the dossier, and the citizen is notified. Only the head can undo it, "
                "within %(days)d working days."
            )
        ),
    ),
    DeskAction(
        action=Action.PAYMENT_DONE,
        label=_("Payment received…"),
        done=_("The payment is recorded. Processing time is running again."),
        form=PaymentForm, options=action_options.payment_options, warning=action_warnings.late_receipt,
    ),
    DeskAction(
        action=Action.UNDO_PAYMENT,
        label=_("Take back the payment record…"),
        done=_("The payment record is taken back; the dossier waits for the payment again."),
        warning=action_warnings.fixed(
            _(
                "For a payment that was recorded on the wrong dossier, or with a wrong number or day. The dossier "
                "waits for the payment as if it had not been recorded; the history keeps the receipt, struck out, and "
                "the citizen is notified."
            )
        ),
    ),
    DeskAction(
        action=Action.RESUME, direct=True,
        label=_("Resume processing"),
        done=_("Processing has resumed. Processing time is running again."),
    ),
    DeskAction(
        action=Action.REQUEST_SUPPLEMENT,
        label=_("Request a supplement…"),
        done=_("The supplement has been requested. Processing time is paused."),
        done_before_acceptance=_("The supplement has been requested. Processing time has not started yet."),
        form=SupplementForm, options=action_options.supplement_options, service=services.request_supplement,
        warning=action_warnings.supplement_request,
    ),
    DeskAction(
        action=Action.SUPPLY,
        label=_("Supplement received at the counter…"),
        done=_("The supplement is recorded."),
        form=CounterSupplementForm, options=action_options.counter_options,
        options_as_sent=action_options.counter_options_as_sent,
        service=services.receive_supplement,
    ),
    DeskAction(
        action=Action.LIFT_SUPPLEMENT,
        label=_("Withdraw the supplement request…"),
        done=_("The supplement request is withdrawn, and the citizen is notified."),
        warning=action_warnings.lifted_supplement,
    ),
    DeskAction(
        action=Action.REQUIRE_PAYMENT,
        label=_("Request payment…"),
        done=_("The citizen has been asked to pay. Processing time is paused."),
        warning=action_warnings.without_fee,
    ),
    DeskAction(
        action=Action.LIFT_PAYMENT,
        label=_("Withdraw the payment request…"),
        done=_("The payment request is withdrawn. Processing time continues; the due date stays the same."),
        warning=action_warnings.fixed(
            _("The time since the request counts as processing time: the due date stays the same.")
        ),
    ),
    DeskAction(
        action=Action.SUSPEND, danger=True,
        label=_("Suspend processing…"),
        done=_("The dossier is suspended. Processing time is paused."),
        form=SuspendForm, service=services.suspend,
        warning=action_warnings.fixed(
            _(
                "Processing time is paused until the day you enter. The pause is shown with your name on the "
                "dossier's page; the citizen sees the reason and the day."
            )
        ),
    ),
    DeskAction(
        action=Action.CLOSE, danger=True,
        label=_("Close, the citizen did not answer…"),
        done=_("The dossier is closed because the citizen did not answer."),
        warning=action_warnings.unsent_supplement(
            _(
                "This ends the dossier, and the citizen is notified. Make sure that nothing was handed in, at any "
                "counter. Only the head can undo it, within %(days)d working days."
            )
        ),
    ),
    DeskAction(
        action=Action.REOPEN,
        label=_("Return to processing…"),
        done=_("The dossier is being processed again."),
        form=ReopenForm, warning=action_warnings.correction,
    ),
    DeskAction(
        action=Action.CORRECT_POST,
        label=_("Tracking number, postage…"),
        done=_("The tracking number and postage are recorded; the citizen can see them."),
        form=PostForm, options=action_options.post_options, service=services.correct_post,
    ),
    DeskAction(
        action=Action.UNDO_RETURN,
        label=_("Undo “result handed over”…"),
        done=_("The handover is undone; the result still has to be handed over."),
        warning=action_warnings.fixed(
            _(
                "Only if nothing was handed over. If the citizen has a wrong result, choose “Return to processing…” "
                "instead: it must be taken back and corrected."
            )
        ),
    ),
    DeskAction(
        action=Action.UNDO_DECLINE,
        label=_("Undo the decline…"),
        done=_("The decline is undone; the dossier is back where it was before."),
        form=ReopenedRequestForm, options=action_options.reopened_request_options,
        service=partial(reopened_requests.undo_end, action=Action.UNDO_DECLINE),
    ),
    DeskAction(
        action=Action.UNDO_WITHDRAW,
        label=_("Undo the withdrawal…"),
        done=_("The withdrawal is undone; the dossier is back where it was before."),
        form=ReopenedRequestForm, options=action_options.reopened_request_options,
        service=partial(reopened_requests.undo_end, action=Action.UNDO_WITHDRAW),
    ),
    DeskAction(
        action=Action.UNDO_CLOSE,
        label=_("Undo the closing…"),
        done=_("The closing is undone; the supplement request is open again."),
        form=ReopenedRequestForm, options=action_options.reopened_request_options,
        service=partial(reopened_requests.undo_end, action=Action.UNDO_CLOSE),
        warning=action_warnings.fixed(
            _(
                "The dossier waits for the supplement again, with the processing time that it had. The citizen is "
                "notified of the new last day."
            )
        ),
    ),
    DeskAction(
        action=Action.ASSIGN,
        label=_("Assign to…"),
        done=_("The dossier has been reassigned."),
        form=AssignForm, options=action_options.assign_options, service=services.assign,
        warning=action_warnings.assigned,
    ),
    DeskAction(
        action=Action.WITHDRAW, danger=True,
        label=_("Withdraw at the citizen's request…"),
        done=_("The dossier is withdrawn."),
        form=WithdrawForm, service=services.withdraw,
        warning=action_warnings.fixed(
            _(
                "This ends the dossier, and the citizen is notified. Withdraw it only if the citizen has "
                "asked for it. Only the head can undo it, within %(days)d working days."
            )
        ),
    ),
    DeskAction(
        action=Action.DECLINE, danger=True,
        label=_("Decline…"),
        done=_("The dossier is declined. The notice of decline can be printed."),
        warning=action_warnings.unsent_supplement(
            _(
                "This ends the dossier, and the citizen is notified. Only the head can undo it, within "
                "%(days)d working days."
            )
        ),
    ),
)  # fmt: skip


def offered_actions(access: OfficerAccess, dossier: Dossier, now: datetime) -> list[DeskAction]:
    """Return the actions open to this officer on ``dossier`` now, from the transition table.

    While the dossier is assigned to a colleague, only the actions of the counter are open.
    """
    rows = {row.action: row for row in allowed_transitions(dossier, access.roles_at(dossier.agency_id), now)}
    if rows.keys() - COUNTER_ACTIONS and colleague_of(access, dossier, now):
        rows = {action: row for action, row in rows.items() if action in COUNTER_ACTIONS}
    return [
        replace(
            entry,
            needs_reason=rows[entry.action].needs_reason,
            direct=entry.direct and not entry.warning(dossier, access.user, now),
        )
        for entry in DESK_ACTIONS
        if entry.action in rows
    ]


def colleague_of(access: OfficerAccess, dossier: Dossier, now: datetime) -> User | None:
    """Return the colleague to whom ``dossier`` is assigned, if that keeps this officer from acting on it."""
    roles = access.roles_at(dossier.agency_id)
    if not roles & set(ASSIGNABLE_ROLES) or dossier.is_closed:
        return None
    return other_assignee(dossier, access.user, roles, timezone.localdate(now))


def describe_action(action: Action) -> DeskAction:
    """Return ``action`` with the desk's texts, whether or not it is open to any officer."""
    listed = (entry for entry in DESK_ACTIONS if entry.action == action)
    return next(listed, DeskAction(action=action, label=action.label, done=""))


def may_read_view_log(access: OfficerAccess, dossier: Dossier) -> bool:
    """Return True if the officer may read the view log of ``dossier``: heads and inspectors of its agency."""
    return bool(access.roles_at(dossier.agency_id) & {Membership.Role.HEAD, Membership.Role.INSPECTOR})


def may_replace_key(access: OfficerAccess, dossier: Dossier, now: datetime) -> bool:
    """Return True if the officer may issue a new lookup key: at the counter, in every status."""
    rows = allowed_transitions(dossier, access.roles_at(dossier.agency_id), now)
    return Action.REPLACE_KEY in {row.action for row in rows}
