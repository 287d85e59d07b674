from __future__ import annotations

import datetime as dt

import pytest
from wagtail.models import GroupPagePermission, Page

from accounts import selectors, services
from accounts.models import Membership
from accounts.services.groups import sync_agency
from core import hooks
from core.errors import InvalidInput, NotAllowed
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
Role = Membership.Role
TODAY = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def trees():
    """Two agencies with a page tree each, as the apps above name them."""
    root = Page.get_first_root_node()
    pages = {}
    for name in ("a", "b"):
        agency = AgencyFactory()
        pages[agency] = root.add_child(instance=Page(title=f"Cơ quan {name}", slug=f"co-quan-{name}"))
    answer = hooks.register("agency_trees")(lambda agency: [pages[agency].pk] if agency in pages else None)
    yield pages
    hooks.unregister("agency_trees", answer)


class TestCreateUser:
    def test_an_account_begins_without_rights_and_without_a_password(self):
        user = services.create_user(username="lan", full_name=" Trần  Thị Lan ", email="Lan@Example.VN")
        assert user.full_name == "Trần Thị Lan"
        assert user.email == "lan@example.vn"
        assert not user.has_usable_password()
        assert not user.is_superuser
        assert not selectors.memberships_of(user).exists()

    @pytest.mark.parametrize("username", ["", "có dấu cách", "x" * 151])
    def test_a_bad_name_is_told_by_field(self, username):
        with pytest.raises(InvalidInput) as caught:
            services.create_user(username=username, full_name="A")
        assert set(caught.value.fields) == {"username"}

    def test_a_name_that_is_taken_is_refused(self):
        services.create_user(username="lan", full_name="A")
        with pytest.raises(InvalidInput):
            services.create_user(username="lan", full_name="B")


class TestGrant:
    def test_the_operator_above_may(self):
        province = AgencyFactory()
        department = AgencyFactory(parent=AgencyFactory(parent=province))
        operator = MembershipFactory(agency=province, role=Role.OPERATOR).user
        officer = UserFactory()
        services.grant(user=officer, agency=department, role=Role.RECEPTION, by=operator)
        assert selectors.has_role(officer, department, Role.RECEPTION)

    @pytest.mark.parametrize("role", [Role.LEADER, Role.EDITOR, Role.OPERATOR])
    def test_nobody_else_may(self, role):
        agency, other = AgencyFactory(), AgencyFactory()
        giver = MembershipFactory(agency=other, role=role).user
        with pytest.raises(NotAllowed):
            services.grant(user=UserFactory(), agency=agency, role=Role.RECEPTION, by=giver)
        assert not Membership.objects.filter(agency=agency).exists()

    def test_nobody_gives_rights_to_themselves(self):
        operator = MembershipFactory(role=Role.OPERATOR)
        with pytest.raises(NotAllowed):
            services.grant(user=operator.user, agency=operator.agency, role=Role.LEADER, by=operator.user)

    def test_granting_twice_is_one_membership(self):
        agency, user = AgencyFactory(), UserFactory()
        first = services.grant(user=user, agency=agency, role=Role.RECEPTION, valid_from=dt.date(2026, 1, 1))
        assert services.grant(user=user, agency=agency, role=Role.RECEPTION) == first

    def test_an_unknown_role_is_refused(self):
        with pytest.raises(InvalidInput, match="giam-doc"):
            services.grant(user=UserFactory(), agency=AgencyFactory(), role="giam-doc")


class TestRevoke:
    def test_the_row_stays_as_a_record(self):
        held = MembershipFactory()
        services.revoke(membership=held)
        assert not selectors.has_role(held.user, held.agency)
        assert selectors.has_role(held.user, held.agency, on=dt.date(2026, 3, 1))

    def test_a_membership_that_never_was_in_force_goes(self):
        held = MembershipFactory(valid_from=TODAY)
        services.revoke(membership=held)
        assert not Membership.objects.exists()

    def test_a_stranger_may_not(self):
        held = MembershipFactory()
        with pytest.raises(NotAllowed):
            services.revoke(membership=held, by=UserFactory())
        assert selectors.has_role(held.user, held.agency)


class TestAdminRights:
    def test_an_editor_may_write_in_the_own_tree_only(self, trees):
        (mine, my_page), (_other, other_page) = trees.items()
        editor = UserFactory()
        services.grant(user=editor, agency=mine, role=Role.EDITOR)
        assert editor.has_perm("wagtailadmin.access_admin")
        assert my_page.permissions_for_user(editor).can_publish()
        assert not other_page.permissions_for_user(editor).can_edit()

    def test_rights_go_with_the_membership(self, trees):
        mine, page = next(iter(trees.items()))
        editor = UserFactory()
        held = services.grant(user=editor, agency=mine, role=Role.EDITOR, valid_from=dt.date(2026, 1, 1))
        services.revoke(membership=held)
        editor = type(editor).objects.get(pk=editor.pk)
        assert not editor.groups.exists()
        assert not editor.has_perm("wagtailadmin.access_admin")
        assert not page.permissions_for_user(editor).can_edit()

    def test_desk_officers_do_not_enter_the_admin(self, trees):
        officer = UserFactory()
        services.grant(user=officer, agency=next(iter(trees)), role=Role.RECEPTION)
        assert not officer.groups.exists()

    def test_a_tree_made_later_is_opened_by_a_sync(self, trees):
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

    def test_groups_made_by_hand_are_left_alone(self, trees):
        from django.contrib.auth.models import Group  # noqa: PLC0415

        editor = UserFactory()
        editor.groups.add(Group.objects.create(name="Ban biên tập"))
        held = services.grant(user=editor, agency=next(iter(trees)), role=Role.EDITOR)
        services.revoke(membership=held)
        assert [group.name for group in editor.groups.all()] == ["Ban biên tập"]

    def test_nobody_gets_the_right_to_make_users(self, trees):
        user = UserFactory()
        for agency in trees:
            for role in Role.values:
                services.grant(user=user, agency=agency, role=role)
        user = type(user).objects.get(pk=user.pk)
        assert not {perm for perm in user.get_all_permissions() if perm.endswith("_user") or "group" in perm}
