"""Memberships for a period: ended early, extended, restored."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import Agency, Membership, User
from accounts.services import change_end_date, grant, revoke
from core.errors import InvalidInput, NotAllowed
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.accounts.helpers import has_role

pytestmark = pytest.mark.django_db
Role = Membership.Role
TODAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to("2026-03-02 09:00 +0700", tick=False)


@pytest.fixture
def agency():
    return AgencyFactory()


@pytest.fixture
def operator(agency):
    return MembershipFactory(agency=agency, role=Role.OPERATOR).user


def has_admin_access(user) -> bool:
    return User.objects.get(pk=user.pk).has_perm("wagtailadmin.access_admin")


class TestPeriod:
    def test_membership_ends_after_its_last_day(self, agency):
        user = UserFactory()
        grant(user=user, agency=agency, role=Role.EDITOR, valid_to=TODAY + 7 * DAY)
        assert has_role(user, agency, on=TODAY + 7 * DAY)
        assert not has_role(user, agency, on=TODAY + 8 * DAY)

    def test_membership_may_last_one_day(self, agency):
        membership = grant(user=UserFactory(), agency=agency, role=Role.EDITOR, valid_to=TODAY)
        assert (membership.valid_from, membership.valid_to) == (TODAY, TODAY)

    def test_end_before_the_start_is_rejected(self, agency):
        user = UserFactory()
        with pytest.raises(InvalidInput):
            grant(user=user, agency=agency, role=Role.EDITOR, valid_to=TODAY - DAY)
        assert not user.memberships.exists()

    def test_future_membership_gives_no_access_yet(self, agency):
        user = UserFactory()
        grant(user=user, agency=agency, role=Role.EDITOR, valid_from=TODAY + DAY)
        assert not has_admin_access(user)

    def test_grant_after_a_gap_creates_a_new_membership(self, agency):
        user = UserFactory()
        first = grant(
            user=user, agency=agency, role=Role.EDITOR, valid_from=TODAY - 9 * DAY, valid_to=TODAY - 5 * DAY
        )
        second = grant(user=user, agency=agency, role=Role.EDITOR)
        assert first.pk != second.pk
        assert user.memberships.count() == 2


class TestChangeEndDate:
    @pytest.mark.parametrize(
        ("old_end", "new_end", "in_force"),
        [
            (None, TODAY - DAY, False), (None, TODAY, True), (TODAY + DAY, TODAY - DAY, False),
            (TODAY - DAY, TODAY + DAY, True), (TODAY - DAY, None, True), (TODAY + DAY, TODAY + DAY, True),
        ],
    )  # fmt: skip
    def test_admin_access_follows_the_end_date_at_once(self, agency, operator, old_end, new_end, in_force):
        row = MembershipFactory(agency=agency, role=Role.EDITOR, valid_to=old_end)
        change_end_date(membership=row, last_day=new_end, by=operator)
        row.refresh_from_db()
        assert row.valid_to == new_end
        assert has_role(row.user, agency, Role.EDITOR) is in_force
        assert has_admin_access(row.user) is in_force

    @pytest.mark.parametrize("new_end", [TODAY - DAY, TODAY + 30 * DAY, None])
    def test_end_date_is_changed_by_managers_of_the_agency_only(self, agency, new_end):
        row = MembershipFactory(agency=agency, role=Role.EDITOR, valid_to=TODAY + DAY)
        other_operator = MembershipFactory(role=Role.OPERATOR).user
        for by in (other_operator, row.user, UserFactory()):
            with pytest.raises(NotAllowed):
                change_end_date(membership=row, last_day=new_end, by=by)
        row.refresh_from_db()
        assert row.valid_to == TODAY + DAY

    def test_own_membership_cannot_be_extended(self, agency, operator):
        own = operator.memberships.get()
        Membership.objects.filter(pk=own.pk).update(valid_to=TODAY)
        own.refresh_from_db()
        with pytest.raises(NotAllowed):
            change_end_date(membership=own, last_day=None, by=operator)

    def test_end_before_the_start_deletes_the_membership(self, agency, operator):
        row = grant(user=UserFactory(), agency=agency, role=Role.EDITOR)
        change_end_date(membership=row, last_day=TODAY - DAY, by=operator)
        assert not Membership.objects.filter(role=Role.EDITOR).exists()

    def test_system_can_change_any_end_date(self, agency):
        row = MembershipFactory(agency=agency, role=Role.CONTROLLER, valid_to=TODAY - DAY)
        change_end_date(membership=row, last_day=None)
        assert has_admin_access(row.user)


class TestGrantToCitizens:
    """Operators manage accounts with roles, so they must not grant roles to citizens' accounts."""

    def test_operator_cannot_grant_a_role_to_a_citizen(self, agency, operator):
        citizen = UserFactory(last_login="2026-01-01T00:00:00Z")
        with pytest.raises(NotAllowed):
            grant(user=citizen, agency=agency, role=Role.EDITOR, by=operator)
        assert not citizen.memberships.exists()

    def test_operator_cannot_grant_a_role_to_a_superuser(self, agency, operator):
        with pytest.raises(NotAllowed):
            grant(user=UserFactory(is_superuser=True), agency=agency, role=Role.EDITOR, by=operator)

    def test_operator_can_grant_roles_to_new_accounts_and_former_staff(self, agency, operator):
        former = MembershipFactory(ended=True, user__last_login="2026-01-01T00:00:00Z").user
        for user in (UserFactory(), former):
            assert grant(user=user, agency=agency, role=Role.EDITOR, by=operator).pk

    def test_superuser_and_system_can_grant_roles_to_anybody(self, agency):
        for by in (UserFactory(is_superuser=True), None):
            citizen = UserFactory(last_login="2026-01-01T00:00:00Z")
            assert grant(user=citizen, agency=agency, role=Role.EDITOR, by=by).pk

    def test_operator_can_revoke_a_role_of_any_account(self, agency, operator):
        row = MembershipFactory(agency=agency, user__last_login="2026-01-01T00:00:00Z")
        revoke(membership=row, by=operator)
        assert not has_role(row.user, agency)


def test_circular_agency_hierarchy_terminates(agency, operator):
    other = AgencyFactory(parent=agency)
    Agency.objects.filter(pk=agency.pk).update(parent=other)
    agency.refresh_from_db()
    assert grant(user=UserFactory(), agency=other, role=Role.EDITOR, by=operator).pk
    with pytest.raises(NotAllowed):
        grant(user=UserFactory(), agency=AgencyFactory(), role=Role.CONTROLLER, by=operator)
    grant(user=UserFactory(), agency=agency, role=Role.CONTROLLER, by=operator)
