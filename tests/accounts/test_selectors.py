from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import selectors
from accounts.models import AdministrativeUnit, Membership
from accounts.services.unit_import import UnitRow, import_units
from tests.accounts.factories import AgencyFactory, MembershipFactory, UnitFactory, UserFactory
from tests.accounts.helpers import has_role

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), tick=False)


class TestMemberships:
    def test_only_memberships_in_force_are_returned(self):
        membership = MembershipFactory()
        MembershipFactory(user=membership.user, ended=True)
        MembershipFactory(user=membership.user, valid_from=dt.date(2026, 3, 3))
        assert list(selectors.memberships_of(membership.user)) == [membership]

    def test_membership_starts_at_midnight_in_vietnam(self, time_machine):
        membership = MembershipFactory(valid_from=dt.date(2026, 3, 3))
        time_machine.move_to(dt.datetime(2026, 3, 2, 16, 59, tzinfo=dt.UTC))
        assert not has_role(membership.user, membership.agency)
        time_machine.move_to(dt.datetime(2026, 3, 2, 17, 0, tzinfo=dt.UTC))
        assert has_role(membership.user, membership.agency)

    def test_last_day_is_included(self):
        membership = MembershipFactory(ended=True)
        assert has_role(membership.user, membership.agency, on=dt.date(2025, 12, 31))
        assert not has_role(membership.user, membership.agency, on=dt.date(2026, 1, 1))

    @pytest.mark.parametrize("user", [None, AnonymousUser()])
    def test_anonymous_users_have_no_memberships(self, user):
        MembershipFactory()
        assert not selectors.memberships_of(user).exists()
        assert not selectors.agencies_where(user).exists()

    def test_inactive_account_has_no_role(self):
        membership = MembershipFactory(user__is_active=False)
        assert not has_role(membership.user, membership.agency, Role.RECEIVER)

    def test_superuser_has_no_role_without_a_membership(self):
        agency = AgencyFactory()
        assert not has_role(UserFactory(is_superuser=True), agency)

    def test_roles_are_per_agency(self):
        here, there = AgencyFactory(), AgencyFactory()
        user = UserFactory()
        MembershipFactory(user=user, agency=here, role=Role.RECEIVER)
        MembershipFactory(user=user, agency=there, role=Role.EDITOR)
        assert list(selectors.agencies_where(user, Role.RECEIVER, Role.HANDLER)) == [here]
        assert set(selectors.agencies_where(user)) == {here, there}
        assert has_role(user, here, Role.RECEIVER)
        assert not has_role(user, here, Role.EDITOR)

    def test_memberships_and_agencies_need_one_query(self, django_assert_num_queries):
        user = UserFactory()
        MembershipFactory.create_batch(8, user=user)
        with django_assert_num_queries(1):
            assert len([membership.agency.name for membership in selectors.memberships_of(user)]) == 8


class TestUnits:
    def test_only_current_units_are_returned(self):
        province = UnitFactory(level=AdministrativeUnit.Level.PROVINCE, name="Tỉnh Thử")
        commune = UnitFactory(parent=province)
        UnitFactory(valid_from=dt.date(2004, 7, 8), valid_to=dt.date(2025, 6, 30))
        assert list(selectors.current_communes()) == [commune]
        assert list(selectors.current_provinces()) == [province]

    def test_communes_with_provinces_need_one_query(self, django_assert_num_queries):
        province = UnitFactory(level=AdministrativeUnit.Level.PROVINCE)
        UnitFactory.create_batch(6, parent=province)
        with django_assert_num_queries(1):
            assert {unit.parent.name for unit in selectors.current_communes()} == {province.name}


class TestOrder:
    def test_units_are_in_dictionary_order(self):
        for name in ("Xã Vĩnh Thanh", "Xã Đất Mũi", "Xã Cái Nước", "Xã Gành Hào", "Xã Châu Thới"):
            UnitFactory(name=name)
        names = [unit.name for unit in selectors.current_communes()]
        assert names == ["Xã Cái Nước", "Xã Châu Thới", "Xã Đất Mũi", "Xã Gành Hào", "Xã Vĩnh Thanh"]

    def test_a_renamed_unit_moves(self, tmp_path):
        province = UnitRow("96", "Tỉnh Cà Mau", "tinh", "202/2025/QH15")
        rows = [UnitRow("32000", "Xã Dơi", "xa", "x"), UnitRow("32001", "Xã Em", "xa", "x")]
        import_units(province=province, communes=rows)
        import_units(province=province, communes=[replace(rows[0], name="Xã Đầm Dơi"), rows[1]])
        import_units(province=province, communes=[replace(rows[0], name="Xã Gành"), rows[1]])
        assert [unit.name for unit in selectors.current_communes()] == ["Xã Em", "Xã Gành"]
