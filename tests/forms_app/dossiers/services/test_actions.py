"""Every row of the transition table: roles, conflicts, and the effect on the due date."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from core.errors import Conflict, InvalidInput, NotAllowed
from forms_app.dossiers import services
from forms_app.dossiers.deadlines import EFFECTS
from forms_app.dossiers.models import (
    DeadlineSetting,
    Dossier,
    DossierEvent,
    SupplementRequest,
)
from forms_app.dossiers.services import actions
from forms_app.dossiers.services.actions import citizen, system
from forms_app.dossiers.transitions import (
    CITIZEN,
    CLOSED_STATUSES,
    OPEN_STATUSES,
    SAME_STATUS_ACTIONS,
    SYSTEM,
    TRANSITIONS,
    Action,
    Clock,
    Guard,
    Status,
    allowed_transitions,
    event_triples,
)
from procedures.value_objects import ChannelDetails
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.forms_app.dossiers.factories import (
    at,
    file_dossier,
    make_form,
    make_version,
    officer_of,
    payment_for,
)

pytestmark = pytest.mark.django_db

NOW = at("2026-11-23 09:00")  # Monday
# The shortest lawful path from "registered" to each status.
PATHS = {
    Status.REGISTERED: [],
    Status.ACCEPTED: ["accept"],
    Status.DECLINED: ["decline"],
    Status.PROCESSING: ["accept", "process"],
    Status.SUPPLEMENT: ["accept", "process", "request_supplement"],
    Status.PAYMENT: ["accept", "process", "require_payment"],
    Status.WITHDRAWN: ["withdraw"],
    Status.SUSPENDED: ["accept", "process", "suspend"],
    Status.FINISHED: ["accept", "process", "finish"],
    Status.RETURNED: ["accept", "process", "finish", "return_result"],
}


def act(dossier: Dossier, action: str, now: datetime = NOW, **facts) -> Dossier:
    actor = facts.pop("actor", None) or officer_of(dossier)
    if action in {"withdraw", "supply"}:
        actor = citizen(dossier)
    if action == Action.MOVE_DUE_DATE:
        actor = actions.system("thử")
    return services.apply_action(
        dossier_id=dossier.pk, expected_version=dossier.version, action=action, actor=actor,
        reason=facts.pop("reason", "vì thử"), now=now,
        pause_ends_at=now + timedelta(days=9) if action == "suspend" else None,
        payment=payment_for(action, now), **facts,
    )  # fmt: skip


def dossier_in(status: Status, **version) -> Dossier:
    dossier = file_dossier(make_form(make_version(**version)), now=NOW).dossier
    for action in PATHS[status]:
        dossier = act(dossier, action)
    assert dossier.status == status
    return dossier


@pytest.mark.parametrize("status", list(Status))
def test_every_status_can_be_reached_with_a_complete_history(status: Status) -> None:
    dossier = dossier_in(status)
    history = list(dossier.events.order_by("sequence").values_list("sequence", "from_status", "to_status"))
    assert [sequence for sequence, _from, _to in history] == list(range(1, len(PATHS[status]) + 2))
    assert history[0][1:] == (None, Status.REGISTERED)
    assert all(left[2] == right[1] for left, right in itertools.pairwise(history))
    assert dossier.version == len(history)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("action", [action for action in Action if action != Action.SUBMIT])
def test_only_transitions_of_the_table_succeed(status: Status, action: Action) -> None:
    dossier = dossier_in(status)
    possible = {
        row.action for row in allowed_transitions(dossier, {CITIZEN, SYSTEM, *Membership.Role.values}, NOW)
    }
    if action in possible:
        target = {row.target for row in TRANSITIONS if row.action == action and row.fits(dossier, NOW)}
        refused = action == Action.FINISH and status == Status.PAYMENT
        assert {act(dossier, action, outcome="refused" if refused else "").status} == target
        return
    with pytest.raises(Conflict) as caught:
        act(dossier, action)
    assert caught.value.code == "not_possible"
    dossier.refresh_from_db()
    assert dossier.status == status


@pytest.mark.parametrize("role", Membership.Role.values)
def test_role_is_allowed_only_the_actions_in_the_table(role: str) -> None:
    dossier = dossier_in(Status.REGISTERED)
    officer = officer_of(dossier, role)
    for row in TRANSITIONS:
        if row.action == Action.SUBMIT or role in {
            r for t in TRANSITIONS if t.action == row.action for r in t.roles
        }:
            continue
        with pytest.raises(NotAllowed):
            services.apply_action(
                dossier_id=dossier.pk,
                expected_version=1,
                action=row.action,
                actor=officer,
                reason="x",
                now=NOW,
            )


def test_actor_without_a_role_gets_not_allowed_as_for_a_missing_dossier() -> None:
    dossier = dossier_in(Status.REGISTERED)
    other = MembershipFactory(agency=AgencyFactory(), role=Membership.Role.HEAD).user
    inactive = officer_of(dossier)
    inactive.is_active = False
    inactive.save()
    superuser = UserFactory(is_superuser=True)
    ended = MembershipFactory(
        agency=dossier.agency, role=Membership.Role.HEAD, valid_to=(NOW - timedelta(days=1)).date()
    ).user
    facts = {"expected_version": 1, "action": "accept", "now": NOW}
    for user in (other, inactive, superuser, ended, UserFactory()):
        with pytest.raises(NotAllowed) as here:
            services.apply_action(dossier_id=dossier.pk, actor=user, **facts)
        with pytest.raises(NotAllowed) as nowhere:
            services.apply_action(dossier_id=dossier.pk + 999, actor=user, **facts)
        assert str(here.value) == str(nowhere.value)
    with pytest.raises(NotAllowed):
        services.apply_action(dossier_id=dossier.pk, actor=citizen(dossier), **facts)
    with pytest.raises(NotAllowed):
        services.apply_action(dossier_id=dossier.pk, actor=system("x"), **facts)


def test_second_of_two_officers_gets_a_conflict_with_the_new_status() -> None:
    dossier = dossier_in(Status.REGISTERED)
    first, second = officer_of(dossier), officer_of(dossier)
    facts = {"dossier_id": dossier.pk, "expected_version": dossier.version, "now": NOW}
    services.apply_action(action="accept", actor=first, **facts)
    with pytest.raises(Conflict) as caught:
        services.apply_action(action="decline", actor=second, reason="trùng", **facts)
    assert caught.value.code == "conflict"
    assert "Được tiếp nhận" in caught.value.message
    assert dossier.events.count() == 2


# What is undone has to be recorded first: these reasons are tested in tests/one_stop, in test_withdrawals.py,
# test_undone_closings.py and test_payment_records.py.
UNDONE = {Action.UNDO_WITHDRAW, Action.UNDO_CLOSE, Action.UNDO_PAYMENT}
NEEDING_REASON = {row.action for row in TRANSITIONS if row.needs_reason} - UNDONE


@pytest.mark.parametrize("action", sorted(NEEDING_REASON))
def test_action_that_needs_a_reason_is_rejected_without_one(action: str) -> None:
    status = next(row.sources[0] for row in TRANSITIONS if row.action == action)
    dossier = dossier_in(status)
    if status == Status.SUPPLEMENT:
        SupplementRequest.objects.create(
            dossier=dossier, number=1, items=[], reason="thiếu", requested_at=NOW,
            supplement_due_at=NOW - timedelta(minutes=1),
        )  # fmt: skip
    with pytest.raises(InvalidInput) as caught:
        act(dossier, action, reason=" \u200b ")
    assert set(caught.value.fields) == {"reason"}


def test_failing_effect_rolls_back_the_transition(monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = dossier_in(Status.REGISTERED)

    def fail(_dossier: Dossier) -> None:
        raise RuntimeError("index")

    monkeypatch.setattr(actions, "index_dossier", fail)
    with pytest.raises(RuntimeError, match="index"), transaction.atomic():
        act(dossier, "accept")
    dossier.refresh_from_db()
    assert (dossier.status, dossier.version, dossier.events.count()) == (Status.REGISTERED, 1, 1)


class TestDueDate:
    def test_processing_time_starts_at_acceptance_by_channel(self) -> None:
        dossier = act(dossier_in(Status.REGISTERED), "accept")
        assert dossier.due_at == dossier.original_due_at == at("2026-11-26 09:00")
        assert dossier.clock_state == Dossier.ClockState.RUNNING

    def test_counter_dossier_has_the_processing_time_of_the_counter(self) -> None:
        dossier = dossier_in(Status.REGISTERED)
        Dossier.objects.filter(pk=dossier.pk).update(source="counter")
        assert act(dossier, "accept").due_at == at("2026-11-30 09:00")

    def test_same_day_procedure_accepted_after_the_cutoff_is_due_the_next_day(self) -> None:
        early = dossier_in(Status.REGISTERED, same_day=True)
        late = dossier_in(Status.REGISTERED, same_day=True)
        assert act(early, "accept", at("2026-11-23 15:00")).due_at == at("2026-11-23 17:00")
        assert act(late, "accept", at("2026-11-23 15:01")).due_at == at("2026-11-24 17:00")

    def test_without_a_time_limit_there_is_no_due_date(self) -> None:
        dossier = act(dossier_in(Status.REGISTERED, channels=()), "accept")
        assert dossier.due_at is None
        assert act(act(act(dossier, "process"), "suspend"), "resume").due_at is None

    def test_restart_and_pause_give_different_due_dates_and_both_are_recorded(self) -> None:
        restart, pause = dossier_in(Status.REGISTERED), dossier_in(Status.REGISTERED)
        procedure = pause.procedure_version.procedure
        DeadlineSetting.objects.create(procedure=procedure, supplement_mode="pause", valid_from=NOW.date())
        due_dates = []
        for dossier in (restart, pause):
            moved = act(dossier, "accept")
            moved = act(moved, "request_supplement", at("2026-11-24 09:00"))
            assert moved.clock_state == Dossier.ClockState.STOPPED
            moved = act(moved, "supply", at("2026-11-26 09:00"))
            assert moved.status == Status.PROCESSING
            due_dates.append(moved.due_at)
            assert moved.original_due_at == at("2026-11-26 09:00")
            logged = moved.events.get(action="supply").data
            assert datetime.fromisoformat(logged["due_after"]) == moved.due_at
        assert due_dates == [at("2026-12-01 09:00"), at("2026-11-30 09:00")]

    def test_rule_at_acceptance_is_kept_despite_a_later_setting(self) -> None:
        dossier = act(act(dossier_in(Status.REGISTERED), "accept"), "request_supplement")
        DeadlineSetting.objects.create(procedure=None, supplement_mode="pause", valid_from=NOW.date())
        assert act(dossier, "supply", at("2026-11-25 09:00")).due_at == at("2026-11-30 09:00")

    @pytest.mark.parametrize(("stop", "resume"), [("require_payment", "payment_done"), ("suspend", "resume")])
    def test_payment_and_suspension_extend_the_due_date_by_the_pause(self, stop: str, resume: str) -> None:
        dossier = act(dossier_in(Status.PROCESSING), stop, at("2026-11-24 09:00"))
        assert dossier.paused_at == at("2026-11-24 09:00")
        moved = act(dossier, resume, at("2026-11-25 09:00"))
        assert (moved.due_at, moved.paused_at) == (at("2026-11-27 09:00"), None)

    def test_limit_in_calendar_days_is_extended_by_the_nights_of_a_pause(self) -> None:
        dossier = dossier_in(Status.PROCESSING, channels=(ChannelDetails("truc_tuyen", 4, "ngay"),))
        assert dossier.due_at == at("2026-11-27 17:00")
        moved = act(act(dossier, "suspend", at("2026-11-24 09:00")), "resume", at("2026-11-25 09:00"))
        assert moved.due_at == at("2026-11-30 17:00")  # 28 November is a Saturday

    def test_finishing_ends_processing_time_and_reopening_keeps_the_due_date(self) -> None:
        dossier = dossier_in(Status.FINISHED)
        assert (dossier.clock_state, dossier.finished_at) == (Dossier.ClockState.ENDED, NOW)
        again = act(dossier, "reopen")
        assert (again.clock_state, again.finished_at, again.due_at) == ("running", None, dossier.due_at)

    def test_supplement_before_acceptance_does_not_start_processing_time(self) -> None:
        dossier = act(dossier_in(Status.REGISTERED), "request_supplement")
        assert dossier.clock_state == Dossier.ClockState.NOT_STARTED
        back = act(dossier, "supply")
        assert (back.status, back.due_at) == (Status.REGISTERED, None)

    def test_dossier_with_a_late_supplement_is_declined_or_closed(self) -> None:
        for accepted, action, expected in (
            (False, "decline", Status.DECLINED),
            (True, "close", Status.SUSPENDED),
        ):
            dossier = dossier_in(Status.ACCEPTED if accepted else Status.REGISTERED)
            dossier = act(dossier, "request_supplement")
            SupplementRequest.objects.create(
                dossier=dossier, number=1, items=[], reason="thiếu", requested_at=NOW,
                supplement_due_at=NOW + timedelta(days=1),
            )  # fmt: skip
            with pytest.raises(Conflict):
                act(dossier, action)
            assert act(dossier, action, NOW + timedelta(days=2)).status == expected
            assert not dossier.supplement_requests.filter(closed_at=None).exists()

    def test_every_clock_effect_is_implemented(self) -> None:
        assert set(EFFECTS) == set(Clock)


class TestDatabase:
    def test_database_rejects_events_outside_the_table(self) -> None:
        dossier = dossier_in(Status.REGISTERED)
        lawful = set(event_triples())
        facts = {"dossier": dossier, "actor_name": "x", "at": NOW}
        for number, (action, source, target) in enumerate(
            (a, f, t) for a in Action for f in (None, *Status) for t in Status
        ):
            event = DossierEvent(
                action=action, from_status=source, to_status=target, sequence=100 + number, **facts
            )
            if (action, source, target) in lawful:
                event.save()
            elif number % 29 == 0:  # every 29th of 1,650: all actions, sources and targets occur
                with pytest.raises(IntegrityError), transaction.atomic():
                    event.save()

    def test_history_cannot_be_changed_or_deleted(self) -> None:
        dossier = dossier_in(Status.ACCEPTED)
        services.log_view(dossier=dossier, actor=None, target="dossier", now=NOW)
        for rows, change in (
            (dossier.events.all(), {"note": "khác"}),
            (dossier.view_log.all(), {"target": "khác"}),
            (type(dossier.consent).objects.all(), {"purpose": "khác"}),
            (type(dossier.form_version).objects.all(), {"schema": {}}),
        ):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                rows.update(**change)
            with pytest.raises(IntegrityError), transaction.atomic():
                rows._raw_delete(rows.db)

    def test_dossier_cannot_change_its_versions_or_agency(self) -> None:
        dossier = dossier_in(Status.ACCEPTED)
        other = make_form()
        for change in (
            {"procedure_version": other.definition.procedure.versions.get()},
            {"form_version": other},
            {"agency": AgencyFactory()},
        ):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                Dossier.objects.filter(pk=dossier.pk).update(**change)
        assert Dossier.objects.filter(pk=dossier.pk).update(phone="0900000000") == 1


def test_table_covers_every_status_and_action() -> None:
    assert {status for _a, _f, status in event_triples()} == set(Status)
    assert set(OPEN_STATUSES).isdisjoint(CLOSED_STATUSES)
    assert set(OPEN_STATUSES) | set(CLOSED_STATUSES) == set(Status)
    leaving = [
        row for row in TRANSITIONS
        if row.action not in SAME_STATUS_ACTIONS and Guard.REVERSIBLE not in row.guards
    ]  # fmt: skip
    # A closed dossier is reopened only to correct a wrong result (ADR 251).
    opened = {(row.action, source) for row in leaving for source in row.sources if source in CLOSED_STATUSES}
    assert opened == {(Action.REOPEN, Status.RETURNED)}
    assert {row.action for row in TRANSITIONS} == set(Action)


def test_assignment_changes_the_officer_but_not_the_status() -> None:
    dossier = dossier_in(Status.ACCEPTED)
    officer = officer_of(dossier)
    assigned = act(dossier, "assign", assigned_to=officer)
    assert (assigned.assigned_to, assigned.status) == (officer, Status.ACCEPTED)
    assert assigned.events.last().data["assigned_to"] == officer.pk
