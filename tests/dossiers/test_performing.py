"""The one door: every row of the table, who may, conflicts, and what the clock does."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from core.errors import Conflict, InvalidInput, NotAllowed
from forms_app.dossiers import services
from forms_app.dossiers.actors import citizen, system
from forms_app.dossiers.deadlines import EFFECTS
from forms_app.dossiers.models import (
    DeadlineSetting,
    Dossier,
    DossierEvent,
    SupplementRequest,
)
from forms_app.dossiers.signals import dossier_changed
from forms_app.dossiers.transitions import (
    CITIZEN,
    CLOSED,
    OPEN,
    SYSTEM,
    TRANSITIONS,
    Action,
    Clock,
    Status,
    allowed,
    edges,
)
from procedures.parts import ChannelPart
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.dossiers.factories import at, file_dossier, make_form, make_officer, make_version

pytestmark = pytest.mark.django_db

NOW = at("2026-11-23 09:00")  # a Monday
# The shortest lawful way from "registered" to each status.
WAYS = {
    Status.REGISTERED: [],
    Status.ACCEPTED: ["accept"],
    Status.REFUSED: ["refuse"],
    Status.PROCESSING: ["accept", "process"],
    Status.SUPPLEMENT: ["accept", "process", "request_supplement"],
    Status.PAYMENT: ["accept", "process", "require_payment"],
    Status.WITHDRAWN: ["withdraw"],
    Status.SUSPENDED: ["accept", "process", "suspend"],
    Status.FINISHED: ["accept", "process", "finish"],
    Status.RETURNED: ["accept", "process", "finish", "return_result"],
}


def step(dossier: Dossier, action: str, now: datetime = NOW, **facts) -> Dossier:
    actor = facts.pop("actor", None) or make_officer(dossier)
    if action in {"withdraw", "supply"}:
        actor = citizen(dossier)
    return services.perform(
        dossier_id=dossier.pk, expected_version=dossier.version, action=action, actor=actor,
        reason=facts.pop("reason", "vì thử"), now=now, **facts,
    )  # fmt: skip


def brought_to(status: Status, **version) -> Dossier:
    dossier = file_dossier(make_form(make_version(**version)), now=NOW).dossier
    for action in WAYS[status]:
        dossier = step(dossier, action)
    assert dossier.status == status
    return dossier


@pytest.mark.parametrize("status", list(Status))
def test_every_status_can_be_reached_and_keeps_its_history(status: Status) -> None:
    dossier = brought_to(status)
    history = list(dossier.events.order_by("sequence").values_list("sequence", "from_status", "to_status"))
    assert [sequence for sequence, _from, _to in history] == list(range(1, len(WAYS[status]) + 2))
    assert history[0][1:] == (None, Status.REGISTERED)
    assert all(left[2] == right[1] for left, right in itertools.pairwise(history))
    assert dossier.version == len(history)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("action", [action for action in Action if action != Action.SUBMIT])
def test_only_the_rows_of_the_table_pass(status: Status, action: Action) -> None:
    dossier = brought_to(status)
    possible = {row.action for row in allowed(dossier, {CITIZEN, SYSTEM, *Membership.Role.values}, NOW)}
    if action in possible:
        target = {row.target for row in TRANSITIONS if row.action == action and row.fits(dossier, NOW)}
        assert {step(dossier, action).status} == target
        return
    with pytest.raises(Conflict) as caught:
        step(dossier, action)
    assert caught.value.code == "not_possible"
    dossier.refresh_from_db()
    assert dossier.status == status


@pytest.mark.parametrize("role", Membership.Role.values)
def test_a_role_can_do_what_the_table_gives_it_and_nothing_else(role: str) -> None:
    dossier = brought_to(Status.REGISTERED)
    officer = make_officer(dossier, role)
    for row in TRANSITIONS:
        if row.action == Action.SUBMIT or role in {
            r for t in TRANSITIONS if t.action == row.action for r in t.roles
        }:
            continue
        with pytest.raises(NotAllowed):
            services.perform(
                dossier_id=dossier.pk,
                expected_version=1,
                action=row.action,
                actor=officer,
                reason="x",
                now=NOW,
            )


def test_strangers_are_told_the_same_as_for_nothing() -> None:
    dossier = brought_to(Status.REGISTERED)
    other = MembershipFactory(agency=AgencyFactory(), role=Membership.Role.LEADER).user
    inactive = make_officer(dossier)
    inactive.is_active = False
    inactive.save()
    root = UserFactory(is_superuser=True)
    ended = MembershipFactory(
        agency=dossier.agency, role=Membership.Role.LEADER, valid_to=(NOW - timedelta(days=1)).date()
    ).user
    facts = {"expected_version": 1, "action": "accept", "now": NOW}
    for user in (other, inactive, root, ended, UserFactory()):
        with pytest.raises(NotAllowed) as here:
            services.perform(dossier_id=dossier.pk, actor=user, **facts)
        with pytest.raises(NotAllowed) as nowhere:
            services.perform(dossier_id=dossier.pk + 999, actor=user, **facts)
        assert str(here.value) == str(nowhere.value)
    with pytest.raises(NotAllowed):
        services.perform(dossier_id=dossier.pk, actor=citizen(dossier), **facts)
    with pytest.raises(NotAllowed):
        services.perform(dossier_id=dossier.pk, actor=system("x"), **facts)


def test_the_second_of_two_officers_gets_the_new_state() -> None:
    dossier = brought_to(Status.REGISTERED)
    first, second = make_officer(dossier), make_officer(dossier)
    facts = {"dossier_id": dossier.pk, "expected_version": dossier.version, "now": NOW}
    services.perform(action="accept", actor=first, **facts)
    with pytest.raises(Conflict) as caught:
        services.perform(action="refuse", actor=second, reason="trùng", **facts)
    assert caught.value.code == "conflict"
    assert "Được tiếp nhận" in caught.value.message
    assert dossier.events.count() == 2


@pytest.mark.parametrize("action", sorted({row.action for row in TRANSITIONS if row.needs_reason}))
def test_an_act_that_harms_needs_its_reason(action: str) -> None:
    status = next(row.sources[0] for row in TRANSITIONS if row.action == action)
    dossier = brought_to(status)
    with pytest.raises(InvalidInput) as caught:
        step(dossier, action, reason=" \u200b ")
    assert set(caught.value.fields) == {"reason"}


def test_a_receiver_that_fails_undoes_the_change() -> None:
    dossier = brought_to(Status.REGISTERED)

    def fail(**kwargs) -> None:
        raise RuntimeError("receiver")

    dossier_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError, match="receiver"), transaction.atomic():
            step(dossier, "accept")
    finally:
        dossier_changed.disconnect(fail)
    dossier.refresh_from_db()
    assert (dossier.status, dossier.version, dossier.events.count()) == (Status.REGISTERED, 1, 1)


class TestClock:
    def test_starts_with_the_time_of_the_channel(self) -> None:
        dossier = step(brought_to(Status.REGISTERED), "accept")
        assert dossier.due_at == dossier.original_due_at == at("2026-11-26 09:00")
        assert dossier.clock_state == Dossier.ClockState.RUNNING

    def test_a_counter_dossier_has_the_counter_s_time(self) -> None:
        dossier = brought_to(Status.REGISTERED)
        Dossier.objects.filter(pk=dossier.pk).update(source="counter")
        assert step(dossier, "accept").due_at == at("2026-11-30 09:00")

    def test_same_day_after_the_cutoff_is_the_next_day(self) -> None:
        early = brought_to(Status.REGISTERED, same_day=True)
        late = brought_to(Status.REGISTERED, same_day=True)
        assert step(early, "accept", at("2026-11-23 15:00")).due_at == at("2026-11-23 17:00")
        assert step(late, "accept", at("2026-11-23 15:01")).due_at == at("2026-11-24 17:00")

    def test_without_a_time_limit_there_is_no_promise(self) -> None:
        dossier = step(brought_to(Status.REGISTERED, channels=()), "accept")
        assert dossier.due_at is None
        assert step(step(step(dossier, "process"), "suspend"), "resume").due_at is None

    def test_restart_and_pause_promise_different_days_and_both_are_logged(self) -> None:
        restart, pause = brought_to(Status.REGISTERED), brought_to(Status.REGISTERED)
        procedure = pause.procedure_version.procedure
        DeadlineSetting.objects.create(procedure=procedure, supplement_mode="pause", valid_from=NOW.date())
        promised = []
        for dossier in (restart, pause):
            moved = step(dossier, "accept")
            moved = step(moved, "request_supplement", at("2026-11-24 09:00"))
            assert moved.clock_state == Dossier.ClockState.STOPPED
            moved = step(moved, "supply", at("2026-11-26 09:00"))
            assert moved.status == Status.PROCESSING
            promised.append(moved.due_at)
            assert moved.original_due_at == at("2026-11-26 09:00")
            logged = moved.events.get(action="supply").data
            assert datetime.fromisoformat(logged["due_after"]) == moved.due_at
        assert promised == [at("2026-12-01 09:00"), at("2026-11-30 09:00")]

    def test_the_rule_of_acceptance_outlives_a_later_setting(self) -> None:
        dossier = step(step(brought_to(Status.REGISTERED), "accept"), "request_supplement")
        DeadlineSetting.objects.create(procedure=None, supplement_mode="pause", valid_from=NOW.date())
        assert step(dossier, "supply", at("2026-11-25 09:00")).due_at == at("2026-11-30 09:00")

    @pytest.mark.parametrize(("stop", "go_on"), [("require_payment", "payment_done"), ("suspend", "resume")])
    def test_payment_and_suspension_move_the_promise_by_the_time_waited(self, stop: str, go_on: str) -> None:
        dossier = step(brought_to(Status.PROCESSING), stop, at("2026-11-24 09:00"))
        assert dossier.paused_at == at("2026-11-24 09:00")
        moved = step(dossier, go_on, at("2026-11-25 09:00"))
        assert (moved.due_at, moved.paused_at) == (at("2026-11-27 09:00"), None)

    def test_calendar_days_move_by_the_nights_waited_to_a_working_day(self) -> None:
        dossier = brought_to(Status.PROCESSING, channels=(ChannelPart("truc_tuyen", 4, "ngay"),))
        assert dossier.due_at == at("2026-11-27 17:00")
        moved = step(step(dossier, "suspend", at("2026-11-24 09:00")), "resume", at("2026-11-25 09:00"))
        assert moved.due_at == at("2026-11-30 17:00")  # 28 November is a Saturday

    def test_finishing_ends_it_and_an_error_in_the_result_lets_it_run_to_the_same_day(self) -> None:
        dossier = brought_to(Status.FINISHED)
        assert (dossier.clock_state, dossier.finished_at) == (Dossier.ClockState.ENDED, NOW)
        again = step(dossier, "reopen")
        assert (again.clock_state, again.finished_at, again.due_at) == ("running", None, dossier.due_at)

    def test_before_acceptance_a_supplement_starts_no_clock(self) -> None:
        dossier = step(brought_to(Status.REGISTERED), "request_supplement")
        assert dossier.clock_state == Dossier.ClockState.NOT_STARTED
        back = step(dossier, "supply")
        assert (back.status, back.due_at) == (Status.REGISTERED, None)

    def test_a_late_supplement_can_be_refused_or_stopped(self) -> None:
        for accepted, action in ((False, "refuse"), (True, "suspend")):
            dossier = brought_to(Status.ACCEPTED if accepted else Status.REGISTERED)
            dossier = step(dossier, "request_supplement")
            SupplementRequest.objects.create(
                dossier=dossier, number=1, items=[], reason="thiếu", asked_at=NOW,
                citizen_deadline=NOW + timedelta(days=1),
            )  # fmt: skip
            with pytest.raises(Conflict):
                step(dossier, action)
            assert step(dossier, action, NOW + timedelta(days=2)).status in {Status.REFUSED, Status.SUSPENDED}
            assert not dossier.supplement_requests.filter(closed_at=None).exists()

    def test_every_effect_of_the_table_is_known(self) -> None:
        assert set(EFFECTS) == set(Clock)


class TestDatabase:
    def test_no_event_off_the_table_can_be_written(self) -> None:
        dossier = brought_to(Status.REGISTERED)
        lawful = set(edges())
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
        dossier = brought_to(Status.ACCEPTED)
        services.log_view(dossier=dossier, actor=None, what="dossier", now=NOW)
        for rows, change in (
            (dossier.events.all(), {"note": "khác"}),
            (dossier.views.all(), {"what": "khác"}),
            (type(dossier.consent).objects.all(), {"purpose": "khác"}),
            (type(dossier.form_version).objects.all(), {"schema": {}}),
        ):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                rows.update(**change)
            with pytest.raises(IntegrityError), transaction.atomic():
                rows._raw_delete(rows.db)

    def test_a_dossier_is_bound_for_life(self) -> None:
        dossier = brought_to(Status.ACCEPTED)
        other = make_form()
        for change in (
            {"procedure_version": other.definition.procedure.versions.get()},
            {"form_version": other},
            {"agency": AgencyFactory()},
        ):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                Dossier.objects.filter(pk=dossier.pk).update(**change)
        assert Dossier.objects.filter(pk=dossier.pk).update(phone="0900000000") == 1


def test_the_table_is_whole() -> None:
    assert {status for _a, _f, status in edges()} == set(Status)
    assert set(OPEN).isdisjoint(CLOSED)
    assert set(OPEN) | set(CLOSED) == set(Status)
    assert all(not any(source in CLOSED for source in row.sources) for row in TRANSITIONS)
    assert {row.action for row in TRANSITIONS} == set(Action)


def test_assigning_changes_who_and_not_where() -> None:
    dossier = brought_to(Status.ACCEPTED)
    officer = make_officer(dossier)
    assigned = step(dossier, "assign", assigned_to=officer)
    assert (assigned.assigned_to, assigned.status) == (officer, Status.ACCEPTED)
    assert assigned.events.last().data["assigned_to"] == officer.pk
