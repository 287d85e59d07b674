"""The whole transition matrix against a table written by hand from DOMAIN 2.3: state × action × role, guards included.

The table here is the oracle: it is not made from ``TRANSITIONS``, so that a slip there turns a test red.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from core.errors import Conflict, NotAllowed
from forms_app.desk.access import READERS
from forms_app.dossiers import services
from forms_app.dossiers.actors import Actor, system
from forms_app.dossiers.actors import citizen as the_citizen
from forms_app.dossiers.models import Dossier, DossierEvent, SupplementRequest
from forms_app.dossiers.transitions import CITIZEN, SYSTEM, Action, Status, allowed
from tests.desk.factories import make_officer
from tests.dossiers.factories import at, file_dossier

NOW = at("2026-11-23 09:00")
FILED = NOW - timedelta(days=20)
R, H, L, T = "reception", "handler", "leader", "returner"
C, S = CITIZEN, SYSTEM
ROLES = (*Membership.Role.values, C, S)
ANYBODY_AT_THE_DESK = {R, H, L}
WITHDRAW = {"withdraw": (7, {C, R})}


@dataclass(frozen=True)
class State:
    """A row of the matrix: a status, and what guards look at."""

    status: int
    accepted: bool = False
    late: bool = False


# state: {action: (target, roles)}. What is not here does not exist.
MATRIX: dict[State, dict[str, tuple[int, set[str]]]] = {
    State(1): {
        "accept": (2, {R, L}), "refuse": (3, {R, L}), "request_supplement": (5, ANYBODY_AT_THE_DESK), **WITHDRAW,
        "assign": (1, ANYBODY_AT_THE_DESK),
    },
    State(2, True): {
        "request_supplement": (5, ANYBODY_AT_THE_DESK), "process": (4, ANYBODY_AT_THE_DESK), **WITHDRAW,
        "assign": (2, ANYBODY_AT_THE_DESK),
    },
    State(3): {},
    State(4, True): {
        "request_supplement": (5, ANYBODY_AT_THE_DESK), "require_payment": (6, {H, L}), "suspend": (8, {H, L}),
        "finish": (9, {H, L}), **WITHDRAW, "assign": (4, ANYBODY_AT_THE_DESK),
    },
    State(5): {"supply": (1, {C, R}), **WITHDRAW, "assign": (5, ANYBODY_AT_THE_DESK)},
    State(5, late=True): {
        "supply": (1, {C, R}), "refuse": (3, {R, L}), **WITHDRAW, "assign": (5, ANYBODY_AT_THE_DESK),
    },
    State(5, True): {"supply": (4, {C, R}), **WITHDRAW, "assign": (5, ANYBODY_AT_THE_DESK)},
    State(5, True, True): {
        "supply": (4, {C, R}), "refuse": (3, {R, L}), "suspend": (8, {H, L}), **WITHDRAW,
        "assign": (5, ANYBODY_AT_THE_DESK),
    },
    State(6, True): {"payment_done": (4, {S, R, H, L}), **WITHDRAW, "assign": (6, ANYBODY_AT_THE_DESK)},
    State(7): {},
    State(8, True): {
        "resume": (4, {H, L}), "finish": (9, {H, L}), **WITHDRAW, "assign": (8, ANYBODY_AT_THE_DESK),
    },
    State(9, True): {
        "reopen": (4, {H, L}), "return_result": (10, {T, R, L}), "assign": (9, ANYBODY_AT_THE_DESK),
    },
    State(10, True): {},
}  # fmt: skip
STATES = list(MATRIX)
ACTIONS = [action.value for action in Action if action != Action.SUBMIT]
NEED_REASON = {
    "refuse", "request_supplement", "require_payment", "suspend", "reopen", "withdraw",
}  # fmt: skip
# The roles that hold an act somewhere: without one the officer is told nothing, not even where the dossier stands.
HOLDERS = {
    action: set().union(*(row[action][1] for row in MATRIX.values() if action in row)) for action in ACTIONS
}


@dataclass
class Paper:
    """What the table sees of a dossier, without a database."""

    status: int
    was_accepted: bool
    late: bool

    def supplement_is_late(self, now: datetime) -> bool:
        return self.late


def describe(state: State) -> str:
    return f"{state.status}{'-accepted' if state.accepted else ''}{'-late' if state.late else ''}"


@pytest.mark.parametrize("state", STATES, ids=describe)
@pytest.mark.parametrize("role", ROLES)
def test_what_is_open_to_a_role(state: State, role: str) -> None:
    rows = allowed(Paper(state.status, state.accepted, state.late), {role}, NOW)
    expected = {
        (action, target, action in NEED_REASON)
        for action, (target, roles) in MATRIX[state].items()
        if role in roles
    }
    assert {(row.action.value, row.target.value, row.needs_reason) for row in rows} == expected
    assert len(rows) == len(expected), "one act never leads to two places"


def test_filing_comes_from_nothing_only() -> None:
    for state in STATES:
        rows = allowed(Paper(state.status, state.accepted, state.late), set(ROLES), NOW)
        assert Action.SUBMIT not in {row.action for row in rows}


def test_roles_together_can_what_each_can() -> None:
    for state in STATES:
        paper = Paper(state.status, state.accepted, state.late)
        alone = {row.action for role in ROLES for row in allowed(paper, {role}, NOW)}
        assert {row.action for row in allowed(paper, set(ROLES), NOW)} == alone == set(MATRIX[state])


def put(dossier: Dossier, state: State) -> Dossier:
    """Bring the row into ``state`` as the services leave it."""
    stopped = state.accepted and state.status in {5, 6, 8}
    Dossier.objects.filter(pk=dossier.pk).update(
        status=state.status,
        accepted_at=FILED + timedelta(days=1) if state.accepted else None,
        due_at=NOW + timedelta(days=3) if state.accepted else None,
        original_due_at=NOW + timedelta(days=3) if state.accepted else None,
        deadline_rule={"value": 3} if state.accepted else None,
        clock_state="stopped" if stopped else "ended" if state.status in {3, 7, 9, 10} else "running",
        paused_at=NOW - timedelta(days=1) if stopped else None,
        finished_at=NOW - timedelta(hours=1) if state.status in {9, 10} else None,
        returned_at=NOW if state.status == 10 else None,
    )
    if state.status == 5:
        SupplementRequest.objects.create(
            dossier=dossier, number=1, items=[], reason="thiếu", asked_at=FILED,
            citizen_deadline=NOW + timedelta(days=-1 if state.late else 1),
        )  # fmt: skip
    dossier.refresh_from_db()
    return dossier


def attempt(dossier: Dossier, action: str, actor: User | Actor) -> int | str:
    """What comes of it: the new status, or the name of the refusal. Nothing stays."""
    outcome: int | str
    with transaction.atomic():
        try:
            outcome = services.perform(
                dossier_id=dossier.pk, expected_version=dossier.version, action=action, actor=actor,
                reason="vì thử", now=NOW,
            ).status  # fmt: skip
        except Conflict as conflict:
            outcome = conflict.code
        except NotAllowed as refusal:
            outcome = refusal.code
        transaction.set_rollback(True)
    return outcome


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=describe)
def test_the_service_does_what_the_matrix_says_for_every_role(state: State) -> None:
    dossier = put(file_dossier(now=FILED).dossier, state)
    people: dict[str, User | Actor] = {
        role: make_officer(dossier.agency, role) for role in Membership.Role.values
    }
    people |= {C: the_citizen(dossier), S: system("thử")}
    wrong = []
    for action in ACTIONS:
        target, roles = MATRIX[state].get(action, (None, set()))
        for role, actor in people.items():
            if role in roles:
                expected: int | str | None = target
            else:
                expected = "not_possible" if role in HOLDERS[action] else "not_allowed"
            found = attempt(dossier, action, actor)
            # A role that holds the act only from another state of the same status is told of the state.
            if found != expected:
                wrong.append((action, role, found, expected))
    assert not wrong
    dossier.refresh_from_db()
    assert (dossier.status, dossier.events.count()) == (state.status, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=describe)
def test_the_desk_offers_exactly_that_and_refuses_the_rest(state: State) -> None:
    with time_machine.travel(NOW, tick=False):
        dossier = put(file_dossier(now=FILED).dossier, state)
        for role in sorted(READERS):
            client = Client()
            client.force_login(make_officer(dossier.agency, role))
            page = client.get(reverse("desk:dossier", args=[dossier.code])).content.decode()
            offered = {
                action for action in ACTIONS if reverse("desk:act", args=[dossier.code, action]) in page
            }
            assert offered == {action for action, (_t, roles) in MATRIX[state].items() if role in roles}, role
            for action in set(ACTIONS) - offered:
                answer = client.post(
                    reverse("desk:act", args=[dossier.code, action]), {"version": dossier.version}
                )
                assert answer.status_code == 302, (role, action)
        dossier.refresh_from_db()
        assert (dossier.status, dossier.version, dossier.events.count()) == (state.status, 1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=describe)
def test_the_desk_does_what_it_offers_to_whom_it_offers_it(state: State) -> None:
    """Every act of every role over HTTP: it leads where the matrix says, with one line of history by that officer."""
    with time_machine.travel(NOW, tick=False):
        dossier = put(file_dossier(now=FILED).dossier, state)
        for role in sorted(READERS):
            user = make_officer(dossier.agency, role)
            client = Client()
            client.force_login(user)
            for action, (target, roles) in MATRIX[state].items():
                if role not in roles:
                    continue
                with transaction.atomic():
                    answer = client.post(
                        reverse("desk:act", args=[dossier.code, action]),
                        {
                            "version": dossier.version, "reason": "vì thử", "other": "Giấy chứng tử",
                            "answer_by": "2026-12-07", "officer": user.pk,
                        },
                    )  # fmt: skip
                    assert answer.status_code == 302, (role, action, answer.content.decode()[:2000])
                    event = dossier.events.order_by("-sequence").first()
                    done = (event.action, event.from_status, event.to_status, event.actor_id)
                    assert done == (action, state.status, target, user.pk)
                    after = Dossier.objects.get(pk=dossier.pk)
                    assert (after.status, after.version) == (target, dossier.version + 1)
                    transaction.set_rollback(True)
        dossier.refresh_from_db()
        assert (dossier.status, dossier.events.count()) == (state.status, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=describe)
def test_a_page_of_before_does_nothing_whatever_the_act(state: State) -> None:
    """The version is the lock: with an old one no act is done, in no state and by no role that may do it."""
    with time_machine.travel(NOW, tick=False):
        dossier = put(file_dossier(now=FILED).dossier, state)
        leader = make_officer(dossier.agency, *Membership.Role.values)
        for action in MATRIX[state]:
            for stale in (dossier.version - 1, dossier.version + 1):
                with pytest.raises(Conflict) as conflict:
                    services.perform(
                        dossier_id=dossier.pk, expected_version=stale, action=action, actor=leader,
                        reason="vì thử", now=NOW,
                    )  # fmt: skip
                assert conflict.value.code == "conflict"
                assert dossier.get_status_display() in conflict.value.message, "the new state is told"
        assert dossier.events.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=describe)
def test_the_citizen_is_offered_exactly_that(state: State) -> None:
    with time_machine.travel(NOW, tick=False):
        told = file_dossier(now=FILED)
        put(told.dossier, state)
        base = f"/ho-so/{told.token}/"
        page = Client().get(base).content.decode()
        mine = {action for action, (_t, roles) in MATRIX[state].items() if C in roles}
        assert (f"{base}bo-sung/" in page) == ("supply" in mine)
        assert (f"{base}rut/" in page) == ("withdraw" in mine)
        if "withdraw" not in mine:
            answer = Client().post(f"{base}rut/", {"version": 1, "reason": "thử"})
            assert answer["Location"] == base
        if "supply" not in mine:
            assert Client().post(f"{base}bo-sung/", {"version": 1})["Location"] == base
        told.dossier.refresh_from_db()
        assert told.dossier.status == state.status


@pytest.mark.django_db
def test_the_database_takes_every_edge_of_the_matrix_and_no_neighbour_of_it() -> None:
    dossier = file_dossier(now=FILED).dossier
    edges = {
        (action, state.status, target)
        for state, row in MATRIX.items()
        for action, (target, _r) in row.items()
    }
    facts = {"dossier": dossier, "actor_name": "x", "at": NOW}
    for number, (action, source, target) in enumerate(sorted(edges), start=10):
        DossierEvent.objects.create(
            action=action, from_status=source, to_status=target, sequence=number, **facts
        )
    neighbours = {
        (action, source, other)
        for action, source, target in edges
        for other in (target - 1, target + 1)
        if other in Status.values and (action, source, other) not in edges
    } | {(action, None, target) for action, _source, target in edges}
    for action, source, target in sorted(neighbours, key=str):
        with pytest.raises(IntegrityError), transaction.atomic():
            DossierEvent.objects.create(
                action=action, from_status=source, to_status=target, sequence=9_999, **facts
            )
