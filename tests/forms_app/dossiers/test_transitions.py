"""The whole transition matrix, state × action × role with guards, against docs/domain.md#transitions.

The table here is written independently of ``TRANSITIONS``, so that a mistake there fails a test.
"""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, dataclass
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import READING_ROLES, Membership, User
from core.errors import Conflict, NotAllowed
from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier, DossierEvent, PostalOrder, SupplementRequest
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.services.actions import Actor, system
from forms_app.dossiers.services.actions import citizen as the_citizen
from forms_app.dossiers.transitions import (
    CLOSED_STATUSES,
    TRANSITIONS,
    Action,
    Status,
    allowed_transitions,
)
from tests.forms_app.dossiers.factories import WITH_FEE, file_dossier, make_form, make_version, payment_for
from tests.forms_app.dossiers.transition_matrix import (
    ACTIONS,
    FILED,
    HOLDERS,
    MATRIX,
    NEED_REASON,
    NOW,
    REPLACE_KEY,
    ROLES,
    STATES,
    C,
    S,
    State,
    describe,
)
from tests.one_stop.factories import make_officer
from tests.paths import ROOT


@dataclass
class FakeDossier:
    """The attributes of a dossier that the table reads, without a database."""

    status: int
    was_accepted: bool
    late: bool
    is_closed: bool = False
    fresh: bool = False
    owes_fee: bool = False
    sent_by_post: bool = False
    desk_ended_from: int | None = None
    is_correction: bool = False
    handover_was_undone: bool = False

    def is_reversible(self, now: datetime) -> bool:
        return self.fresh

    def supplement_is_late(self, now: datetime) -> bool:
        return self.late


RUNNING = {"clock_state": "running"}
#: The processing time before a payment was recorded.
STOPPED = {"clock_state": "stopped", "paused_at": FILED.isoformat()}


def fake(state: State) -> FakeDossier:
    closed = state.status in CLOSED_STATUSES or state.outcome == "closed"
    return FakeDossier(
        state.status,
        state.accepted,
        state.late,
        closed,
        state.fresh,
        state.fees and not state.corrected,
        state.posted,
        state.ended_from,
        state.corrected,
        state.undone,
    )


@pytest.mark.parametrize("state", STATES, ids=describe)
@pytest.mark.parametrize("role", ROLES)
def test_role_may_take_exactly_the_actions_of_the_matrix(state: State, role: str) -> None:
    rows = allowed_transitions(fake(state), {role}, NOW)
    expected = {
        (action, target, action in NEED_REASON)
        for action, (target, roles) in MATRIX[state].items()
        if role in roles
    }
    assert {(row.action.value, row.target.value, row.needs_reason) for row in rows} == expected
    assert len(rows) == len(expected), "one act never leads to two places"


def test_submit_is_the_only_action_without_a_source_status() -> None:
    for state in STATES:
        rows = allowed_transitions(fake(state), set(ROLES), NOW)
        assert Action.SUBMIT not in {row.action for row in rows}


def test_rows_of_the_table_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        TRANSITIONS[0].target = Status.FINISHED  # type: ignore[misc]


def test_document_of_the_law_names_every_change_of_status() -> None:
    part = (ROOT / "docs" / "domain.md").read_text(encoding="utf-8").partition("### Transitions")[2]
    line = re.search(r"^`(1→[^`]+)`\.$", part, re.MULTILINE)
    assert line is not None
    named = {
        (int(source), int(target))
        for group in line[1].split("; ")
        for source, targets in [group.split("→")]
        for target in targets.split("|")
    }
    changes = {
        (source, row.target)
        for row in TRANSITIONS
        for source in row.sources
        if source not in {None, row.target}
    }
    assert named == changes


def test_several_roles_combine_their_actions() -> None:
    for state in STATES:
        dossier = fake(state)
        alone = {row.action for role in ROLES for row in allowed_transitions(dossier, {role}, NOW)}
        assert (
            {row.action for row in allowed_transitions(dossier, set(ROLES), NOW)}
            == alone
            == set(MATRIX[state])
        )


def file_in(state: State) -> FilingReceipt:
    """File a dossier, with a fee or without, and bring it into ``state``."""
    receipt = file_dossier(make_form(make_version(channels=WITH_FEE)) if state.fees else None, now=FILED)
    set_state(receipt.dossier, state)
    return receipt


