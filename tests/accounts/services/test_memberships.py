from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from wagtail.models import GroupPagePermission, Page

from accounts import selectors, services
from accounts.models import Membership
from accounts.services.groups import sync_agency
from core.errors import InvalidInput, NotAllowed
from tests.accounts.admin_helpers import member
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.accounts.helpers import give_editors_pages, has_role

pytestmark = pytest.mark.django_db
Role = Membership.Role
TODAY = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def trees(monkeypatch: pytest.MonkeyPatch):
    """Return two agencies with a registered page tree each."""
    root = Page.get_first_root_node()
    pages = {}
    for name in ("a", "b"):
        agency = AgencyFactory()
        pages[agency] = root.add_child(instance=Page(title=f"Cơ quan {name}", slug=f"co-quan-{name}"))
    give_editors_pages(monkeypatch, lambda agency: [pages[agency].pk] if agency in pages else [])
    return pages


class TestCreateUser:
    def test_new_account_has_neither_rights_nor_a_password(self):
        user = services.create_user(username="lan", full_name=" Trần  Thị Lan ", email="Lan@Example.VN")
        assert user.full_name == "Trần Thị Lan"
        assert user.email == "lan@example.vn"
        assert not user.has_usable_password()
        assert not user.is_superuser
        assert not selectors.memberships_of(user).exists()

    @pytest.mark.parametrize("username", ["", "có dấu cách", "x" * 151])
    def test_invalid_username_is_reported_at_its_field(self, username):
        with pytest.raises(InvalidInput) as caught:
            services.create_user(username=username, full_name="A")
        assert set(caught.value.fields) == {"username"}

    def test_used_username_is_rejected(self):
        services.create_user(username="lan", full_name="A")
        with pytest.raises(InvalidInput):
            services.create_user(username="lan", full_name="B")


class TestGrant:
    def test_operator_can_grant_roles_at_agencies_below(self):
        province = AgencyFactory()
        department = AgencyFactory(parent=AgencyFactory(parent=province))
        operator = MembershipFactory(agency=province, role=Role.OPERATOR).user
        officer = UserFactory()
        services.grant(user=officer, agency=department, role=Role.EDITOR, by=operator)
        assert has_role(officer, department, Role.EDITOR)

    @pytest.mark.parametrize("role", [Role.HEAD, Role.EDITOR, Role.OPERATOR])
    def test_users_of_other_agencies_cannot_grant_roles(self, role):
        agency, other = AgencyFactory(), AgencyFactory()
        other_member = MembershipFactory(agency=other, role=role).user
        with pytest.raises(NotAllowed):
            services.grant(user=UserFactory(), agency=agency, role=Role.EDITOR, by=other_member)
        assert not Membership.objects.filter(agency=agency).exists()

    def test_operator_cannot_grant_roles_to_themselves(self):
        operator = MembershipFactory(role=Role.OPERATOR)
        with pytest.raises(NotAllowed):
            services.grant(user=operator.user, agency=operator.agency, role=Role.EDITOR, by=operator.user)

    def test_granting_twice_gives_one_membership(self):
        agency, user = AgencyFactory(), UserFactory()
        first = services.grant(user=user, agency=agency, role=Role.RECEIVER, valid_from=dt.date(2026, 1, 1))
        assert services.grant(user=user, agency=agency, role=Role.RECEIVER) == first

    def test_unknown_role_is_rejected(self):
        with pytest.raises(InvalidInput, match="giam-doc"):
            services.grant(user=UserFactory(), agency=AgencyFactory(), role="giam-doc")

    def test_role_may_last_one_day_but_not_end_before_it_begins(self):
        user, agency = UserFactory(), AgencyFactory()
        with pytest.raises(InvalidInput, match="trước ngày"):
            services.grant(user=user, agency=agency, role=Role.EDITOR, valid_to=TODAY - dt.timedelta(days=1))
        services.grant(user=user, agency=agency, role=Role.EDITOR, valid_to=TODAY)
        assert has_role(user, agency)


class TestRevoke:
    def test_revoked_membership_is_kept_as_a_record(self):
        membership = MembershipFactory()
        services.revoke(membership=membership)
        assert not has_role(membership.user, membership.agency)
        assert has_role(membership.user, membership.agency, on=dt.date(2026, 3, 1))

    def test_revoking_a_membership_of_today_deletes_it(self):
        membership = MembershipFactory(valid_from=TODAY)
        services.revoke(membership=membership)
        assert not Membership.objects.exists()

    def test_membership_of_one_day_is_kept_as_a_record(self):
        membership = MembershipFactory(valid_from=TODAY - dt.timedelta(days=1))
        services.revoke(membership=membership)
        membership.refresh_from_db()
        assert membership.valid_from == membership.valid_to == TODAY - dt.timedelta(days=1)

    def test_user_without_a_role_cannot_revoke(self):
        membership = MembershipFactory()
        with pytest.raises(NotAllowed):
            services.revoke(membership=membership, by=UserFactory())
        assert has_role(membership.user, membership.agency)


