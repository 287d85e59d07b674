"""How far a role reaches: its agency and all below it, on its days, and nowhere else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Agency, Membership
from accounts.policies import managed_agencies
from accounts.selectors import (
    agencies_reached,
    is_operator,
    speaks_for_province,
    stands_for_province,
    with_those_below,
)
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to("2026-03-02 09:00 +0700", tick=False)


class TestBelow:
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(parents=st.lists(st.integers(-1, 5), min_size=6, max_size=6), start=st.integers(0, 5))
    def test_is_what_hangs_on_the_chain_of_parents(self, parents, start):
        """Against the plain definition: an agency lies below another if the way up from it comes past it."""
        made = [AgencyFactory() for _ in parents]
        for number, parent in enumerate(parents):
            if 0 <= parent < number:  # no circles: a parent is older
                made[number].parent = made[parent]
                made[number].save()

        def above(agency):
            while agency is not None:
                yield agency
                agency = agency.parent

        expected = {one.pk for one in made if made[start] in above(one)}
        found = with_those_below(Agency.objects.filter(pk=made[start].pk))
        assert {one.pk for one in found} == expected

    def test_a_circle_in_old_data_ends(self):
        one, two = AgencyFactory(), AgencyFactory()
        Agency.objects.filter(pk=one.pk).update(parent=two)
        Agency.objects.filter(pk=two.pk).update(parent=one)
        assert set(with_those_below(Agency.objects.filter(pk=one.pk))) == {one, two}

    def test_nothing_has_nothing_below_and_costs_one_statement(self, django_assert_num_queries):
        AgencyFactory(parent=AgencyFactory())
        with django_assert_num_queries(1):
            nothing = with_those_below(Agency.objects.none() | Agency.objects.filter(pk=0))
        assert not nothing.exists()

    def test_depth_costs_nothing(self, django_assert_num_queries):
        top = AgencyFactory()
        for steps in (3, 5):
            parent = top
            for _ in range(steps):
                parent = AgencyFactory(parent=parent)
            with django_assert_num_queries(3):
                assert parent in set(with_those_below(Agency.objects.filter(pk=top.pk)))

    def test_agencies_that_are_over_stay_within_reach(self):
        """Their people and alerts have to be kept by somebody."""
        top = AgencyFactory()
        over = AgencyFactory(parent=top, abolished=True)
        assert over in with_those_below(Agency.objects.filter(pk=top.pk))


class TestReach:
    def test_of_two_roles_in_two_places_is_both(self):
        left, right = AgencyFactory(), AgencyFactory()
        below = AgencyFactory(parent=left)
        user = MembershipFactory(agency=left, role=Role.OPERATOR).user
        MembershipFactory(agency=right, role=Role.OPERATOR, user=user)
        assert set(agencies_reached(user, Role.OPERATOR)) == {left, right, below}

    def test_of_one_role_is_not_that_of_another(self):
        held = MembershipFactory(role=Role.EDITOR)
        assert not agencies_reached(held.user, Role.OPERATOR).exists()
        assert list(agencies_reached(held.user, Role.OPERATOR, Role.EDITOR)) == [held.agency]

    def test_goes_down_and_never_up_or_aside(self):
        top = AgencyFactory()
        here, aside = AgencyFactory(parent=top), AgencyFactory(parent=top)
        user = MembershipFactory(agency=here, role=Role.OPERATOR).user
        assert aside not in agencies_reached(user, Role.OPERATOR)
        assert top not in agencies_reached(user, Role.OPERATOR)

    @pytest.mark.parametrize("day", [dt.date(2026, 3, 1), dt.date(2026, 3, 2), dt.date(2026, 3, 3)])
    def test_is_of_its_days(self, day):
        user = MembershipFactory(
            role=Role.OPERATOR, valid_from=dt.date(2026, 3, 2), valid_to=dt.date(2026, 3, 2)
        ).user
        assert agencies_reached(user, Role.OPERATOR, on=day).exists() is (day == dt.date(2026, 3, 2))

    def test_of_nobody_is_nowhere(self):
        MembershipFactory(role=Role.OPERATOR)
        for nobody in (None, AnonymousUser(), UserFactory(), UserFactory(is_superuser=True)):
            assert not agencies_reached(nobody, Role.OPERATOR).exists()

    def test_of_a_closed_account_is_nowhere(self):
        held = MembershipFactory(role=Role.OPERATOR, user__is_active=False)
        assert not agencies_reached(held.user, Role.OPERATOR).exists()
        assert not is_operator(held.user)

    def test_a_superuser_manages_everything_without_a_role(self):
        agencies = {AgencyFactory(), AgencyFactory()}
        assert set(managed_agencies(UserFactory(is_superuser=True))) >= agencies


class TestProvince:
    @pytest.mark.parametrize("kind", Agency.Kind.values)
    def test_is_the_agency_of_that_kind_with_nobody_above(self, kind):
        top = AgencyFactory(kind=kind)
        below = AgencyFactory(kind=kind, parent=top)
        assert stands_for_province(top) is (kind == Agency.Kind.PROVINCE)
        assert not stands_for_province(below)

    @pytest.mark.parametrize("role", Role.values)
    def test_is_spoken_for_by_the_role_that_is_asked_for(self, role):
        user = MembershipFactory(agency=AgencyFactory(kind=Agency.Kind.PROVINCE), role=role).user
        assert speaks_for_province(user, role)
        assert speaks_for_province(user)
        assert not speaks_for_province(user, *set(Role.values) - {role})

    def test_is_spoken_for_by_nobody_else(self):
        for nobody in (None, AnonymousUser(), UserFactory(is_superuser=True)):
            assert not speaks_for_province(nobody)
