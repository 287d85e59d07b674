"""Rights in the admin begin and end with the day of the membership, also when nobody presses a button that day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from wagtail.models import Page

from accounts import services
from accounts.models import Membership, User
from accounts.services.groups import sync_dated_rights
from accounts.tasks import sync_rights
from core import hooks
from core.errors import NotAllowed
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
Role = Membership.Role


def day(number: int) -> dt.datetime:
    """Nine in the morning on a day of March 2026."""
    return dt.datetime(2026, 3, number, 2, tzinfo=dt.UTC)


@pytest.fixture
def agency():
    agency = AgencyFactory()
    page = Page.get_first_root_node().add_child(instance=Page(title="Cơ quan", slug="co-quan-a"))
    agency.tree = page
    answer = hooks.register("agency_trees")(lambda asked: [page.pk] if asked.pk == agency.pk else None)
    yield agency
    hooks.unregister("agency_trees", answer)


def works(user: User, agency) -> bool:
    fresh = User.objects.get(pk=user.pk)
    return fresh.has_perm("wagtailadmin.access_admin") and agency.tree.permissions_for_user(fresh).can_edit()


class TestByDate:
    def test_a_membership_that_ends_closes_the_admin(self, agency, time_machine):
        time_machine.move_to(day(2))
        editor = UserFactory()
        held = services.grant(user=editor, agency=agency, role=Role.EDITOR, valid_from=dt.date(2026, 1, 1))
        services.revoke(membership=held, last_day=dt.date(2026, 3, 5))
        assert works(editor, agency)
        time_machine.move_to(day(5))
        assert sync_rights() == 0
        assert works(editor, agency), "the last day is included"
        time_machine.move_to(day(6))
        assert sync_rights() == 1
        assert not works(editor, agency)
        assert not User.objects.get(pk=editor.pk).groups.exists()

    def test_a_membership_that_begins_opens_it(self, agency, time_machine):
        time_machine.move_to(day(2))
        editor = UserFactory()
        services.grant(user=editor, agency=agency, role=Role.EDITOR, valid_from=dt.date(2026, 3, 5))
        assert not works(editor, agency)
        time_machine.move_to(day(5))
        assert sync_dated_rights() == 1
        assert works(editor, agency)

    def test_midnight_is_that_of_the_province(self, agency, time_machine):
        time_machine.move_to(dt.datetime(2026, 3, 5, 16, 59, tzinfo=dt.UTC))
        editor = UserFactory()
        services.grant(user=editor, agency=agency, role=Role.EDITOR, valid_from=dt.date(2026, 3, 6))
        assert sync_dated_rights() == 0
        time_machine.move_to(dt.datetime(2026, 3, 5, 17, 0, tzinfo=dt.UTC))
        assert sync_dated_rights() == 1
        assert works(editor, agency)

    def test_a_closed_account_loses_its_groups(self, agency, time_machine):
        time_machine.move_to(day(2))
        editor = UserFactory()
        services.grant(user=editor, agency=agency, role=Role.EDITOR)
        User.objects.filter(pk=editor.pk).update(is_active=False)
        assert sync_dated_rights() == 1
        assert not editor.groups.exists()

    def test_one_of_two_roles_ends_and_the_other_stays(self, agency, time_machine):
        time_machine.move_to(day(2))
        user = UserFactory()
        services.grant(user=user, agency=agency, role=Role.EDITOR)
        held = services.grant(user=user, agency=agency, role=Role.CATALOGUE, valid_from=dt.date(2026, 1, 1))
        Membership.objects.filter(pk=held.pk).update(valid_to=dt.date(2026, 3, 1))
        assert sync_dated_rights() == 1
        names = set(user.groups.values_list("name", flat=True))
        assert names == {"role:editor", f"agency:{agency.pk}:editor"}

    def test_groups_made_by_hand_stay(self, agency, time_machine):
        time_machine.move_to(day(2))
        user = UserFactory()
        user.groups.add(Group.objects.create(name="Ban biên tập"))
        assert sync_dated_rights() == 0
        assert user.groups.count() == 1

    def test_people_without_the_admin_are_not_touched(self, agency, time_machine):
        time_machine.move_to(day(2))
        MembershipFactory(agency=agency, role=Role.RECEPTION)
        MembershipFactory(agency=agency, role=Role.INSPECTOR)
        assert sync_dated_rights() == 0

    def test_a_night_without_changes_costs_two_statements_for_however_many(
        self, agency, time_machine, django_assert_num_queries
    ):
        time_machine.move_to(day(2))
        for number in (3, 5):
            for _ in range(number):
                services.grant(user=UserFactory(), agency=agency, role=Role.EDITOR)
            with django_assert_num_queries(2):
                assert sync_dated_rights() == 0


class TestProvinceWide:
    """The procedure controller changes holidays, forms and deadlines of everybody."""

    @pytest.fixture
    def province(self):
        return AgencyFactory(name="UBND tỉnh Thử")

    @pytest.fixture
    def commune(self, province):
        return AgencyFactory(name="UBND xã Thử", parent=province)

    def test_the_operator_of_a_commune_cannot_appoint_one(self, commune):
        operator = MembershipFactory(agency=commune, role=Role.OPERATOR).user
        officer = UserFactory()
        with pytest.raises(NotAllowed):
            services.grant(user=officer, agency=commune, role=Role.CATALOGUE, by=operator)
        assert not officer.groups.exists()
        services.grant(user=officer, agency=commune, role=Role.EDITOR, by=operator)

    def test_the_operator_of_the_province_can(self, province, commune):
        operator = MembershipFactory(agency=province, role=Role.OPERATOR).user
        officer = UserFactory()
        services.grant(user=officer, agency=commune, role=Role.CATALOGUE, by=operator)
        assert officer.has_perm("core.change_holiday")

    def test_the_operator_of_the_commune_may_end_it(self, commune):
        operator = MembershipFactory(agency=commune, role=Role.OPERATOR).user
        held = MembershipFactory(agency=commune, role=Role.CATALOGUE)
        services.revoke(membership=held, by=operator)
        assert not Membership.objects.filter(pk=held.pk, valid_to=None).exists()


class TestWhoManages:
    def test_an_inactive_superuser_manages_nothing(self):
        chief = UserFactory(is_superuser=True, is_active=False)
        with pytest.raises(NotAllowed):
            services.grant(user=UserFactory(), agency=AgencyFactory(), role=Role.EDITOR, by=chief)

    def test_an_operator_below_manages_nothing_above(self):
        above = AgencyFactory()
        below = AgencyFactory(parent=above)
        operator = MembershipFactory(agency=below, role=Role.OPERATOR).user
        with pytest.raises(NotAllowed):
            services.grant(user=UserFactory(), agency=above, role=Role.EDITOR, by=operator)

    def test_an_operator_whose_time_is_over_manages_nothing(self, time_machine):
        time_machine.move_to(day(2))
        operator = MembershipFactory(role=Role.OPERATOR, ended=True)
        with pytest.raises(NotAllowed):
            services.grant(user=UserFactory(), agency=operator.agency, role=Role.EDITOR, by=operator.user)

    def test_a_refusal_changes_nothing(self):
        held = MembershipFactory(role=Role.EDITOR)
        services.groups.sync_groups(user=held.user)
        with pytest.raises(NotAllowed):
            services.revoke(membership=held, by=held.user)
        held.refresh_from_db()
        assert held.valid_to is None
        assert held.user.groups.exists()
