"""Admin permissions begin and end with the membership, through the synchronisation of groups."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed
from wagtail.models import GroupCollectionPermission, GroupPagePermission, Page

from accounts import services
from accounts.models import Membership, User
from accounts.roles import permissions_of
from accounts.services import groups
from accounts.services.groups import sync_dated_memberships
from accounts.tasks import sync_groups
from core.errors import NotAllowed
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.accounts.helpers import give_editors_pages

pytestmark = pytest.mark.django_db
Role = Membership.Role


def day(number: int) -> dt.datetime:
    """Return 09:00 in Vietnam on a day of March 2026."""
    return dt.datetime(2026, 3, number, 2, tzinfo=dt.UTC)


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch):
    agency = AgencyFactory()
    page = Page.get_first_root_node().add_child(instance=Page(title="Cơ quan", slug="co-quan-a"))
    agency.tree = page
    give_editors_pages(monkeypatch, lambda candidate: [page.pk] if candidate.pk == agency.pk else [])
    return agency


def can_edit_pages(user: User, agency) -> bool:
    fresh = User.objects.get(pk=user.pk)
    return fresh.has_perm("wagtailadmin.access_admin") and agency.tree.permissions_for_user(fresh).can_edit()


class TestByDate:
    def test_ended_membership_loses_admin_access(self, agency, time_machine):
        time_machine.move_to(day(2))
        editor = UserFactory()
        membership = services.grant(
            user=editor, agency=agency, role=Role.EDITOR, valid_from=dt.date(2026, 1, 1)
        )
        services.revoke(membership=membership, last_day=dt.date(2026, 3, 5))
        assert can_edit_pages(editor, agency)
        time_machine.move_to(day(5))
        assert sync_groups() == 0
        assert can_edit_pages(editor, agency), "the last day is included"
        time_machine.move_to(day(6))
        assert sync_groups() == 1
        assert not can_edit_pages(editor, agency)
        assert not User.objects.get(pk=editor.pk).groups.exists()

    def test_started_membership_gains_admin_access(self, agency, time_machine):
        time_machine.move_to(day(2))
        editor = UserFactory()
        services.grant(user=editor, agency=agency, role=Role.EDITOR, valid_from=dt.date(2026, 3, 5))
        assert not can_edit_pages(editor, agency)
        time_machine.move_to(day(5))
        assert sync_dated_memberships() == 1
        assert can_edit_pages(editor, agency)

    def test_membership_starts_at_midnight_in_vietnam(self, agency, time_machine):
        time_machine.move_to(dt.datetime(2026, 3, 5, 16, 59, tzinfo=dt.UTC))
        editor = UserFactory()
        services.grant(user=editor, agency=agency, role=Role.EDITOR, valid_from=dt.date(2026, 3, 6))
        assert sync_dated_memberships() == 0
        time_machine.move_to(dt.datetime(2026, 3, 5, 17, 0, tzinfo=dt.UTC))
        assert sync_dated_memberships() == 1
        assert can_edit_pages(editor, agency)

    def test_inactive_account_loses_its_groups(self, agency, time_machine):
        time_machine.move_to(day(2))
        editor = UserFactory()
        services.grant(user=editor, agency=agency, role=Role.EDITOR)
        User.objects.filter(pk=editor.pk).update(is_active=False)
        assert sync_dated_memberships() == 1
        assert not editor.groups.exists()

    def test_ending_one_role_keeps_the_other(self, agency, time_machine):
        time_machine.move_to(day(2))
        user = UserFactory()
        services.grant(user=user, agency=agency, role=Role.EDITOR)
        membership = services.grant(
            user=user, agency=agency, role=Role.CONTROLLER, valid_from=dt.date(2026, 1, 1)
        )
        Membership.objects.filter(pk=membership.pk).update(valid_to=dt.date(2026, 3, 1))
        assert sync_dated_memberships() == 1
        names = set(user.groups.values_list("name", flat=True))
        assert names == {"role:editor", f"agency:{agency.pk}:editor"}

    def test_manual_groups_are_kept(self, agency, time_machine):
        time_machine.move_to(day(2))
        user = UserFactory()
        user.groups.add(Group.objects.create(name="Ban biên tập"))
        assert sync_dated_memberships() == 0
        assert user.groups.count() == 1

    def test_users_without_admin_roles_are_unchanged(self, agency, time_machine):
        time_machine.move_to(day(2))
        MembershipFactory(agency=agency, role=Role.RECEIVER)
        MembershipFactory(agency=agency, role=Role.INSPECTOR)
        assert sync_dated_memberships() == 0

    def test_synchronisation_without_changes_needs_two_queries(
        self, agency, time_machine, django_assert_num_queries
    ):
        time_machine.move_to(day(2))
        for number in (3, 5):
            for _ in range(number):
                services.grant(user=UserFactory(), agency=agency, role=Role.EDITOR)
            with django_assert_num_queries(2):
                assert sync_dated_memberships() == 0


class TestProcedureController:
    """The role applies to the whole province, so only its operating team may grant it."""

    @pytest.fixture
    def province(self):
        return AgencyFactory(name="UBND tỉnh Thử")

    @pytest.fixture
    def commune(self, province):
        return AgencyFactory(name="UBND xã Thử", parent=province)

    def test_operator_of_a_commune_cannot_grant_the_role(self, commune):
        operator = MembershipFactory(agency=commune, role=Role.OPERATOR).user
        officer = UserFactory()
        with pytest.raises(NotAllowed):
            services.grant(user=officer, agency=commune, role=Role.CONTROLLER, by=operator)
        assert not officer.groups.exists()
        services.grant(user=officer, agency=commune, role=Role.EDITOR, by=operator)

    def test_operator_of_the_province_can_grant_the_role(self, province, commune):
        operator = MembershipFactory(agency=province, role=Role.OPERATOR).user
        officer = UserFactory()
        services.grant(user=officer, agency=commune, role=Role.CONTROLLER, by=operator)
        assert officer.has_perm("procedures.change_field")
        assert not officer.has_perm("core.change_holiday"), "holidays are the province's"

    def test_operator_of_a_commune_can_revoke_the_role(self, commune):
        operator = MembershipFactory(agency=commune, role=Role.OPERATOR).user
        membership = MembershipFactory(agency=commune, role=Role.CONTROLLER)
        services.revoke(membership=membership, by=operator)
        assert not Membership.objects.filter(pk=membership.pk, valid_to=None).exists()


class TestManagers:
    def test_inactive_superuser_cannot_grant_roles(self):
        superuser = UserFactory(is_superuser=True, is_active=False)
        with pytest.raises(NotAllowed):
            services.grant(user=UserFactory(), agency=AgencyFactory(), role=Role.EDITOR, by=superuser)

    def test_operator_cannot_grant_roles_at_a_parent_agency(self):
        above = AgencyFactory()
        below = AgencyFactory(parent=above)
        operator = MembershipFactory(agency=below, role=Role.OPERATOR).user
        with pytest.raises(NotAllowed):
            services.grant(user=UserFactory(), agency=above, role=Role.EDITOR, by=operator)

    def test_expired_operator_cannot_grant_roles(self, time_machine):
        time_machine.move_to(day(2))
        operator = MembershipFactory(role=Role.OPERATOR, ended=True)
        with pytest.raises(NotAllowed):
            services.grant(user=UserFactory(), agency=operator.agency, role=Role.EDITOR, by=operator.user)

    def test_rejected_revocation_changes_nothing(self):
        membership = MembershipFactory(role=Role.EDITOR)
        services.groups.sync_groups(user=membership.user)
        with pytest.raises(NotAllowed):
            services.revoke(membership=membership, by=membership.user)
        membership.refresh_from_db()
        assert membership.valid_to is None
        assert membership.user.groups.exists()


def test_groups_stay_when_new_ones_cannot_be_added(agency):
    editor = MembershipFactory(agency=agency, role=Role.EDITOR).user
    former = Group.objects.create(name="role:former")
    editor.groups.set([former])

    def refuse(action, **_options):
        if action == "pre_add":
            raise ZeroDivisionError

    m2m_changed.connect(refuse, sender=User.groups.through)
    try:
        with pytest.raises(ZeroDivisionError):
            groups.sync_groups(user=editor)
    finally:
        m2m_changed.disconnect(refuse, sender=User.groups.through)
    assert list(editor.groups.all()) == [former]


def test_trees_that_an_agency_no_longer_has_are_taken_away(agency, monkeypatch):
    editor = MembershipFactory(agency=agency, role=Role.EDITOR).user
    groups.sync_dated_memberships()
    assert can_edit_pages(editor, agency)
    give_editors_pages(monkeypatch, lambda candidate: [])
    groups.sync_agency(agency=agency)
    assert not can_edit_pages(editor, agency)


def test_collections_of_the_province_are_given_to_its_committee_only():
    wider = {role: permissions_of(role).collections for role in Role.values}
    assert any(wider.values())
    for role in (role for role, names in wider.items() if names):
        held = GroupCollectionPermission.objects.filter(group=groups.provincial_group(role))
        labels = held.values_list("permission__content_type__app_label", "permission__codename")
        assert {".".join(label) for label in labels} == wider[role], role
        assert not wider[role] & permissions_of(role).media, "those are given to every agency"


def test_trees_of_an_agency_change_for_all_roles_or_for_none(agency, monkeypatch):
    MembershipFactory(agency=agency, role=Role.EDITOR)
    groups.sync_dated_memberships()
    rows = GroupPagePermission.objects.filter(group__name__contains=f":{agency.pk}:")
    rows.delete()
    real = groups.agency_group

    def fail_afterwards(*arguments, **options):
        real(*arguments, **options)
        if rows.exists():
            raise ZeroDivisionError

    monkeypatch.setattr("accounts.services.groups.agency_group", fail_afterwards)
    with pytest.raises(ZeroDivisionError):
        groups.sync_agency(agency=agency)
    assert not rows.exists()