class TestAdminRights:
    def test_editor_can_edit_only_their_own_page_tree(self, trees):
        (mine, my_page), (_other, other_page) = trees.items()
        editor = UserFactory()
        services.grant(user=editor, agency=mine, role=Role.EDITOR)
        assert editor.has_perm("wagtailadmin.access_admin")
        assert my_page.permissions_for_user(editor).can_publish()
        assert not other_page.permissions_for_user(editor).can_edit()

    def test_revocation_removes_admin_rights(self, trees):
        mine, page = next(iter(trees.items()))
        editor = UserFactory()
        membership = services.grant(
            user=editor, agency=mine, role=Role.EDITOR, valid_from=dt.date(2026, 1, 1)
        )
        services.revoke(membership=membership)
        editor = type(editor).objects.get(pk=editor.pk)
        assert not editor.groups.exists()
        assert not editor.has_perm("wagtailadmin.access_admin")
        assert not page.permissions_for_user(editor).can_edit()

    def test_desk_roles_have_no_admin_access(self, trees):
        officer = UserFactory()
        services.grant(user=officer, agency=next(iter(trees)), role=Role.RECEIVER)
        assert not officer.groups.exists()

    def test_sync_agency_opens_a_page_tree_created_later(self, trees):
        agency = AgencyFactory()
        editor = UserFactory()
        services.grant(user=editor, agency=agency, role=Role.EDITOR)
        assert not GroupPagePermission.objects.filter(group__name__startswith="agency:").exists()
        trees[agency] = Page.get_first_root_node().add_child(instance=Page(title="Mới", slug="moi"))
        sync_agency(agency=agency)
        assert trees[agency].permissions_for_user(editor).can_edit()
        del trees[agency]
        sync_agency(agency=agency)
        assert not GroupPagePermission.objects.filter(group__name__startswith="agency:").exists()

    def test_manual_groups_are_kept(self, trees):

        editor = UserFactory()
        editor.groups.add(Group.objects.create(name="Ban biên tập"))
        membership = services.grant(user=editor, agency=next(iter(trees)), role=Role.EDITOR)
        services.revoke(membership=membership)
        assert [group.name for group in editor.groups.all()] == ["Ban biên tập"]

    def test_no_role_has_permissions_on_users_or_groups(self, trees):
        user = UserFactory()
        for agency in trees:
            for role in Role.values:
                services.grant(user=user, agency=agency, role=role)
        user = type(user).objects.get(pk=user.pk)
        assert not {perm for perm in user.get_all_permissions() if perm.endswith("_user") or "group" in perm}


class TestEndDate:
    def test_confirming_the_same_last_day_needs_no_second_person(self):
        """Only a later end is a new assignment; the day that is there already is not."""
        agency = AgencyFactory()
        membership = MembershipFactory(agency=agency, role=Role.HANDLER, valid_to=TODAY)
        boss = member(agency)
        services.change_end_date(membership=membership, last_day=TODAY, by=boss)
        with pytest.raises(NotAllowed):
            services.change_end_date(membership=membership, last_day=TODAY + dt.timedelta(days=1), by=boss)
        membership.refresh_from_db()
        assert membership.valid_to == TODAY


class TestAllOrNothing:
    """Changes by a service are rolled back when its last step fails."""

    @pytest.fixture(autouse=True)
    def _groups_cannot_be_updated(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("accounts.services.memberships.sync_groups", lambda **_options: 1 / 0)

    def test_role_is_not_assigned(self):
        agency, user = AgencyFactory(), UserFactory()
        with pytest.raises(ZeroDivisionError):
            services.grant(user=user, agency=agency, role=Role.EDITOR)
        assert not user.memberships.exists()

    def test_role_is_not_ended(self):
        membership = MembershipFactory(role=Role.EDITOR, valid_from=TODAY - dt.timedelta(days=5))
        with pytest.raises(ZeroDivisionError):
            services.revoke(membership=membership)
        membership.refresh_from_db()
        assert membership.valid_to is None

    def test_end_date_is_not_changed(self):
        membership = MembershipFactory(role=Role.EDITOR, valid_to=TODAY)
        with pytest.raises(ZeroDivisionError):
            services.change_end_date(membership=membership, last_day=None)
        membership.refresh_from_db()
        assert membership.valid_to == TODAY
