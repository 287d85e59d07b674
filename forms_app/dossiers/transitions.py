"""The one transition table (DOMAIN 2.3): code, tests, documents and the database check all read it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import IntegerChoices, Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership

_R = Membership.Role
CITIZEN = "citizen"
SYSTEM = "system"


class Status(IntegerChoices):
    """The ten national statuses with their codes (``TrangThai``)."""

    REGISTERED = 1, _("Newly registered")
    ACCEPTED = 2, _("Accepted")
    REFUSED = 3, _("Not accepted")
    PROCESSING = 4, _("Being processed")
    SUPPLEMENT = 5, _("Supplement requested")
    PAYMENT = 6, _("Financial obligation to meet")
    WITHDRAWN = 7, _("Withdrawn by the citizen")
    SUSPENDED = 8, _("Processing stopped")
    FINISHED = 9, _("Processed")
    RETURNED = 10, _("Result returned")


class Action(TextChoices):
    """What can be done to a dossier."""

    SUBMIT = "submit", _("Submit")
    ACCEPT = "accept", _("Accept")
    REFUSE = "refuse", _("Refuse")
    REQUEST_SUPPLEMENT = "request_supplement", _("Request a supplement")
    SUPPLY = "supply", _("Supply what was asked")
    PROCESS = "process", _("Start processing")
    REQUIRE_PAYMENT = "require_payment", _("Require payment")
    PAYMENT_DONE = "payment_done", _("Payment received")
    SUSPEND = "suspend", _("Stop processing")
    RESUME = "resume", _("Resume processing")
    FINISH = "finish", _("Finish")
    REOPEN = "reopen", _("Reopen")
    RETURN_RESULT = "return_result", _("Return the result")
    WITHDRAW = "withdraw", _("Withdraw")
    ASSIGN = "assign", _("Assign")


class Clock(TextChoices):
    """What an action does to the legal clock (DOMAIN 2.6)."""

    NONE = "none", _("nothing")
    START = "start", _("starts")
    STOP = "stop", _("stops")
    RESUME = "resume", _("goes on, the promised date moves by the time waited")
    RESTART = "restart", _("restarts or goes on, as the procedure's rule says")
    END = "end", _("ends")
    REOPEN = "reopen", _("runs again towards the same promised date")


class Guard(TextChoices):
    """Conditions on the dossier that a source status alone cannot say."""

    ACCEPTED = "accepted", _("accepted before")
    NOT_ACCEPTED = "not_accepted", _("not accepted yet")
    SUPPLEMENT_LATE = "supplement_late", _("the citizen's deadline has passed")


class DossierState(Protocol):
    """What the table must know of a dossier."""

    @property
    def status(self) -> int: ...
    @property
    def was_accepted(self) -> bool: ...
    def supplement_is_late(self, now: datetime) -> bool: ...


GUARDS: dict[Guard, Callable[[DossierState, datetime], bool]] = {
    Guard.ACCEPTED: lambda dossier, _now: dossier.was_accepted,
    Guard.NOT_ACCEPTED: lambda dossier, _now: not dossier.was_accepted,
    Guard.SUPPLEMENT_LATE: lambda dossier, now: dossier.supplement_is_late(now),
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

    def fits(self, dossier: DossierState, now: datetime) -> bool:
        """Say whether the row applies to ``dossier`` as it stands at ``now``."""
        return dossier.status in self.sources and all(GUARDS[guard](dossier, now) for guard in self.guards)


_DESK = frozenset({_R.RECEPTION, _R.HANDLER, _R.LEADER})
_RECEPTION = frozenset({_R.RECEPTION, _R.LEADER})
_HANDLING = frozenset({_R.HANDLER, _R.LEADER})
_RETURN = frozenset({_R.RETURNER, _R.RECEPTION, _R.LEADER})
_APPLICANT = frozenset({CITIZEN, _R.RECEPTION})
S, A = Status, Action
# Statuses in which an agency still has work to do.
OPEN = (S.REGISTERED, S.ACCEPTED, S.PROCESSING, S.SUPPLEMENT, S.PAYMENT, S.SUSPENDED, S.FINISHED)
# Acts that only concern the inside of the agency: no mail, no line in the citizen's history.
INTERNAL = frozenset({A.ASSIGN})
CLOSED = (S.REFUSED, S.WITHDRAWN, S.RETURNED)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(A.SUBMIT, (None,), S.REGISTERED, frozenset({CITIZEN, SYSTEM, _R.RECEPTION})),
    Transition(A.ACCEPT, (S.REGISTERED,), S.ACCEPTED, _RECEPTION, Clock.START),
    Transition(A.REFUSE, (S.REGISTERED,), S.REFUSED, _RECEPTION, Clock.END, needs_reason=True),
    Transition(
        A.REFUSE, (S.SUPPLEMENT,), S.REFUSED, _RECEPTION, Clock.END, needs_reason=True, guards=(Guard.SUPPLEMENT_LATE,)
    ),
    Transition(
        A.REQUEST_SUPPLEMENT, (S.REGISTERED, S.ACCEPTED, S.PROCESSING), S.SUPPLEMENT, _DESK, Clock.STOP,
        needs_reason=True,
    ),
    Transition(A.SUPPLY, (S.SUPPLEMENT,), S.REGISTERED, _APPLICANT, guards=(Guard.NOT_ACCEPTED,)),
    Transition(A.SUPPLY, (S.SUPPLEMENT,), S.PROCESSING, _APPLICANT, Clock.RESTART, guards=(Guard.ACCEPTED,)),
    Transition(A.PROCESS, (S.ACCEPTED,), S.PROCESSING, _DESK),
    Transition(A.REQUIRE_PAYMENT, (S.PROCESSING,), S.PAYMENT, _HANDLING, Clock.STOP, needs_reason=True),
    Transition(
        A.PAYMENT_DONE, (S.PAYMENT,), S.PROCESSING, frozenset({SYSTEM, _R.RECEPTION, *_HANDLING}), Clock.RESUME
    ),
    Transition(A.SUSPEND, (S.PROCESSING,), S.SUSPENDED, _HANDLING, Clock.STOP, needs_reason=True),
    Transition(
        A.SUSPEND, (S.SUPPLEMENT,), S.SUSPENDED, _HANDLING, Clock.STOP, needs_reason=True,
        guards=(Guard.SUPPLEMENT_LATE, Guard.ACCEPTED),
    ),
    Transition(A.RESUME, (S.SUSPENDED,), S.PROCESSING, _HANDLING, Clock.RESUME, guards=(Guard.ACCEPTED,)),
    Transition(A.FINISH, (S.PROCESSING, S.SUSPENDED), S.FINISHED, _HANDLING, Clock.END),
    Transition(A.REOPEN, (S.FINISHED,), S.PROCESSING, _HANDLING, Clock.REOPEN, needs_reason=True),
    Transition(A.RETURN_RESULT, (S.FINISHED,), S.RETURNED, _RETURN),
    Transition(
        A.WITHDRAW,
        (S.REGISTERED, S.ACCEPTED, S.PROCESSING, S.SUPPLEMENT, S.PAYMENT, S.SUSPENDED),
        S.WITHDRAWN, _APPLICANT, Clock.END, needs_reason=True,
    ),
    *(Transition(A.ASSIGN, (status,), status, _DESK) for status in OPEN),
)  # fmt: skip


def allowed(dossier: DossierState, roles: Collection[str], now: datetime | None = None) -> list[Transition]:
    """Return the transitions open to somebody with any of ``roles``, in the order of the table."""
    moment = now or timezone.now()
    return [row for row in TRANSITIONS if row.roles.intersection(roles) and row.fits(dossier, moment)]


def edges() -> Iterator[tuple[Action, Status | None, Status]]:
    """Yield every (action, from, to) that may ever be written into the history."""
    for row in TRANSITIONS:
        for source in row.sources:
            yield row.action, source, row.target


def database_check() -> Q:
    """Return the condition under which an event row is lawful; it becomes the database's check constraint.

    A check passes where it is unknown, so a missing source is named in every branch.
    """
    from_nothing, from_somewhere = Q(), Q()
    for action, source, target in edges():
        lawful = Q(action=action.value, to_status=target.value)
        if source is None:
            from_nothing |= lawful
        else:
            from_somewhere |= Q(from_status=source.value) & lawful
    return (Q(from_status__isnull=True) & from_nothing) | (Q(from_status__isnull=False) & from_somewhere)
