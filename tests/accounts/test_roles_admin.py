"""The roles of people in the admin: who gives and takes them, and who sees them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, User
from accounts.selectors import has_role
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.accounts.operating import (
    NOW,
    OF_A_ROW,
    Role,
    at,
    browser,
    chief,
    member,
    role_facts,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


class TestRoles:
    def test_are_given_from_a_day_to_a_day(self, commune):
        officer = UserFactory()
        facts = role_facts(officer, commune, valid_from="2026-03-09", valid_to="2026-04-30")
        browser(member(commune)).post(at("memberships", "add"), facts)
        held = officer.memberships.get()
        assert (held.role, held.valid_from, held.valid_to) == (
            "reception",
            dt.date(2026, 3, 9),
            dt.date(2026, 4, 30),
        )
        assert not has_role(officer, commune, Role.RECEPTION)
        assert has_role(officer, commune, Role.RECEPTION, on=dt.date(2026, 4, 30))

    def test_open_the_admin_at_once(self, commune):
        officer = UserFactory()
        browser(member(commune)).post(at("memberships", "add"), role_facts(officer, commune, Role.EDITOR))
        assert User.objects.get(pk=officer.pk).has_perm("wagtailadmin.access_admin")

    @pytest.mark.parametrize("role", [Role.CATALOGUE, Role.OPERATOR, Role.RECEPTION])
    def test_nobody_gives_one_to_themselves(self, province, role):
        operator = member(province)
        response = browser(operator).post(at("memberships", "add"), role_facts(operator, province, role))
        assert response.status_code == 200
        assert operator.memberships.count() == 1

    def test_nobody_gives_one_elsewhere(self, commune, other):
        officer = UserFactory()
        browser(member(commune)).post(at("memberships", "add"), role_facts(officer, other))
        assert not officer.memberships.exists()

    def test_the_controller_of_everybody_is_named_by_the_top(self, province, commune):
        officer = UserFactory()
        response = browser(member(commune)).post(
            at("memberships", "add"), role_facts(officer, commune, Role.CATALOGUE)
        )
        assert response.context["form"].non_field_errors()
        assert not officer.memberships.exists()
        browser(member(province)).post(at("memberships", "add"), role_facts(officer, commune, Role.CATALOGUE))
        assert officer.memberships.get().role == Role.CATALOGUE

    def test_the_account_of_a_citizen_gets_none_from_an_operator(self, commune, province):
        citizen = UserFactory(last_login="2026-02-01T00:00:00Z")
        browser(member(province)).post(at("memberships", "add"), role_facts(citizen, commune))
        assert not citizen.memberships.exists()
        chief().post(at("memberships", "add"), role_facts(citizen, commune))
        assert citizen.memberships.exists()

    def test_somebody_of_another_agency_may_get_one_here_too(self, commune, other):
        officer = member(other, Role.HANDLER, last_login="2026-02-01T00:00:00Z")
        browser(member(commune)).post(at("memberships", "add"), role_facts(officer, commune))
        assert has_role(officer, commune, Role.RECEPTION)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("username", "khong-co-ai"), ("username", ""), ("role", "king"), ("agency", ""), ("valid_from", ""),
            ("valid_to", "2026-03-01"), ("valid_to", "hôm nay"),
        ],
    )  # fmt: skip
    def test_nonsense_is_said_at_its_field(self, commune, field, value):
        officer = UserFactory()
        response = browser(member(commune)).post(
            at("memberships", "add"), {**role_facts(officer, commune), field: value}
        )
        assert response.status_code == 200
        assert field in response.context["form"].errors
        assert not officer.memberships.exists()

    def test_a_closed_account_gets_none(self, commune):
        officer = UserFactory(is_active=False)
        browser(member(commune)).post(at("memberships", "add"), role_facts(officer, commune))
        assert not officer.memberships.exists()

    def test_one_that_is_held_already_is_told(self, commune):
        officer = member(commune, Role.RECEPTION)
        response = browser(member(commune)).post(at("memberships", "add"), role_facts(officer, commune))
        assert "02/03/2026" in response.text
        assert officer.memberships.count() == 1

    def test_yesterday_ends_one_at_once(self, commune):
        row = MembershipFactory(agency=commune, role=Role.EDITOR)
        browser(member(commune)).post(at("memberships", "edit", row.pk), {"valid_to": "2026-03-01"})
        assert not has_role(row.user, commune)
        assert not User.objects.get(pk=row.user.pk).has_perm("wagtailadmin.access_admin")

    def test_an_end_that_was_a_mistake_is_taken_back(self, commune):
        row = MembershipFactory(agency=commune, role=Role.EDITOR, valid_to=dt.date(2026, 3, 1))
        browser(member(commune)).post(at("memberships", "edit", row.pk), {"valid_to": ""})
        assert has_role(row.user, commune, Role.EDITOR)

    def test_to_lengthen_is_to_give(self, province, commune):
        """Who may not name a controller may not keep one longer either, only end the role."""
        row = MembershipFactory(agency=commune, role=Role.CATALOGUE, valid_to=dt.date(2026, 4, 1))
        client = browser(member(commune))
        assert client.post(at("memberships", "edit", row.pk), {"valid_to": "2027-01-01"}).status_code == 200
        row.refresh_from_db()
        assert row.valid_to == dt.date(2026, 4, 1)
        client.post(at("memberships", "edit", row.pk), {"valid_to": "2026-03-01"})
        row.refresh_from_db()
        assert row.valid_to == dt.date(2026, 3, 1)

    def test_the_own_one_is_seen_and_not_touched(self, commune):
        operator = member(commune)
        row, client = operator.memberships.get(), browser(operator)
        html = client.get(at("memberships", "index")).text
        assert operator.username in html
        assert at("memberships", "edit", row.pk) not in html
        for view in ("edit", "delete"):
            assert client.get(at("memberships", view, row.pk)).status_code == 404
            assert client.post(at("memberships", view, row.pk), {"valid_to": "2026-03-01"}).status_code == 404
        assert operator.memberships.get().valid_to is None

    def test_one_of_today_is_deleted_and_an_old_one_never(self, commune):
        new, old = member(commune, Role.LEADER).memberships.get(), MembershipFactory(agency=commune)
        client = browser(member(commune))
        client.post(at("memberships", "delete", new.pk))
        assert client.post(at("memberships", "delete", old.pk)).status_code == 404
        assert list(Membership.objects.exclude(role=Role.OPERATOR)) == [old]

    @pytest.mark.parametrize("view", OF_A_ROW)
    def test_a_foreign_one_is_the_404_of_nothing(self, commune, other, view):
        row, client = MembershipFactory(agency=other), browser(member(commune))
        for method in (client.get, client.post):
            answers = [
                method(at("memberships", view, pk), {"valid_to": "2026-03-01"}) for pk in (row.pk, 10**6)
            ]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].content == answers[1].content
        row.refresh_from_db()
        assert row.valid_to is None

    def test_the_list_answers_who_holds_what(self, province, commune, other):
        here = MembershipFactory(agency=commune, role=Role.LEADER, user__full_name="Trần Lãnh Đạo")
        there = MembershipFactory(agency=other, user__full_name="Lê Nơi Khác")
        client = browser(member(commune))
        html = client.get(at("memberships", "index")).text
        assert here.user.full_name in html
        assert "Lãnh đạo" in html
        assert there.user.full_name not in html
        wide = browser(member(province))
        assert there.user.full_name in wide.get(f"{at('memberships', 'index')}?q=Nơi").text
        assert here.user.full_name not in wide.get(f"{at('memberships', 'index')}?agency={other.pk}").text
        assert here.user.full_name in wide.get(f"{at('memberships', 'index')}?role=leader&in_force=true").text

    def test_every_gift_is_written_down(self, commune):
        operator, officer = member(commune), UserFactory()
        client = browser(operator)
        client.post(at("memberships", "add"), role_facts(officer, commune))
        html = client.get(at("memberships", "history", officer.memberships.get().pk)).text
        assert operator.full_name in html


@pytest.mark.parametrize(
    ("name", "factory"), [("agencies", AgencyFactory), ("memberships", MembershipFactory)]
)
def test_statements_of_the_lists_do_not_grow(province, name, factory, django_assert_num_queries):
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
