"""The only transition table (docs/domain.md#transitions): code, tests, documents and the database check all use it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from django.db.models import IntegerChoices, Q, TextChoices
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership

_R = Membership.Role
CITIZEN = "citizen"
SYSTEM = "system"
#: Working days in which a wrong "handed over", "declined", "withdrawn" or "closed" can be undone: as long as the law
#: gives the agency to correct a wrong result (art. 23 NĐ 118/2025).
UNDO_DAYS: Final = 3


class Status(IntegerChoices):
    """The ten national statuses with their codes (``TrangThai``)."""

    REGISTERED = 1, _("Newly registered")
    ACCEPTED = 2, _("Accepted")
    DECLINED = 3, _("Not accepted")
    PROCESSING = 4, _("Being processed")
    SUPPLEMENT = 5, _("Supplement requested")
    PAYMENT = 6, _("Financial obligation to meet")
    WITHDRAWN = 7, _("Withdrawn by the citizen")
    SUSPENDED = 8, _("Processing suspended")
    FINISHED = 9, _("Processed")
    RETURNED = 10, _("Result returned")


class Action(TextChoices):
    """What can be done with a dossier."""

    SUBMIT = "submit", pgettext_lazy("action on a dossier", "Submit")
    ACCEPT = "accept", _("Accept")
    DECLINE = "decline", _("Decline")
    REQUEST_SUPPLEMENT = "request_supplement", _("Request a supplement")
    SUPPLY = "supply", _("Provide what was requested")
    LIFT_SUPPLEMENT = "lift_supplement", _("Withdraw the supplement request")
    PROCESS = "process", _("Start processing")
    REQUIRE_PAYMENT = "require_payment", _("Require payment")
    PAYMENT_DONE = "payment_done", _("Payment received")
    UNDO_PAYMENT = "undo_payment", _("Take back the payment record")
    LIFT_PAYMENT = "lift_payment", _("Withdraw the payment request")
    SUSPEND = "suspend", _("Suspend processing")
    RESUME = "resume", _("Resume processing")
    CLOSE = "close", _("Close without an answer")
    UNDO_CLOSE = "undo_close", _("Undo the closing")
    FINISH = "finish", _("Finish")
    REOPEN = "reopen", _("Reopen")
    RETURN_RESULT = "return_result", _("Return the result")
    CORRECT_POST = "correct_post", _("Record tracking number or postage")
    UNDO_RETURN = "undo_return", _("Undo “result handed over”")
    UNDO_DECLINE = "undo_decline", _("Undo the decline")
    WITHDRAW = "withdraw", _("Withdraw")
    UNDO_WITHDRAW = "undo_withdraw", _("Undo the withdrawal")
    ASSIGN = "assign", _("Assign")
    REPLACE_KEY = "replace_key", _("Replace the lookup key")
    MOVE_DUE_DATE = "move_due_date", _("Move the due date from a day off")


class Clock(TextChoices):
    """What an action does to the processing time (docs/domain.md#pausing)."""

    NONE = "none", _("nothing")
    START = "start", _("starts")
    STOP = "stop", _("stops")
    REQUEST = "request", _("stops for a supplement request, which may come too late")
    RESUME = "resume", _("resumes, the due date moves by the length of the pause")
    CONTINUE = "continue", _("resumes, the pause counts as processing time")
    RESTART = "restart", _("restarts or resumes, depending on the procedure's rule; resumes in a correction")
    END = "end", _("ends")
    END_UNPAID = "end_unpaid", _("ends, the pause counts as processing time")
    REOPEN = "reopen", _("resumes, the due date stays the same")
    CORRECT = "correct", _("runs for the days in which a wrong result is corrected")
    RESET = "reset", _("has not started")
    RESTORE = "restore", _("is as it was before the act that is undone")
    CALENDAR = "calendar", _("a due date on a day off moves to the next working day")


class WithdrawalChannel(TextChoices):
    """How a citizen asked the desk to withdraw a dossier."""

    COUNTER = "counter", _("In person, at the counter")
    LETTER = "letter", _("By letter")
    PHONE = "phone", _("By telephone")
    EMAIL = "email", _("By email")


class Guard(TextChoices):
    """Conditions on the dossier other than its status."""

    WAS_ACCEPTED = "accepted", _("already accepted")
    NOT_ACCEPTED = "not_accepted", _("not accepted yet")
    SUPPLEMENT_LATE = "supplement_late", _("the citizen's deadline has passed")
    OPEN = "open", _("not closed")
    OWES_FEE = "owes_fee", _("the procedure has a fee and no payment is recorded")
    OWES_NO_FEE = "owes_no_fee", _("the procedure has no fee, or a payment is recorded")
    SENT_BY_POST = "sent_by_post", _("the result was sent by post")
    FIRST_RESULT = "first_result", _("no wrong result is being corrected")
    HANDOVER_UNDONE = "handover_undone", _("a recorded handover of the result was undone")
    NEVER_HANDED_OVER = "never_handed_over", _("no handover of the result was recorded")
    REVERSIBLE = (
        "reversible",
        format_lazy(
            _("closed or recorded as paid by mistake, at most {days} working days ago"), days=UNDO_DAYS
        ),
    )


class DossierState(Protocol):
    """What the table needs to know about a dossier."""

    @property
    def status(self) -> int: ...
    @property
    def was_accepted(self) -> bool: ...
    @property
    def is_closed(self) -> bool: ...
    @property
    def owes_fee(self) -> bool: ...
    @property
    def sent_by_post(self) -> bool: ...
    @property
    def is_correction(self) -> bool: ...
    @property
    def handover_was_undone(self) -> bool: ...
    @property
    def desk_ended_from(self) -> int | None: ...
    def supplement_is_late(self, now: datetime) -> bool: ...
    def is_reversible(self, now: datetime) -> bool: ...


GUARDS: dict[Guard, Callable[[DossierState, datetime], bool]] = {
    Guard.WAS_ACCEPTED: lambda dossier, _now: dossier.was_accepted,
    Guard.NOT_ACCEPTED: lambda dossier, _now: not dossier.was_accepted,
    Guard.SUPPLEMENT_LATE: lambda dossier, now: dossier.supplement_is_late(now),
    Guard.OPEN: lambda dossier, _now: not dossier.is_closed,
    Guard.OWES_FEE: lambda dossier, _now: dossier.owes_fee,
    Guard.OWES_NO_FEE: lambda dossier, _now: not dossier.owes_fee,
    Guard.SENT_BY_POST: lambda dossier, _now: dossier.sent_by_post,
    Guard.FIRST_RESULT: lambda dossier, _now: not dossier.is_correction,
    Guard.HANDOVER_UNDONE: lambda dossier, _now: dossier.handover_was_undone,
    Guard.NEVER_HANDED_OVER: lambda dossier, _now: not dossier.handover_was_undone,
    Guard.REVERSIBLE: lambda dossier, now: dossier.is_reversible(now),
}


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: ``action`` leads from any of ``sources`` (None: from nothing) to ``target``."""

    action: Action
    sources: tuple[Status | None, ...]
    target: Status
    roles: frozenset[str]
    clock: Clock = Clock.NONE
    needs_reason: bool = False
    guards: tuple[Guard, ...] = ()
    # Only back to the status from which the desk ended the dossier.
    leads_back: bool = False

    def fits(self, dossier: DossierState, now: datetime) -> bool:
        """Return True if the row applies to ``dossier`` at ``now``."""
        if dossier.status not in self.sources or (self.leads_back and dossier.desk_ended_from != self.target):
            return False
        return all(GUARDS[guard](dossier, now) for guard in self.guards)


_DESK = frozenset({_R.RECEIVER, _R.HANDLER, _R.HEAD})
_RECEPTION = frozenset({_R.RECEIVER, _R.HEAD})
_HANDLING = frozenset({_R.HANDLER, _R.HEAD})
_HEAD = frozenset({_R.HEAD})
_RETURN = frozenset({_R.RETURNER, _R.RECEIVER, _R.HEAD})
_APPLICANT = frozenset({CITIZEN, _R.RECEIVER, _R.HEAD})
_S, _A = Status, Action
# Statuses in which an agency still has work to do.
OPEN_STATUSES = (
    _S.REGISTERED,
    _S.ACCEPTED,
    _S.PROCESSING,
    _S.SUPPLEMENT,
    _S.PAYMENT,
    _S.SUSPENDED,
    _S.FINISHED,
)
# Statuses in which the processing time of an accepted dossier runs.
RUNNING_STATUSES = (_S.ACCEPTED, _S.PROCESSING)
# Statuses in which it waits for the citizen or for the end of a suspension.
PAUSED_STATUSES = (_S.SUPPLEMENT, _S.PAYMENT, _S.SUSPENDED)
# Actions internal to the agency: no mail, no line in the citizen's history.
INTERNAL_ACTIONS = frozenset({_A.ASSIGN})
# Actions after which the status is what it was before.
SAME_STATUS_ACTIONS = frozenset({_A.ASSIGN, _A.REPLACE_KEY, _A.MOVE_DUE_DATE, _A.CORRECT_POST})
# What the officer at the counter does for a citizen, even if another officer is the assignee; anything else is
# for the assignee and the head.
COUNTER_ACTIONS = frozenset(
    {_A.SUPPLY, _A.PAYMENT_DONE, _A.RETURN_RESULT, _A.CORRECT_POST, _A.WITHDRAW, _A.REPLACE_KEY}
)
# Statuses in which the citizen may stop the procedure (art. 21 NĐ 118/2025).
WITHDRAWABLE = (_S.REGISTERED, _S.ACCEPTED, _S.PROCESSING, _S.SUPPLEMENT, _S.PAYMENT, _S.SUSPENDED)
CLOSED_STATUSES = (_S.DECLINED, _S.WITHDRAWN, _S.RETURNED)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(_A.SUBMIT, (None,), _S.REGISTERED, frozenset({CITIZEN, SYSTEM, _R.RECEIVER})),
    Transition(_A.ACCEPT, (_S.REGISTERED,), _S.ACCEPTED, _RECEPTION, Clock.START),
    Transition(_A.DECLINE, (_S.REGISTERED,), _S.DECLINED, _RECEPTION, Clock.END, needs_reason=True),
    Transition(
        _A.DECLINE, (_S.SUPPLEMENT,), _S.DECLINED, _RECEPTION, Clock.END, needs_reason=True,
        guards=(Guard.SUPPLEMENT_LATE, Guard.NOT_ACCEPTED),
    ),
    Transition(
        _A.REQUEST_SUPPLEMENT, (_S.REGISTERED, _S.ACCEPTED, _S.PROCESSING), _S.SUPPLEMENT, _DESK, Clock.REQUEST,
        needs_reason=True,
    ),
    Transition(_A.SUPPLY, (_S.SUPPLEMENT,), _S.REGISTERED, _APPLICANT, guards=(Guard.NOT_ACCEPTED,)),
    Transition(_A.SUPPLY, (_S.SUPPLEMENT,), _S.PROCESSING, _APPLICANT, Clock.RESTART, guards=(Guard.WAS_ACCEPTED,)),
    # Requested by mistake: the desk gains no time.
    Transition(
        _A.LIFT_SUPPLEMENT, (_S.SUPPLEMENT,), _S.REGISTERED, _DESK, needs_reason=True, guards=(Guard.NOT_ACCEPTED,)
    ),
    Transition(
        _A.LIFT_SUPPLEMENT, (_S.SUPPLEMENT,), _S.PROCESSING, _DESK, Clock.CONTINUE, needs_reason=True,
        guards=(Guard.WAS_ACCEPTED,),
    ),
    Transition(_A.PROCESS, (_S.ACCEPTED,), _S.PROCESSING, _DESK),
    Transition(
        _A.REQUIRE_PAYMENT, (_S.PROCESSING,), _S.PAYMENT, _HANDLING, Clock.STOP, needs_reason=True,
        guards=(Guard.OWES_FEE,),
    ),
    Transition(
        # A tax, another obligation that the procedure does not name, or a second payment pauses processing only if the
        # head decides so.
        _A.REQUIRE_PAYMENT, (_S.PROCESSING,), _S.PAYMENT, _HEAD, Clock.STOP, needs_reason=True,
        guards=(Guard.OWES_NO_FEE,),
    ),
    Transition(
        _A.PAYMENT_DONE, (_S.PAYMENT,), _S.PROCESSING, frozenset({SYSTEM, _R.RECEIVER, *_HANDLING}), Clock.RESUME
    ),
    # Recorded on the wrong dossier or with a wrong day: the pause goes on as if it had not been recorded.
    Transition(
        _A.UNDO_PAYMENT, (_S.PROCESSING,), _S.PAYMENT, _HEAD, Clock.RESTORE, needs_reason=True,
        guards=(Guard.REVERSIBLE,),
    ),
    Transition(
        # Requested by mistake, or the citizen is exempt: the desk gains no time. A dossier that is never paid can
        # be finished as refused.
        _A.LIFT_PAYMENT, (_S.PAYMENT,), _S.PROCESSING, _HANDLING, Clock.CONTINUE, needs_reason=True
    ),
    # Until a day set by the head (``Dossier.pause_ends_at``).
    Transition(_A.SUSPEND, (_S.PROCESSING,), _S.SUSPENDED, _HEAD, Clock.STOP, needs_reason=True),
    Transition(
        # The citizen did not answer: the desk closes an accepted dossier (art. 19.5 NĐ 118/2025).
        _A.CLOSE, (_S.SUPPLEMENT,), _S.SUSPENDED, _DESK, Clock.END, needs_reason=True,
        guards=(Guard.SUPPLEMENT_LATE, Guard.WAS_ACCEPTED),
    ),
    Transition(
        # By the portal itself when the last day of the suspension has passed.
        _A.RESUME, (_S.SUSPENDED,), _S.PROCESSING, _HANDLING | {SYSTEM}, Clock.RESUME,
        guards=(Guard.WAS_ACCEPTED, Guard.OPEN),
    ),
    Transition(
        _A.FINISH, (_S.PROCESSING, _S.SUSPENDED), _S.FINISHED, _HANDLING, Clock.END, guards=(Guard.OPEN,),
    ),
    # Refused, as it was never paid.
    Transition(_A.FINISH, (_S.PAYMENT,), _S.FINISHED, _HANDLING, Clock.END_UNPAID),
    Transition(
        _A.REOPEN, (_S.FINISHED,), _S.PROCESSING, _HANDLING, Clock.REOPEN, needs_reason=True,
        guards=(Guard.NEVER_HANDED_OVER,),
    ),
    # The citizen may have the result although its handover was undone: taking it back is a correction all the same.
    Transition(
        _A.REOPEN, (_S.FINISHED,), _S.PROCESSING, _HEAD, Clock.CORRECT, needs_reason=True,
        guards=(Guard.HANDOVER_UNDONE,),
    ),
    # A wrong result that was handed over, however long ago (art. 23 NĐ 118/2025).
    Transition(_A.REOPEN, (_S.RETURNED,), _S.PROCESSING, _HEAD, Clock.CORRECT, needs_reason=True),
    Transition(_A.RETURN_RESULT, (_S.FINISHED,), _S.RETURNED, _RETURN),
    # The post office reports numbers and postage later, for a whole bag; wrong ones are corrected.
    Transition(_A.CORRECT_POST, (_S.RETURNED,), _S.RETURNED, _RETURN, guards=(Guard.SENT_BY_POST,)),
    # A mistake at the desk is undone by the head (docs/domain.md#requests-and-outcomes).
    Transition(
        _A.UNDO_RETURN, (_S.RETURNED,), _S.FINISHED, _HEAD, needs_reason=True, guards=(Guard.REVERSIBLE,)
    ),
    # A citizen who was asked for a supplement still answers it.
    *(
        Transition(
            _A.UNDO_DECLINE, (_S.DECLINED,), status, _HEAD, Clock.RESET, needs_reason=True,
            guards=(Guard.REVERSIBLE,), leads_back=True,
        )
        for status in (_S.REGISTERED, _S.SUPPLEMENT)
    ),
    Transition(
        # Before the decision (art. 21 NĐ 118/2025): a wrong result that was handed over needs a correct one.
        _A.WITHDRAW, WITHDRAWABLE, _S.WITHDRAWN, _APPLICANT, Clock.END, needs_reason=True,
        guards=(Guard.OPEN, Guard.FIRST_RESULT),
    ),
    # What the citizen withdrew stays withdrawn; what the desk recorded by mistake continues where it was.
    *(
        Transition(
            _A.UNDO_WITHDRAW, (_S.WITHDRAWN,), status, _HEAD, Clock.RESTORE, needs_reason=True,
            guards=(Guard.REVERSIBLE,), leads_back=True,
        )
        for status in WITHDRAWABLE
    ),
    Transition(
        _A.UNDO_CLOSE, (_S.SUSPENDED,), _S.SUPPLEMENT, _HEAD, Clock.RESTORE, needs_reason=True,
        guards=(Guard.REVERSIBLE,), leads_back=True,
    ),
    *(Transition(_A.ASSIGN, (status,), status, _DESK, guards=(Guard.OPEN,)) for status in OPEN_STATUSES),
    *(
        Transition(_A.MOVE_DUE_DATE, (status,), status, frozenset({SYSTEM}), Clock.CALENDAR)
        for status in RUNNING_STATUSES
    ),
    *(Transition(_A.REPLACE_KEY, (status,), status, _RETURN | {CITIZEN}) for status in Status),
)  # fmt: skip


# Events that an earlier table allowed and that are still in the history.
FORMER_EVENTS: tuple[tuple[Action, Status, Status], ...] = ((_A.SUSPEND, _S.SUPPLEMENT, _S.SUSPENDED),)


def allowed_transitions(
    dossier: DossierState, roles: Collection[str], now: datetime | None = None
) -> list[Transition]:
    """Return the transitions open to a holder of any of ``roles``, in the order of the table."""
    moment = now or timezone.now()
    return [row for row in TRANSITIONS if row.roles.intersection(roles) and row.fits(dossier, moment)]


def event_triples() -> Iterator[tuple[Action, Status | None, Status]]:
    """Yield every (action, from, to) that may ever be written into the history."""
    yield from dict.fromkeys(
        (row.action, source, row.target) for row in TRANSITIONS for source in row.sources
    )
    yield from FORMER_EVENTS


def database_check() -> Q:
    """Return the condition of the check constraint that allows exactly the events of the table.

    A check passes if its result is unknown (NULL), so every branch states whether there is a source status.
    """
    from_nothing, from_somewhere = Q(), Q()
    for action, source, target in event_triples():
        permitted = Q(action=action.value, to_status=target.value)
        if source is None:
            from_nothing |= permitted
        else:
            from_somewhere |= Q(from_status=source.value) & permitted
    return (Q(from_status__isnull=True) & from_nothing) | (Q(from_status__isnull=False) & from_somewhere)
