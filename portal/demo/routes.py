"""How the demo dossiers are spread over the ten statuses, and by which acts each came there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forms_app.dossiers.transitions import Action as A
from forms_app.dossiers.transitions import Status as S

# Working minutes until the act, drawn between the two; a tuple of floats is a share of the legal time instead.
AT_ONCE: Final = (4, 25)  # while the person waits at the counter
QUICK: Final = (20, 200)
SAME_DAY: Final = (60, 420)
DAYS: Final = (480, 1400)
IN_TIME: Final = (0.2, 0.9)
TOO_LATE: Final = (1.3, 1.8)

Gap = tuple[int, int] | tuple[float, float]
TAKEN: Final = ((A.ACCEPT, SAME_DAY), (A.PROCESS, QUICK))
DONE: Final = ((A.FINISH, IN_TIME), (A.RETURN_RESULT, DAYS))
ASKED: Final = ((A.REQUEST_SUPPLEMENT, QUICK), (A.SUPPLY, DAYS))


@dataclass(frozen=True, slots=True)
class Route:
    """``number`` dossiers, filed ``age`` days ago (from, to), that went through ``acts`` and stand at ``status``.

    ``unhurried``: only procedures with several days of legal time, so that nothing here is overdue by accident;
    ``overdue``: filed long before the legal time ran out; ``paid``: only procedures that cost something.
    """

    status: S
    number: int
    age: tuple[int, int]
    acts: tuple[tuple[A, Gap], ...] = ()
    unhurried: bool = False
    overdue: bool = False
    paid: bool = False


ROUTES: Final = (
    Route(S.REGISTERED, 14, (0, 1)),
    Route(S.ACCEPTED, 8, (1, 2), ((A.ACCEPT, SAME_DAY),), unhurried=True),
    Route(S.REFUSED, 10, (4, 350), ((A.REFUSE, SAME_DAY),)),
    Route(S.PROCESSING, 16, (1, 2), TAKEN, unhurried=True),
    Route(S.PROCESSING, 8, (4, 12), TAKEN, overdue=True),
    Route(S.SUPPLEMENT, 10, (3, 8), (*TAKEN, (A.REQUEST_SUPPLEMENT, QUICK))),
    Route(S.PAYMENT, 4, (3, 8), (*TAKEN, (A.REQUIRE_PAYMENT, QUICK)), unhurried=True, paid=True),
    Route(S.WITHDRAWN, 8, (5, 350), (TAKEN[0], (A.WITHDRAW, SAME_DAY))),
    Route(S.SUSPENDED, 5, (5, 20), (*TAKEN, (A.SUSPEND, QUICK))),
    Route(S.FINISHED, 12, (3, 10), (*TAKEN, (A.FINISH, IN_TIME))),
    Route(S.RETURNED, 78, (8, 360), (*TAKEN, *DONE)),
    Route(S.RETURNED, 17, (10, 360), (*TAKEN, *ASKED, *DONE)),
    Route(S.RETURNED, 10, (15, 360), (*TAKEN, (A.FINISH, TOO_LATE), DONE[1])),
)
