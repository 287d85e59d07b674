"""An assigned dossier: its assignee and the head act on it, colleagues only at the counter (ADR 176)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from core.errors import Conflict
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import apply_action
from forms_app.dossiers.transitions import COUNTER_ACTIONS, TRANSITIONS, Action, Status, allowed_transitions
from one_stop import services
from tests.forms_app.dossiers.factories import WITH_FEE
from tests.one_stop.factories import NOW, ask, do, make_desk_form, make_dossier, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def assignee(agency: Agency) -> User:
    return make_officer(agency, name="Lê Văn Bảy")


@pytest.fixture
def head(agency: Agency) -> User:
    return make_officer(agency, "head")


def give(dossier: Dossier, assignee: User) -> Dossier:
    services.assign(
        dossier_id=dossier.pk, expected_version=dossier.version, actor=assignee, officer=assignee, now=NOW
    )
    dossier.refresh_from_db()
    return dossier


def post(user: User, dossier: Dossier, action: str, **values: Any) -> Any:
    client = Client()
    client.force_login(user)
    answer = client.post(
        reverse("one_stop:action", args=[dossier.code, action]), {"version": dossier.version, **values},
        follow=True,
    )  # fmt: skip
    dossier.refresh_from_db()
    return answer


def page(user: User, dossier: Dossier) -> str:
    client = Client()
    client.force_login(user)
    return " ".join(client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode().split())


@pytest.mark.parametrize("path", [[], ["accept"], ["accept", "process"], ["accept", "process", "finish"]])
def test_colleague_is_offered_only_actions_of_the_counter(
    agency: Agency, officer: User, assignee: User, path: list[str]
) -> None:
    dossier = make_dossier(agency)
    for action in path:
        do(dossier, Action(action), assignee, at=NOW)
    give(dossier, assignee)
    shown = page(officer, dossier)
    assert "Hồ sơ đang do Lê Văn Bảy giữ" in shown
    roles = {Membership.Role.RECEIVER, Membership.Role.HANDLER}
    for row in allowed_transitions(dossier, roles, NOW):
        if row.action == Action.REPLACE_KEY:
            continue
        link = reverse("one_stop:action", args=[dossier.code, row.action.value])
        assert (link in shown) == (row.action in COUNTER_ACTIONS), row.action


def test_refused_colleague_sees_the_assignee_and_what_was_typed(
    agency: Agency, officer: User, assignee: User
) -> None:
    dossier = give(make_dossier(agency), assignee)
    answer = post(officer, dossier, "decline", reason="Không thuộc thẩm quyền của phường")
    assert answer.status_code == 409
    assert "Lê Văn Bảy" in answer.content.decode()
    assert "Không thuộc thẩm quyền của phường" in answer.content.decode()
    assert "Lê Văn Bảy" in post(officer, dossier, "accept").content.decode()
    assert dossier.status == Status.REGISTERED


@pytest.mark.parametrize("action", sorted({row.action for row in TRANSITIONS} - COUNTER_ACTIONS))
def test_service_refuses_every_other_action(
    agency: Agency, officer: User, assignee: User, action: Action
) -> None:
    """Whatever the status, only actions of the counter are open to anyone but the assignee."""
    source = next(row.sources[0] for row in TRANSITIONS if row.action == action)
    roles = {
        row.action for row in TRANSITIONS if row.roles & {"receiver", "handler"} and row.action == action
    }
    if not roles or source is None:
        return
    dossier = give(make_dossier(form=make_desk_form(agency, channels=WITH_FEE)), assignee)
    Dossier.objects.filter(pk=dossier.pk).update(
        status=source, accepted_at=NOW if source not in {1, 3} else None, deadline_rule={"value": 3},
        finished_at=NOW if source == Status.FINISHED else None,
    )  # fmt: skip
    if action == Action.CLOSE:
        dossier.supplement_requests.create(
            number=1, items=[], reason="x", requested_at=NOW, supplement_due_at=NOW - timedelta(days=1)
        )
    arguments: dict[str, Any] = {"action": action, "reason": "vì thử", "now": NOW}
    with pytest.raises(Conflict) as refused:
        apply_action(dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, **arguments)
    assert refused.value.code == "assigned"
    assert "Lê Văn Bảy" in refused.value.message


def test_counter_serves_citizens_whoever_the_assignee_is(
    agency: Agency, officer: User, assignee: User
) -> None:
    dossier = make_dossier(form=make_desk_form(agency, channels=WITH_FEE))
    for action in (Action.ACCEPT, Action.PROCESS, Action.REQUIRE_PAYMENT):
        do(dossier, action, assignee, at=NOW)
    give(dossier, assignee)
    post(officer, dossier, "payment_done", document="BL 0000123", paid_on="23/11/2026")
    assert dossier.status == Status.PROCESSING
    ask(dossier, assignee, at=NOW)
    assert "/viec/supply/" in page(officer, dossier)
    post(officer, dossier, "withdraw", reason="Công dân xin rút", how="phone")
    assert (dossier.status, dossier.assigned_to) == (Status.WITHDRAWN, assignee)


def test_head_acts_and_takes_over_and_the_assignee_hands_over(
    agency: Agency, officer: User, assignee: User, head: User
) -> None:
    dossier = give(make_dossier(agency), assignee)
    post(head, dossier, "accept")
    assert dossier.status == Status.ACCEPTED
    post(officer, dossier, "assign", officer=officer.pk)
    assert dossier.assigned_to == assignee
    post(assignee, dossier, "assign", officer=officer.pk)
    assert dossier.assigned_to == officer
    post(head, dossier, "assign", officer=head.pk)
    assert dossier.assigned_to == head


@pytest.mark.parametrize("gone", ["membership", "account"])
def test_dossier_of_an_officer_who_has_left_is_open_to_all(
    agency: Agency, officer: User, assignee: User, gone: str
) -> None:
    dossier = give(make_dossier(agency), assignee)
    if gone == "membership":
        Membership.objects.filter(user=assignee).update(valid_to=date(2026, 11, 22))
    else:
        User.objects.filter(pk=assignee.pk).update(is_active=False)
    assert "đang do" not in page(officer, dossier)
    post(officer, dossier, "accept")
    assert dossier.status == Status.ACCEPTED


def test_reader_of_the_agency_gets_no_hint_to_ask(agency: Agency, assignee: User) -> None:
    dossier = give(make_dossier(agency), assignee)
    assert "đang do" not in page(make_officer(agency, "inspector"), dossier)


def test_bulk_assignment_leaves_out_dossiers_of_colleagues(
    agency: Agency, officer: User, assignee: User, head: User, client: Client
) -> None:
    held, free = give(make_dossier(agency), assignee), make_dossier(agency)
    choice = {"chon": [f"{one.code}~{one.version}" for one in (held, free)], "xac-nhan": "1"}
    text = client.post(reverse("one_stop:assign_to_self"), choice, follow=True).content.decode()
    assert f"{held.code} (Lê Văn Bảy)" in text
    assert "Bạn đã nhận 1 hồ sơ về mình." in text
    assert set(Dossier.objects.values_list("assigned_to", flat=True)) == {assignee.pk, officer.pk}

    boss = Client()
    boss.force_login(head)
    choice = {"chon": [f"{held.code}~{held.version}"]}
    assert "Lê Văn Bảy" in boss.post(reverse("one_stop:assign_to_self"), choice).content.decode()
    boss.post(reverse("one_stop:assign_to_self"), choice | {"xac-nhan": "1"})
    held.refresh_from_db()
    assert held.assigned_to == head


def test_page_of_an_assigned_dossier_needs_one_more_query(
    agency: Agency, officer: User, assignee: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    dossier = make_dossier(agency)
    address = reverse("one_stop:dossier", args=[dossier.code])
    client.get(address)
    with django_assert_max_num_queries(60) as free:
        client.get(address)
    give(dossier, assignee)
    with django_assert_max_num_queries(len(free) + 2):
        client.get(address)


def test_dossier_of_a_colleague_cannot_be_ticked(
    agency: Agency, officer: User, assignee: User, head: User
) -> None:
    held, free = make_dossier(form=make_desk_form(agency)), make_dossier(form=make_desk_form(agency))
    give(held, assignee)
    for reader, ticked in ((officer, [free]), (assignee, [held, free]), (head, [held, free])):
        client = Client()
        client.force_login(reader)
        page = client.get("/mot-cua/?muc=tat-ca").content.decode()
        found = [dossier for dossier in (held, free) if f'value="{dossier.code}~' in page]
        assert found == ticked, reader
