"""A role that is given for a time, ended early, lengthened or taken back."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import Agency, Membership, User
from accounts.selectors import has_role
from accounts.services import grant, move_end, revoke
from core.errors import InvalidInput, NotAllowed
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory

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


def enters_the_admin(user) -> bool:
    return User.objects.get(pk=user.pk).has_perm("wagtailadmin.access_admin")


class TestGivenForATime:
    def test_it_ends_by_itself(self, agency):
        user = UserFactory()
        grant(user=user, agency=agency, role=Role.EDITOR, valid_to=TODAY + 7 * DAY)
        assert has_role(user, agency, on=TODAY + 7 * DAY)
        assert not has_role(user, agency, on=TODAY + 8 * DAY)

    def test_one_day_is_a_time(self, agency):
        held = grant(user=UserFactory(), agency=agency, role=Role.EDITOR, valid_to=TODAY)
        assert (held.valid_from, held.valid_to) == (TODAY, TODAY)

    def test_an_end_before_the_start_is_refused_and_nothing_is_given(self, agency):
        user = UserFactory()
        with pytest.raises(InvalidInput):
            grant(user=user, agency=agency, role=Role.EDITOR, valid_to=TODAY - DAY)
        assert not user.memberships.exists()

    def test_one_that_begins_later_opens_nothing_yet(self, agency):
        user = UserFactory()
        grant(user=user, agency=agency, role=Role.EDITOR, valid_from=TODAY + DAY)
        assert not enters_the_admin(user)

    def test_after_a_break_it_is_a_new_row(self, agency):
        user = UserFactory()
        first = grant(
            user=user, agency=agency, role=Role.EDITOR, valid_from=TODAY - 9 * DAY, valid_to=TODAY - 5 * DAY
        )
        second = grant(user=user, agency=agency, role=Role.EDITOR)
        assert first.pk != second.pk
        assert user.memberships.count() == 2


class TestMoved:
    @pytest.mark.parametrize(
        ("held", "wanted", "in_force"),
        [
            (None, TODAY - DAY, False), (None, TODAY, True), (TODAY + DAY, TODAY - DAY, False),
            (TODAY - DAY, TODAY + DAY, True), (TODAY - DAY, None, True), (TODAY + DAY, TODAY + DAY, True),
        ],
    )  # fmt: skip
    def test_the_admin_follows_at_once(self, agency, operator, held, wanted, in_force):
        row = MembershipFactory(agency=agency, role=Role.EDITOR, valid_to=held)
        move_end(membership=row, last_day=wanted, by=operator)
        row.refresh_from_db()
        assert row.valid_to == wanted
        assert has_role(row.user, agency, Role.EDITOR) is in_force
        assert enters_the_admin(row.user) is in_force

    @pytest.mark.parametrize("wanted", [TODAY - DAY, TODAY + 30 * DAY, None])
    def test_not_by_who_does_not_manage_the_agency(self, agency, wanted):
        row = MembershipFactory(agency=agency, role=Role.EDITOR, valid_to=TODAY + DAY)
        stranger = MembershipFactory(role=Role.OPERATOR).user
        for by in (stranger, row.user, UserFactory()):
            with pytest.raises(NotAllowed):
                move_end(membership=row, last_day=wanted, by=by)
        row.refresh_from_db()
        assert row.valid_to == TODAY + DAY

    def test_nobody_lengthens_the_own_role(self, agency, operator):
        own = operator.memberships.get()
        Membership.objects.filter(pk=own.pk).update(valid_to=TODAY)
        own.refresh_from_db()
        with pytest.raises(NotAllowed):
            move_end(membership=own, last_day=None, by=operator)

    def test_before_its_beginning_it_goes_altogether(self, agency, operator):
        row = grant(user=UserFactory(), agency=agency, role=Role.EDITOR)
        move_end(membership=row, last_day=TODAY - DAY, by=operator)
        assert not Membership.objects.filter(role=Role.EDITOR).exists()

    def test_the_system_itself_moves_any(self, agency):
        row = MembershipFactory(agency=agency, role=Role.CATALOGUE, valid_to=TODAY - DAY)
        move_end(membership=row, last_day=None)
        assert enters_the_admin(row.user)


class TestStrangers:
    """A role brings an account into the hands of who manages the agency: not that of a citizen."""

    def test_an_operator_gives_no_role_to_a_citizen(self, agency, operator):
        citizen = UserFactory(last_login="2026-01-01T00:00:00Z")
        with pytest.raises(NotAllowed):
            grant(user=citizen, agency=agency, role=Role.RECEPTION, by=operator)
        assert not citizen.memberships.exists()

    def test_nor_to_a_superuser_without_a_role(self, agency, operator):
        with pytest.raises(NotAllowed):
            grant(user=UserFactory(is_superuser=True), agency=agency, role=Role.RECEPTION, by=operator)

    def test_but_to_a_new_account_and_to_who_was_of_the_staff(self, agency, operator):
        former = MembershipFactory(ended=True, user__last_login="2026-01-01T00:00:00Z").user
        for user in (UserFactory(), former):
            assert grant(user=user, agency=agency, role=Role.RECEPTION, by=operator).pk

    def test_a_superuser_and_the_system_give_it_to_anybody(self, agency):
        for by in (UserFactory(is_superuser=True), None):
            citizen = UserFactory(last_login="2026-01-01T00:00:00Z")
            assert grant(user=citizen, agency=agency, role=Role.RECEPTION, by=by).pk

    def test_to_take_a_role_needs_no_such_thing(self, agency, operator):
        row = MembershipFactory(agency=agency, user__last_login="2026-01-01T00:00:00Z")
        revoke(membership=row, by=operator)
        assert not has_role(row.user, agency)


def test_agencies_that_stand_above_each_other_hang_nobody(agency, operator):
    other = AgencyFactory(parent=agency)
    Agency.objects.filter(pk=agency.pk).update(parent=other)
    agency.refresh_from_db()
    assert grant(user=UserFactory(), agency=other, role=Role.RECEPTION, by=operator).pk
    with pytest.raises(NotAllowed):
        grant(user=UserFactory(), agency=AgencyFactory(), role=Role.CATALOGUE, by=operator)
    grant(user=UserFactory(), agency=agency, role=Role.CATALOGUE, by=operator)
