"""Memberships in the admin: who may grant, change and see them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, User
from tests.accounts.admin_helpers import (
    NOW,
    ROW_VIEWS,
    Role,
    at,
    browser,
    member,
    role_facts,
    superuser_client,
)
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.accounts.helpers import has_role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


class TestRoles:
    def test_role_is_granted_for_a_period(self, commune):
        officer = UserFactory()
        facts = role_facts(officer, commune, valid_from="2026-03-09", valid_to="2026-04-30")
        browser(member(commune)).post(at("memberships", "add"), facts)
        membership = officer.memberships.get()
        assert (membership.role, membership.valid_from, membership.valid_to) == (
            "editor",
            dt.date(2026, 3, 9),
            dt.date(2026, 4, 30),
        )
        assert not has_role(officer, commune, Role.EDITOR)
        assert has_role(officer, commune, Role.EDITOR, on=dt.date(2026, 4, 30))

    def test_editor_role_gives_admin_access_at_once(self, commune):
        officer = UserFactory()
        browser(member(commune)).post(at("memberships", "add"), role_facts(officer, commune, Role.EDITOR))
        assert User.objects.get(pk=officer.pk).has_perm("wagtailadmin.access_admin")

    @pytest.mark.parametrize("role", [Role.CONTROLLER, Role.OPERATOR, Role.RECEIVER])
    def test_operator_cannot_grant_roles_to_themselves(self, province, role):
        operator = member(province)
        response = browser(operator).post(at("memberships", "add"), role_facts(operator, province, role))
        assert response.status_code == 200
        assert operator.memberships.count() == 1

    def test_operator_cannot_grant_roles_at_another_agency(self, commune, other):
        officer = UserFactory()
        browser(member(commune)).post(at("memberships", "add"), role_facts(officer, other))
        assert not officer.memberships.exists()

    def test_procedure_controller_is_granted_by_the_provincial_operator_only(self, province, commune):
        officer = UserFactory()
        response = browser(member(commune)).post(
            at("memberships", "add"), role_facts(officer, commune, Role.CONTROLLER)
        )
        assert response.context["form"].non_field_errors()
        assert not officer.memberships.exists()
        browser(member(province)).post(
            at("memberships", "add"), role_facts(officer, commune, Role.CONTROLLER)
        )
        assert officer.memberships.get().role == Role.CONTROLLER

    def test_citizen_account_is_granted_roles_by_superusers_only(self, commune, province):
        citizen = UserFactory(last_login="2026-02-01T00:00:00Z")
        browser(member(province)).post(at("memberships", "add"), role_facts(citizen, commune))
        assert not citizen.memberships.exists()
        superuser_client().post(at("memberships", "add"), role_facts(citizen, commune))
        assert citizen.memberships.exists()

    def test_staff_of_another_agency_may_be_granted_a_role(self, commune, other):
        officer = member(other, Role.HANDLER, last_login="2026-02-01T00:00:00Z")
        browser(member(commune)).post(at("memberships", "add"), role_facts(officer, commune))
        assert has_role(officer, commune, Role.EDITOR)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("username", "khong-co-ai"), ("username", ""), ("role", "king"), ("agency", ""), ("valid_from", ""),
            ("valid_to", "2026-03-01"), ("valid_to", "hôm nay"),
        ],
    )  # fmt: skip
    def test_invalid_value_is_reported_at_its_field(self, commune, field, value):
        officer = UserFactory()
        response = browser(member(commune)).post(
            at("memberships", "add"), {**role_facts(officer, commune), field: value}
        )
        assert response.status_code == 200
        assert field in response.context["form"].errors
        assert not officer.memberships.exists()

    def test_inactive_account_is_granted_no_role(self, commune):
        officer = UserFactory(is_active=False)
        browser(member(commune)).post(at("memberships", "add"), role_facts(officer, commune))
        assert not officer.memberships.exists()

    def test_role_held_already_is_reported(self, commune):
        officer = member(commune, Role.EDITOR)
        response = browser(member(commune)).post(at("memberships", "add"), role_facts(officer, commune))
        assert "02/03/2026" in response.text
        assert officer.memberships.count() == 1

    def test_end_date_yesterday_ends_the_role_at_once(self, commune):
        row = MembershipFactory(agency=commune, role=Role.EDITOR)
        browser(member(commune)).post(at("memberships", "edit", row.pk), {"valid_to": "2026-03-01"})
        assert not has_role(row.user, commune)
        assert not User.objects.get(pk=row.user.pk).has_perm("wagtailadmin.access_admin")

    def test_end_date_can_be_removed(self, commune):
        row = MembershipFactory(agency=commune, role=Role.EDITOR, valid_to=dt.date(2026, 3, 1))
        browser(member(commune)).post(at("memberships", "edit", row.pk), {"valid_to": ""})
        assert has_role(row.user, commune, Role.EDITOR)

    def test_extending_a_role_requires_the_right_to_grant_it(self, province, commune):
        """An operator who may not grant a role may end but not extend it."""
        row = MembershipFactory(agency=commune, role=Role.CONTROLLER, valid_to=dt.date(2026, 4, 1))
        client = browser(member(commune))
        assert client.post(at("memberships", "edit", row.pk), {"valid_to": "2027-01-01"}).status_code == 200
        row.refresh_from_db()
        assert row.valid_to == dt.date(2026, 4, 1)
        client.post(at("memberships", "edit", row.pk), {"valid_to": "2026-03-01"})
        row.refresh_from_db()
        assert row.valid_to == dt.date(2026, 3, 1)

    def test_own_membership_is_listed_but_cannot_be_changed(self, commune):
        operator = member(commune)
        row, client = operator.memberships.get(), browser(operator)
        html = client.get(at("memberships", "index")).text
        assert operator.username in html
        assert at("memberships", "edit", row.pk) not in html
        for view in ("edit", "delete"):
            assert client.get(at("memberships", view, row.pk)).status_code == 404
            assert client.post(at("memberships", view, row.pk), {"valid_to": "2026-03-01"}).status_code == 404
        assert operator.memberships.get().valid_to is None

    def test_only_memberships_starting_today_can_be_deleted(self, commune):
        new, old = member(commune, Role.HEAD).memberships.get(), MembershipFactory(agency=commune)
        client = browser(member(commune))
        client.post(at("memberships", "delete", new.pk))
        assert client.post(at("memberships", "delete", old.pk)).status_code == 404
        assert list(Membership.objects.exclude(role=Role.OPERATOR)) == [old]

    @pytest.mark.parametrize("view", ROW_VIEWS)
    def test_membership_of_another_agency_gives_the_404_of_an_unknown_one(self, commune, other, view):
        row, client = MembershipFactory(agency=other), browser(member(commune))
        for method in (client.get, client.post):
            answers = [
                method(at("memberships", view, pk), {"valid_to": "2026-03-01"}) for pk in (row.pk, 10**6)
            ]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].content == answers[1].content
        row.refresh_from_db()
        assert row.valid_to is None

    def test_list_shows_users_and_roles_of_managed_agencies(self, province, commune, other):
        here = MembershipFactory(agency=commune, role=Role.HEAD, user__full_name="Trần Lãnh Đạo")
        there = MembershipFactory(agency=other, user__full_name="Lê Nơi Khác")
        client = browser(member(commune))
        html = client.get(at("memberships", "index")).text
        assert here.user.full_name in html
        assert "Lãnh đạo" in html
        assert there.user.full_name not in html
        wide = browser(member(province))
        assert there.user.full_name in wide.get(f"{at('memberships', 'index')}?q=Nơi").text
        assert here.user.full_name not in wide.get(f"{at('memberships', 'index')}?agency={other.pk}").text
        assert here.user.full_name in wide.get(f"{at('memberships', 'index')}?role=head&in_force=true").text

    def test_grant_is_logged(self, commune):
        operator, officer = member(commune), UserFactory()
        client = browser(operator)
        client.post(at("memberships", "add"), role_facts(officer, commune))
        html = client.get(at("memberships", "history", officer.memberships.get().pk)).text
        assert operator.full_name in html


@pytest.mark.parametrize(
    ("name", "factory"), [("agencies", AgencyFactory), ("memberships", MembershipFactory)]
)
def test_query_counts_of_the_lists_do_not_grow(province, name, factory, django_assert_num_queries):
    client = browser(member(province))

    def more(count):
        for _ in range(count):
            agency = AgencyFactory(parent=province)
            if factory is MembershipFactory:
                MembershipFactory(agency=agency)

    more(3)
    client.get(at(name, "index"))
    with CaptureQueriesContext(connection) as few:
        client.get(at(name, "index"))
    more(5)
    with django_assert_num_queries(len(few)):
        client.get(at(name, "index"))