def set_state(dossier: Dossier, state: State) -> Dossier:
    """Update the row as the services would for ``state``."""
    stopped = state.accepted and state.status in {5, 6, 8} and not state.outcome
    Dossier.objects.filter(pk=dossier.pk).update(
        status=state.status,
        outcome=state.outcome,
        accepted_at=FILED + timedelta(days=1) if state.accepted else None,
        due_at=NOW + timedelta(days=3) if state.accepted else None,
        original_due_at=NOW + timedelta(days=3) if state.accepted else None,
        deadline_rule={"value": 3} if state.accepted else None,
        clock_state="stopped" if stopped else "ended" if state.status in {3, 7, 9, 10} else "running",
        paused_at=NOW - timedelta(days=1) if stopped else None,
        finished_at=NOW - timedelta(hours=1) if state.status in {9, 10} else None,
        returned_at=NOW if state.status == 10 else None,
        corrections=int(state.corrected),
        first_finished_at=FILED if state.corrected else None,
        first_was_on_time=True if state.corrected else None,
    )
    if state.fresh or state.ended_from:
        # Before the filing event, which remains the only one that the tests count.
        action, source = {
            3: ("decline", state.ended_from),
            4: ("payment_done", 6),
            7: ("withdraw", state.ended_from),
            8: ("close", 5),
            10: ("return_result", 9),
        }[state.status]
        kept = state.status != Status.SUSPENDED or state.ended_from is not None
        DossierEvent.objects.create(
            dossier=dossier, sequence=0, action=action, from_status=source, to_status=state.status,
            at=NOW if state.fresh else FILED, data={"before": STOPPED if source == 6 else RUNNING} if kept else {},
        )  # fmt: skip
    if state.undone:
        DossierEvent.objects.create(
            dossier=dossier, sequence=0, action="undo_return", from_status=10, to_status=9, at=NOW
        )
    if state.posted:
        clerk = make_officer(dossier.agency, "returner")
        PostalOrder.objects.create(dossier=dossier, address="Ấp 1", handed_at=NOW, handed_by=clerk)
    if state.status == 5:
        SupplementRequest.objects.create(
            dossier=dossier, number=1, items=[], reason="thiếu", requested_at=FILED,
            supplement_due_at=NOW + timedelta(days=-1 if state.late else 1),
        )  # fmt: skip
    dossier.refresh_from_db()
    return dossier


def attempt(dossier: Dossier, action: str, actor: User | Actor) -> int | str:
    """Return the new status or the name of the error, and roll back."""
    outcome: int | str
    with transaction.atomic():
        try:
            outcome = services.apply_action(
                dossier_id=dossier.pk, expected_version=dossier.version, action=action, actor=actor,
                reason="vì thử", outcome="refused" if action == "finish" and dossier.status == 6 else "",
                pause_ends_at=NOW + timedelta(days=9) if action == "suspend" else None,
                payment=payment_for(action, NOW), now=NOW,
            ).status  # fmt: skip
        except Conflict as conflict:
            outcome = conflict.code
        except NotAllowed as refusal:
            outcome = refusal.code
        transaction.set_rollback(True)
    return outcome


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=describe)
def test_service_follows_the_matrix_for_every_role(state: State) -> None:
    dossier = file_in(state).dossier
    actors: dict[str, User | Actor] = {
        role: make_officer(dossier.agency, role) for role in Membership.Role.values
    }
    actors |= {C: the_citizen(dossier), S: system("thử")}
    wrong = []
    for action in ACTIONS:
        target, roles = MATRIX[state].get(action, (None, set()))
        for role, actor in actors.items():
            if role in roles:
                expected: int | str | None = target
            else:
                expected = "not_possible" if role in HOLDERS[action] else "not_allowed"
            found = attempt(dossier, action, actor)
            # A role that may act only in another state of the same status gets a conflict that names the state.
            if found != expected:
                wrong.append((action, role, found, expected))
    assert not wrong
    dossier.refresh_from_db()
    assert (dossier.status, dossier.events.exclude(sequence=0).count()) == (state.status, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=describe)
