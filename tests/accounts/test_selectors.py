from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import selectors
from accounts.models import AdminUnit, Membership
from tests.accounts.factories import AgencyFactory, MembershipFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), tick=False)


class TestMemberships:
    def test_only_those_in_force_count(self):
        held = MembershipFactory()
        MembershipFactory(user=held.user, ended=True)
        MembershipFactory(user=held.user, valid_from=dt.date(2026, 3, 3))
        assert list(selectors.memberships_of(held.user)) == [held]

    def test_the_day_is_the_province_s_day(self, time_machine):
        held = MembershipFactory(valid_from=dt.date(2026, 3, 3))
        time_machine.move_to(dt.datetime(2026, 3, 2, 16, 59, tzinfo=dt.UTC))
        assert not selectors.has_role(held.user, held.agency)
        time_machine.move_to(dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC))
        assert selectors.has_role(held.user, held.agency)

    def test_the_last_day_is_included(self):
        held = MembershipFactory(ended=True)
        assert selectors.has_role(held.user, held.agency, on=dt.date(2025, 12, 31))
        assert not selectors.has_role(held.user, held.agency, on=dt.date(2026, 1, 1))

    @pytest.mark.parametrize("nobody", [None, AnonymousUser()])
    def test_nobody_has_none(self, nobody):
        MembershipFactory()
        assert not selectors.memberships_of(nobody).exists()
        assert not selectors.agencies_where(nobody).exists()

    def test_a_closed_account_has_none(self):
        held = MembershipFactory(user__is_active=False)
        assert not selectors.has_role(held.user, held.agency, Role.RECEPTION)

    def test_a_superuser_has_no_role_by_being_one(self):
        agency = AgencyFactory()
        assert not selectors.has_role(UserFactory(is_superuser=True), agency)

    def test_roles_are_not_mixed_between_agencies(self):
        here, there = AgencyFactory(), AgencyFactory()
        user = UserFactory()
        MembershipFactory(user=user, agency=here, role=Role.RECEPTION)
        MembershipFactory(user=user, agency=there, role=Role.EDITOR)
        assert list(selectors.agencies_where(user, Role.RECEPTION, Role.HANDLER)) == [here]
        assert set(selectors.agencies_where(user)) == {here, there}
        assert selectors.has_role(user, here.pk, Role.RECEPTION)
        assert not selectors.has_role(user, here, Role.EDITOR)

    def test_many_memberships_cost_one_query(self, django_assert_num_queries):
        user = UserFactory()
        MembershipFactory.create_batch(8, user=user)
        with django_assert_num_queries(1):
            assert len([held.agency.name for held in selectors.memberships_of(user)]) == 8


class TestAgencyCodes:
    def test_both_styles_find_the_agency(self):
        agency = AgencyFactory(code="H12.05", code_old="000.00.05.H12")
        assert selectors.resolve_agency_code(" h12.05 ") == agency
        assert selectors.resolve_agency_code("000.00.05.H12") == agency

    def test_a_reused_code_is_decided_by_the_day(self):
        before = AgencyFactory(code="H12.05", abolished=True)
        after = AgencyFactory(code="H12.05")
        assert selectors.resolve_agency_code("H12.05", on=dt.date(2019, 5, 4)) == before
        assert selectors.resolve_agency_code("H12.05") == after

    @pytest.mark.parametrize("code", ["", "H12.99", "000.00.00.H13"])
    def test_unknown_codes_give_nothing(self, code):
        AgencyFactory(code="H12.05")
        assert selectors.resolve_agency_code(code) is None


class TestUnits:
    def test_only_today_s_communes_are_offered(self):
        province = UnitFactory(level=AdminUnit.Level.PROVINCE, name="Tỉnh Thử")
        commune = UnitFactory(parent=province)
        UnitFactory(valid_from=dt.date(2004, 7, 8), valid_to=dt.date(2025, 6, 30))
        assert list(selectors.current_communes()) == [commune]
        assert list(selectors.current_provinces()) == [province]

    def test_a_choice_list_is_asked_for_once(self, django_assert_num_queries):
        UnitFactory.create_batch(3)
        with django_assert_num_queries(1):
            first = selectors.communes_for_choice()
            assert selectors.communes_for_choice() == first
        assert len(first) == 3
        assert all(pk.isdigit() for pk, _name in first)

    def test_provinces_and_their_communes_cost_one_query(self, django_assert_num_queries):
        province = UnitFactory(level=AdminUnit.Level.PROVINCE)
        UnitFactory.create_batch(6, parent=province)
        with django_assert_num_queries(1):
            assert {unit.parent.name for unit in selectors.current_communes()} == {province.name}
