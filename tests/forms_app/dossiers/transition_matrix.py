"""The transition matrix, state × action × role, written independently of ``TRANSITIONS``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from accounts.models import Membership
from forms_app.dossiers.transitions import CITIZEN, SYSTEM, Action
from tests.forms_app.dossiers.factories import at

NOW = at("2026-11-23 09:00")
FILED = NOW - timedelta(days=20)
R, H, L, T = "receiver", "handler", "head", "returner"
C, S = CITIZEN, SYSTEM
ROLES = (*Membership.Role.values, C, S)
DESK_ROLES = {R, H, L}
WITHDRAW = {"withdraw": (7, {C, R, L})}
SUPPLIERS = {C, R, L}


@dataclass(frozen=True)
class State:
    """A row of the matrix: a status and the facts checked by guards."""

    status: int
    accepted: bool = False
    late: bool = False
    outcome: str = ""
    # The procedure has a fee that has not been paid yet.
    fees: bool = False
    # The result was sent by post.
    posted: bool = False
    # The status in which the desk recorded the withdrawal, or closed the dossier.
    ended_from: int | None = None
    # A wrong result that was handed over is corrected.
    corrected: bool = False
    # Closed, or recorded as paid, recently enough to be undone.
    fresh: bool = False
    # A recorded handover of the result was undone.
    undone: bool = False


# state: {action: (target, roles)}. Anything not listed here is not allowed.
MATRIX: dict[State, dict[str, tuple[int, set[str]]]] = {
    State(1): {
        "accept": (2, {R, L}), "decline": (3, {R, L}), "request_supplement": (5, DESK_ROLES), **WITHDRAW,
        "assign": (1, DESK_ROLES),
    },
    State(2, True): {
        "request_supplement": (5, DESK_ROLES), "process": (4, DESK_ROLES), **WITHDRAW,
        "assign": (2, DESK_ROLES), "move_due_date": (2, {S}),
    },
    State(3): {},
    State(3, ended_from=1, fresh=True): {"undo_decline": (1, {L})},
    State(3, ended_from=5, fresh=True): {"undo_decline": (5, {L})},
    State(4, True): {
        "request_supplement": (5, DESK_ROLES), "require_payment": (6, {L}), "suspend": (8, {L}),
        "finish": (9, {H, L}), **WITHDRAW, "assign": (4, DESK_ROLES), "move_due_date": (4, {S}),
    },
    State(4, True, fees=True): {
        "request_supplement": (5, DESK_ROLES), "require_payment": (6, {H, L}), "suspend": (8, {L}),
        "finish": (9, {H, L}), **WITHDRAW, "assign": (4, DESK_ROLES), "move_due_date": (4, {S}),
    },
    # A correction ends with a result: it cannot be withdrawn.
    State(4, True, fees=True, corrected=True): {
        "request_supplement": (5, DESK_ROLES), "require_payment": (6, {L}), "suspend": (8, {L}),
        "finish": (9, {H, L}), "assign": (4, DESK_ROLES), "move_due_date": (4, {S}),
    },
    State(4, True, fresh=True): {
        "request_supplement": (5, DESK_ROLES), "require_payment": (6, {L}), "suspend": (8, {L}),
        "finish": (9, {H, L}), **WITHDRAW, "assign": (4, DESK_ROLES), "move_due_date": (4, {S}),
        "undo_payment": (6, {L}),
    },
    State(5): {"supply": (1, SUPPLIERS), "lift_supplement": (1, DESK_ROLES), **WITHDRAW, "assign": (5, DESK_ROLES)},
    State(5, late=True): {
        "supply": (1, SUPPLIERS), "lift_supplement": (1, DESK_ROLES), "decline": (3, {R, L}), **WITHDRAW,
        "assign": (5, DESK_ROLES),
    },
    State(5, True): {
        "supply": (4, SUPPLIERS), "lift_supplement": (4, DESK_ROLES), **WITHDRAW, "assign": (5, DESK_ROLES),
    },
    State(5, True, True): {
        "supply": (4, SUPPLIERS), "lift_supplement": (4, DESK_ROLES), "close": (8, DESK_ROLES), **WITHDRAW,
        "assign": (5, DESK_ROLES),
    },
    State(6, True): {
        "payment_done": (4, {S, R, H, L}), "lift_payment": (4, {H, L}), "finish": (9, {H, L}), **WITHDRAW,
        "assign": (6, DESK_ROLES),
    },
    State(7): {},
    State(7, True, ended_from=4): {},
    State(7, True, ended_from=4, fresh=True): {"undo_withdraw": (4, {L})},
    State(8, True): {
        "resume": (4, {H, L, S}), "finish": (9, {H, L}), **WITHDRAW, "assign": (8, DESK_ROLES),
    },
    State(8, True, outcome="closed"): {},
    State(8, True, outcome="closed", fresh=True): {},  # from before the processing time was kept with the closing
    State(8, True, outcome="closed", ended_from=5): {},
    State(8, True, outcome="closed", ended_from=5, fresh=True): {"undo_close": (5, {L})},
    State(9, True): {
        "reopen": (4, {H, L}), "return_result": (10, {T, R, L}), "assign": (9, DESK_ROLES),
    },
    # Whoever records no handover any more corrects what may have been handed over.
    State(9, True, undone=True): {
        "reopen": (4, {L}), "return_result": (10, {T, R, L}), "assign": (9, DESK_ROLES),
    },
    State(10, True): {"reopen": (4, {L})},
    State(10, True, posted=True): {"correct_post": (10, {T, R, L}), "reopen": (4, {L})},
    State(10, True, fresh=True): {"undo_return": (9, {L}), "reopen": (4, {L})},
}  # fmt: skip
# In every status; the desk offers it on a separate page, beside the actions.
REPLACE_KEY = "replace_key"
for _state, _row in MATRIX.items():
    _row[REPLACE_KEY] = (_state.status, {C, R, T, L})
STATES = list(MATRIX)
ACTIONS = [action.value for action in Action if action != Action.SUBMIT]
NEED_REASON = {
    "decline", "request_supplement", "require_payment", "lift_payment", "suspend", "close", "reopen", "withdraw",
    "undo_return", "undo_decline", "undo_withdraw", "undo_close", "undo_payment", "lift_supplement",
}  # fmt: skip
# The roles with an action anywhere in the table; an officer without one learns nothing, not even the status.
HOLDERS = {
    action: set().union(*(row[action][1] for row in MATRIX.values() if action in row)) for action in ACTIONS
}


def describe(state: State) -> str:
    """Return the test id for ``state``."""
    facts = [
        name
        for name in ("accepted", "late", "fresh", "fees", "posted", "corrected", "ended_from", "undone")
        if getattr(state, name)
    ]
    return "-".join(filter(None, [str(state.status), *facts, state.outcome]))