def test_desk_offers_exactly_the_allowed_actions(state: State) -> None:
    with time_machine.travel(NOW, tick=False):
        dossier = file_in(state).dossier
        for role in sorted(READING_ROLES):
            client = Client()
            client.force_login(make_officer(dossier.agency, role))
            page = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
            offered = {
                action
                for action in ACTIONS
                if reverse("one_stop:action", args=[dossier.code, action]) in page
            }
            allowed = {action for action, (_t, roles) in MATRIX[state].items() if role in roles}
            assert offered == allowed - {REPLACE_KEY}, role
            own_page = reverse("one_stop:lookup_key", args=[dossier.code])
            assert (own_page in page) == (REPLACE_KEY in allowed), role
            assert (client.get(own_page).status_code == 200) == (REPLACE_KEY in allowed), role
            for action in set(ACTIONS) - offered:
                answer = client.post(
                    reverse("one_stop:action", args=[dossier.code, action]), {"version": dossier.version}
                )
                assert answer.status_code == 302, (role, action)
        dossier.refresh_from_db()
        assert (dossier.status, dossier.version, dossier.events.exclude(sequence=0).count()) == (
            state.status,
            1,
            1,
        )


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=describe)
def test_every_action_offered_by_the_desk_succeeds(state: State) -> None:
    """Every action of every role over HTTP leads to the status in the matrix, with one event by that officer."""
    with time_machine.travel(NOW, tick=False):
        dossier = file_in(state).dossier
        for role in sorted(READING_ROLES):
            user = make_officer(dossier.agency, role)
            client = Client()
            client.force_login(user)
            for action, (target, roles) in MATRIX[state].items():
                if role not in roles or action == REPLACE_KEY:
                    continue
                with transaction.atomic():
                    answer = client.post(
                        reverse("one_stop:action", args=[dossier.code, action]),
                        {
                            "version": dossier.version, "reason": "vì thử", "other_documents": "Giấy chứng tử",
                            "supplement_due_at": "2026-12-07", "suspended_until": "2026-12-07", "officer": user.pk,
                            "tracking_number": "EA123456789VN", "how": "phone",
                            "document": "BL 1", "paid_on": "2026-11-23",
                            "delivery": "post" if action == "return_result" else "", "address": "Ấp 1",
                            "outcome": "refused" if state.status == 6 else "granted",
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
        assert (dossier.status, dossier.events.exclude(sequence=0).count()) == (state.status, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=describe)
def test_outdated_version_is_a_conflict_for_every_action(state: State) -> None:
    """With an outdated version no action is applied, whatever the state and the role."""
    with time_machine.travel(NOW, tick=False):
        dossier = file_in(state).dossier
        head = make_officer(dossier.agency, *Membership.Role.values)
        for action, (_target, roles) in MATRIX[state].items():
            actor = system("thử") if roles == {S} else head
            for stale in (dossier.version - 1, dossier.version + 1):
                with pytest.raises(Conflict) as conflict:
                    services.apply_action(
                        dossier_id=dossier.pk, expected_version=stale, action=action, actor=actor,
                        reason="vì thử", now=NOW,
                    )  # fmt: skip
                assert conflict.value.code == "conflict"
                assert dossier.get_status_display() in conflict.value.message, (
                    "the message names the new status"
                )
        assert dossier.events.exclude(sequence=0).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES, ids=describe)
def test_citizen_is_offered_exactly_the_allowed_actions(state: State) -> None:
    with time_machine.travel(NOW, tick=False):
        receipt = file_in(state)
        base = f"/ho-so/{receipt.token}/"
        page = Client().get(base).content.decode()
        allowed_actions = {action for action, (_t, roles) in MATRIX[state].items() if C in roles}
        assert (f"{base}bo-sung/" in page) == ("supply" in allowed_actions)
        assert (f"{base}rut/" in page) == ("withdraw" in allowed_actions)
        if "withdraw" not in allowed_actions:
            answer = Client().post(f"{base}rut/", {"version": 1, "reason": "thử"})
            assert answer["Location"] == base
        if "supply" not in allowed_actions:
            assert Client().post(f"{base}bo-sung/", {"version": 1})["Location"] == base
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.status == state.status


@pytest.mark.django_db
def test_database_accepts_exactly_the_events_of_the_matrix() -> None:
    dossier = file_dossier(now=FILED).dossier
    edges = {
        (action, state.status, target)
        for state, row in MATRIX.items()
        for action, (target, _r) in row.items()
    } | {("undo_withdraw", 7, source) for source in (1, 2, 5, 6, 8)}
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
