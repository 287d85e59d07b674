"""Roles that can read dossiers or assign roles need a second person; nobody confirms their own."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import CONFIRMED_ROLES, Membership, RoleRequest, User
from accounts.services import change_end_date, grant, role_requests
from core.errors import Conflict, InvalidInput, NotAllowed
from tests.accounts.admin_helpers import Role, browser, member, role_facts
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/tai-khoan/yeu-cau-vai-tro/"


def ask(user: User, agency: Any, by: User, role: str = Role.RECEIVER) -> RoleRequest:
    return role_requests.assign(user=user, agency=agency, role=role, by=by, valid_from=timezone.localdate())


@pytest.fixture
def operator(commune: Any) -> User:
    return member(commune)


@pytest.fixture
def head(commune: Any) -> User:
    return member(commune, Role.HEAD)


@pytest.fixture
def lan() -> User:
    return UserFactory(username="lan", last_login=None)


class TestAsking:
    @pytest.mark.parametrize("role", sorted(CONFIRMED_ROLES))
    def test_role_is_not_in_force_before_it_is_confirmed(self, commune, operator, lan, role):
        assert isinstance(ask(lan, commune, operator, role), RoleRequest)
        assert not lan.memberships.exists()

    @pytest.mark.parametrize("role", sorted(set(Role.values) - CONFIRMED_ROLES - {Role.CONTROLLER}))
    def test_other_roles_are_assigned_at_once(self, commune, operator, lan, role):
        assert isinstance(ask(lan, commune, operator, role), Membership)

    def test_a_request_is_stored_with_its_mails_or_not_at_all(
        self, commune, operator, lan, head, monkeypatch
    ):
        def fail(*_arguments, **_facts):
            raise RuntimeError("no connection")

        monkeypatch.setattr(role_requests, "notify", fail)
        with pytest.raises(RuntimeError, match="no connection"):
            ask(lan, commune, operator)
        assert not RoleRequest.objects.exists()

    def test_nobody_can_assign_such_a_role_alone(self, commune, operator, lan):
        for by in (operator, UserFactory(is_superuser=True)):
            with pytest.raises(NotAllowed):
                grant(user=lan, agency=commune, role=Role.RECEIVER, by=by)

    def test_nobody_can_extend_such_a_role_alone(self, commune, operator, lan):
        ended = grant(user=lan, agency=commune, role=Role.RECEIVER, valid_to=timezone.localdate())
        with pytest.raises(NotAllowed):
            change_end_date(membership=ended, last_day=None, by=operator)

    def test_people_without_access_cannot_ask(self, commune, other, lan):
        with pytest.raises(NotAllowed):
            ask(lan, commune, member(other))

    def test_nobody_asks_for_themselves(self, commune, operator):
        with pytest.raises(NotAllowed):
            ask(operator, commune, operator)

    def test_same_request_is_open_once(self, commune, operator, lan):
        ask(lan, commune, operator)
        with pytest.raises(InvalidInput):
            ask(lan, commune, operator)

    def test_head_and_other_operators_are_notified(
        self, commune, operator, head, lan, django_capture_on_commit_callbacks
    ):
        second = member(commune)
        with django_capture_on_commit_callbacks(execute=True):
            ask(lan, commune, operator)
        assert {message.to[0] for message in mail.outbox} == {head.email, second.email}

    def test_superusers_are_told_if_an_operator_works_alone(
        self, commune, operator, lan, django_capture_on_commit_callbacks
    ):
        above = UserFactory(is_superuser=True)
        with django_capture_on_commit_callbacks(execute=True):
            ask(lan, commune, operator)
        assert [message.to for message in mail.outbox] == [[above.email]]

    def test_nobody_is_left_in_the_dark_about_a_request_that_nobody_can_confirm(self, commune, operator, lan):
        answer = browser(operator).post(
            "/quan-tri/memberships/new/",
            role_facts(lan, commune, Role.RECEIVER, valid_from=timezone.localdate()),
            follow=True,
        )
        assert "ngoài bạn ra chưa ai có thể xác nhận" in answer.text


class TestWithdrawing:
    def test_whoever_asked_sees_and_withdraws_it(self, commune, operator, head, lan):
        request = ask(lan, commune, operator)
        client = browser(operator)
        assert f'data-own-request="{request.pk}"' in client.get(PAGE).text
        said = client.post(PAGE, {"request": request.pk, "answer": "withdraw"}, follow=True).text
        assert "Đã rút yêu cầu" in said
        assert "data-own-request" not in said
        request.refresh_from_db()
        assert (request.decided_by, request.confirmed) == (None, False)
        assert request.decided_at is not None
        with pytest.raises(Conflict):
            role_requests.record_decision(pk=request.pk, by=head, confirm=True)
        assert not lan.memberships.exists()
        assert ask(lan, commune, operator).pk != request.pk, "it can be asked for again"

    def test_others_withdraw_nothing(self, commune, operator, head, lan):
        request = ask(lan, commune, operator)
        for one in (head, lan, member(commune)):
            with pytest.raises(NotAllowed):
                role_requests.withdraw_request(pk=request.pk, by=one)
        assert browser(head).post(PAGE, {"request": request.pk, "answer": "withdraw"}).status_code == 404

    def test_what_is_decided_stays(self, commune, operator, head, lan):
        request = role_requests.record_decision(pk=ask(lan, commune, operator).pk, by=head, confirm=True)
        with pytest.raises(Conflict):
            role_requests.withdraw_request(pk=request.pk, by=operator)


class TestDeciding:
    def test_head_confirms(self, commune, operator, head, lan):
        request = role_requests.record_decision(pk=ask(lan, commune, operator).pk, by=head, confirm=True)
        assert lan.memberships.get() == request.membership
        assert (request.decided_by, request.confirmed) == (head, True)

    def test_second_operator_or_one_of_the_agency_above_confirms(self, province, commune, operator, lan):
        role_requests.record_decision(pk=ask(lan, commune, operator).pk, by=member(province), confirm=True)
        assert lan.memberships.exists()

    def test_operator_does_not_confirm_what_they_asked_for(self, commune, operator, lan):
        request = ask(lan, commune, operator)
        with pytest.raises(NotAllowed):
            role_requests.record_decision(pk=request.pk, by=operator, confirm=True)

    def test_an_accomplice_made_operator_cannot_confirm(self, commune, operator, lan):
        """The role of operator needs a second person itself."""
        puppet = UserFactory(last_login=None)
        ask(puppet, commune, operator, Role.OPERATOR)
        request = ask(lan, commune, operator)
        with pytest.raises(NotAllowed):
            role_requests.record_decision(pk=request.pk, by=puppet, confirm=True)

    def test_nobody_confirms_a_role_of_their_own(self, commune, operator, head):
        request = ask(head, commune, operator, Role.INSPECTOR)
        with pytest.raises(NotAllowed):
            role_requests.record_decision(pk=request.pk, by=head, confirm=True)

    def test_database_refuses_one_person(self, commune, operator, lan):
        request = ask(lan, commune, operator)
        for one in (operator, lan):
            with pytest.raises(IntegrityError), transaction.atomic():
                RoleRequest.objects.filter(pk=request.pk).update(decided_by=one)

    @pytest.mark.parametrize("role", [Role.RECEIVER, Role.INSPECTOR, Role.EDITOR])
    def test_other_roles_decide_nothing(self, commune, operator, lan, role):
        request = ask(lan, commune, operator)
        with pytest.raises(NotAllowed):
            role_requests.record_decision(pk=request.pk, by=member(commune, role), confirm=True)

    def test_head_of_another_agency_decides_nothing(self, commune, other, operator, lan):
        request = ask(lan, commune, operator)
        with pytest.raises(NotAllowed):
            role_requests.record_decision(pk=request.pk, by=member(other, Role.HEAD), confirm=True)

    def test_refused_role_is_not_assigned_and_can_be_requested_again(self, commune, operator, head, lan):
        role_requests.record_decision(pk=ask(lan, commune, operator).pk, by=head, confirm=False)
        assert not lan.memberships.exists()
        assert ask(lan, commune, operator).pk

    def test_decided_request_is_a_conflict(self, commune, operator, head, lan):
        request = ask(lan, commune, operator)
        role_requests.record_decision(pk=request.pk, by=head, confirm=False)
        with pytest.raises(Conflict):
            role_requests.record_decision(pk=request.pk, by=head, confirm=True)

    def test_person_head_and_inspector_are_notified(
        self, commune, operator, head, lan, django_capture_on_commit_callbacks
    ):
        inspector = member(commune, Role.INSPECTOR)
        request = ask(lan, commune, operator)
        with django_capture_on_commit_callbacks(execute=True):
            role_requests.record_decision(pk=request.pk, by=head, confirm=True)
        told = {message.to[0] for message in mail.outbox}
        assert told == {lan.email, operator.email, head.email, inspector.email}


class TestPages:
    def test_operator_asks_in_the_admin_and_the_head_confirms(self, commune, operator, head, lan):
        answer = browser(operator).post(
            "/quan-tri/memberships/new/",
            role_facts(lan, commune, Role.RECEIVER, valid_from=timezone.localdate()),
            follow=True,
        )
        assert "lãnh đạo cơ quan hoặc người vận hành khác xác nhận" in answer.text
        assert not lan.memberships.exists()
        client = browser(head)
        assert PAGE in client.get("/tai-khoan/").text
        assert "data-request" in client.get(PAGE).text
        client.post(PAGE, {"request": RoleRequest.objects.get().pk, "answer": "confirm"})
        assert lan.memberships.get().role == Role.RECEIVER

    def test_requester_is_not_offered_the_decision(self, commune, operator, lan):
        request = ask(lan, commune, operator)
        client = browser(operator)
        assert "data-request" not in client.get(PAGE).text
        assert client.post(PAGE, {"request": request.pk, "answer": "confirm"}).status_code == 404

    @pytest.mark.parametrize(
        "data", [{}, {"request": "abc", "answer": "confirm"}, {"request": "1", "answer": "?"}]
    )
    def test_nonsense_decides_nothing(self, commune, operator, head, lan, data):
        ask(lan, commune, operator)
        assert browser(head).post(PAGE, data).status_code == 200
        assert RoleRequest.objects.get().decided_at is None

    def test_others_find_no_page(self, commune):
        client = browser(member(commune, Role.RECEIVER))
        assert client.get(PAGE).status_code == 404
        assert PAGE not in client.get("/tai-khoan/").text

    def test_number_of_queries_does_not_depend_on_the_rows(
        self, commune, operator, head, lan, django_assert_max_num_queries
    ):
        client = browser(head)
        ask(lan, commune, operator)
        client.get(PAGE)
        with django_assert_max_num_queries(20) as first:
            client.get(PAGE)
        for _number in range(5):
            ask(UserFactory(last_login=None), commune, operator)
        with django_assert_max_num_queries(len(first)):
            client.get(PAGE)
