"""Scope of a role: its agency and all agencies below, during its validity."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Agency, Membership
from accounts.policies import managed_agencies
from accounts.selectors import (
    agencies_in_scope,
    has_provincial_role,
    is_operator,
    is_provincial_committee,
    with_descendants,
)
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to("2026-03-02 09:00 +0700", tick=False)


class TestWithDescendants:
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(parents=st.lists(st.integers(-1, 5), min_size=6, max_size=6), start=st.integers(0, 5))
    def test_descendants_equal_a_naive_computation(self, parents, start):
        """An agency is below another if the other is among its ancestors."""
        agencies = [AgencyFactory() for _ in parents]
        for number, parent in enumerate(parents):
            if 0 <= parent < number:  # no cycles: a parent has a lower number
                agencies[number].parent = agencies[parent]
                agencies[number].save()

        def above(agency):
            while agency is not None:
                yield agency
                agency = agency.parent

        expected = {one.pk for one in agencies if agencies[start] in above(one)}
        found = with_descendants(Agency.objects.filter(pk=agencies[start].pk))
        assert {one.pk for one in found} == expected

    def test_circular_hierarchy_terminates(self):
        one, two = AgencyFactory(), AgencyFactory()
        Agency.objects.filter(pk=one.pk).update(parent=two)
        Agency.objects.filter(pk=two.pk).update(parent=one)
        assert set(with_descendants(Agency.objects.filter(pk=one.pk))) == {one, two}

    def test_empty_queryset_has_no_descendants_and_needs_one_query(self, django_assert_num_queries):
        AgencyFactory(parent=AgencyFactory())
        with django_assert_num_queries(1):
            empty = with_descendants(Agency.objects.none() | Agency.objects.filter(pk=0))
        assert not empty.exists()

    def test_query_count_does_not_grow_with_depth(self, django_assert_num_queries):
        top = AgencyFactory()
        for steps in (3, 5):
            parent = top
            for _ in range(steps):
                parent = AgencyFactory(parent=parent)
            with django_assert_num_queries(3):
                assert parent in set(with_descendants(Agency.objects.filter(pk=top.pk)))

    def test_abolished_agencies_are_included(self):
        """Somebody must still manage their staff and alerts."""
        top = AgencyFactory()
        abolished = AgencyFactory(parent=top, abolished=True)
        assert abolished in with_descendants(Agency.objects.filter(pk=top.pk))


class TestAgenciesInScope:
    def test_scope_of_two_memberships_is_their_union(self):
        left, right = AgencyFactory(), AgencyFactory()
        below = AgencyFactory(parent=left)
        user = MembershipFactory(agency=left, role=Role.OPERATOR).user
        MembershipFactory(agency=right, role=Role.OPERATOR, user=user)
        assert set(agencies_in_scope(user, Role.OPERATOR)) == {left, right, below}

    def test_scope_depends_on_the_role(self):
        membership = MembershipFactory(role=Role.EDITOR)
        assert not agencies_in_scope(membership.user, Role.OPERATOR).exists()
        assert list(agencies_in_scope(membership.user, Role.OPERATOR, Role.EDITOR)) == [membership.agency]

    def test_scope_excludes_parents_and_siblings(self):
        top = AgencyFactory()
        here, sibling = AgencyFactory(parent=top), AgencyFactory(parent=top)
        user = MembershipFactory(agency=here, role=Role.OPERATOR).user
        assert sibling not in agencies_in_scope(user, Role.OPERATOR)
        assert top not in agencies_in_scope(user, Role.OPERATOR)

    @pytest.mark.parametrize("day", [dt.date(2026, 3, 1), dt.date(2026, 3, 2), dt.date(2026, 3, 3)])
    def test_scope_depends_on_the_date(self, day):
        user = MembershipFactory(
            role=Role.OPERATOR, valid_from=dt.date(2026, 3, 2), valid_to=dt.date(2026, 3, 2)
        ).user
        assert agencies_in_scope(user, Role.OPERATOR, on=day).exists() is (day == dt.date(2026, 3, 2))

    def test_scope_of_users_without_a_role_is_empty(self):
        MembershipFactory(role=Role.OPERATOR)
        for user in (None, AnonymousUser(), UserFactory(), UserFactory(is_superuser=True)):
            assert not agencies_in_scope(user, Role.OPERATOR).exists()

    def test_scope_of_an_inactive_account_is_empty(self):
        membership = MembershipFactory(role=Role.OPERATOR, user__is_active=False)
        assert not agencies_in_scope(membership.user, Role.OPERATOR).exists()
        assert not is_operator(membership.user)

    def test_superuser_manages_all_agencies(self):
        agencies = {AgencyFactory(), AgencyFactory()}
        assert set(managed_agencies(UserFactory(is_superuser=True))) >= agencies


class TestProvince:
    @pytest.mark.parametrize("kind", Agency.Kind.values)
    def test_provincial_committee_is_the_top_level_province(self, kind):
        top = AgencyFactory(kind=kind)
        below = AgencyFactory(kind=kind, parent=top)
        assert is_provincial_committee(top) is (kind == Agency.Kind.PROVINCE)
        assert not is_provincial_committee(below)

    @pytest.mark.parametrize("role", Role.values)
    def test_provincial_role_is_checked_by_role(self, role):
        user = MembershipFactory(agency=AgencyFactory(kind=Agency.Kind.PROVINCE), role=role).user
        assert has_provincial_role(user, role)
        assert has_provincial_role(user)
        assert not has_provincial_role(user, *set(Role.values) - {role})

    def test_users_without_a_role_have_no_provincial_role(self):
        for user in (None, AnonymousUser(), UserFactory(is_superuser=True)):
            assert not has_provincial_role(user)
