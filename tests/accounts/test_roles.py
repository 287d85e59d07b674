"""Permissions, page trees and landing pages that apps register for roles."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from accounts import roles
from accounts.roles import (
    ADMIN_ACCESS,
    Role,
    check_permissions,
    grant_collection_permissions,
    grant_page_permissions,
    grant_permissions,
    landing_page_of,
    page_permissions_of,
    permissions_of,
    register_landing_page,
    roles_with_admin_access,
    roles_with_pages,
)
from accounts.services.groups import role_group, sync_groups
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory


@pytest.fixture
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "_permissions", {})
    monkeypatch.setattr(roles, "_landing_pages", [])


class TestDeclaredPermissions:
    def test_every_granted_permission_exists(self) -> None:
        assert check_permissions() == []

    @pytest.mark.django_db
    @pytest.mark.parametrize("role", Role.values)
    def test_role_group_has_exactly_the_granted_permissions(self, role: str) -> None:
        granted = permissions_of(role)
        names = role_group(role).permissions.values_list("content_type__app_label", "codename")
        assert {f"{label}.{codename}" for label, codename in names} == granted.models | granted.media

    def test_roles_with_admin_access(self) -> None:
        writers = {Role.EDITOR, Role.COMMUNICATION, Role.CONTROLLER, Role.OPERATOR}
        assert roles_with_admin_access() == writers | {Role.HEAD}, "heads approve pages"
        assert roles_with_pages() == {Role.EDITOR, Role.COMMUNICATION, Role.CONTROLLER, Role.OPERATOR}

    def test_desk_roles_have_no_permissions(self) -> None:
        for role in (Role.RECEIVER, Role.HANDLER, Role.RETURNER, Role.INSPECTOR):
            assert not permissions_of(role).models
        assert permissions_of(Role.HEAD).models == {"wagtailadmin.access_admin"}


@pytest.mark.django_db
class TestSameCodenameInAnotherApp:
    """A codename is unique only within an app: a later model called Alert or Holiday must not be included."""

    @pytest.fixture
    def other_permission(self) -> Permission:
        other = ContentType.objects.create(app_label="weather", model="alert")
        return Permission.objects.create(content_type=other, codename="change_alert", name="Can change alert")

    @pytest.mark.usefixtures("other_permission")
    def test_permission_of_another_app_is_not_granted(self) -> None:
        membership = MembershipFactory(role=Role.COMMUNICATION)
        sync_groups(user=membership.user)
        assert membership.user.has_perm("home.change_alert")
        assert not membership.user.has_perm("weather.change_alert")

    def test_permission_no_longer_granted_is_removed(self, other_permission: Permission) -> None:
        role_group(Role.COMMUNICATION).permissions.add(other_permission)
        assert not role_group(Role.COMMUNICATION).permissions.filter(pk=other_permission.pk).exists()


@pytest.mark.usefixtures("empty_registry")
class TestRegistry:
    def test_permissions_of_several_apps_are_joined(self) -> None:
        grant_permissions(Role.EDITOR, ADMIN_ACCESS)
        grant_permissions(Role.EDITOR, "home.add_alert")
        assert permissions_of(Role.EDITOR).models == {ADMIN_ACCESS, "home.add_alert"}
        assert permissions_of(Role.HANDLER).models == set()

    def test_unknown_role_is_rejected(self) -> None:
        with pytest.raises(ValueError, match="gardener"):
            grant_permissions("gardener", "home.add_alert")

    @pytest.mark.parametrize(
        ("name", "app", "codename"),
        [
            ("home.add_allert", "home", "add_allert"),
            ("weather.add_alert", "weather", "add_alert"),
            ("procedures.add_alert", "procedures", "add_alert"),
            ("add_alert", "add_alert", ""),
        ],
    )
    def test_check_names_app_and_codename_of_an_unknown_permission(
        self, name: str, app: str, codename: str
    ) -> None:
        grant_permissions(Role.COMMUNICATION, "home.add_alert", name)
        (error,) = check_permissions()
        assert error.id == "accounts.E001"
        assert repr(app) in error.msg
        assert repr(codename) in error.msg
        assert Role.COMMUNICATION in error.msg

    def test_page_permissions_are_checked(self) -> None:
        names = ("wagtailcore.publish_page", "wagtailcore.print_page")
        grant_page_permissions(Role.EDITOR, *names, pages=lambda _agency: [])
        assert ["print_page" in error.msg for error in check_permissions()] == [True]

    def test_permissions_of_the_province_and_on_collections_are_checked(self) -> None:
        grant_permissions(Role.COMMUNICATION, "home.paint_menuitem", provincial=True)
        grant_collection_permissions(Role.OPERATOR, "wagtailcore.burn_collection")
        assert sorted(error.msg.split(",")[0] for error in check_permissions()) == [
            "home.paint_menuitem", "wagtailcore.burn_collection",
        ]  # fmt: skip

    @pytest.mark.django_db
    def test_page_permissions_of_several_apps_are_joined_by_role_and_reach(self) -> None:
        mine, other = AgencyFactory(), AgencyFactory()
        add, change = "wagtailcore.add_page", "wagtailcore.change_page"
        grant_page_permissions(Role.EDITOR, add, pages=lambda agency: [1, 2] if agency == mine else [])
        grant_page_permissions(Role.EDITOR, change, pages=lambda agency: [2] if agency == mine else [])
        grant_page_permissions(Role.EDITOR, change, pages=lambda _agency: [3], below=False)
        grant_page_permissions(Role.CONTROLLER, add, pages=lambda _agency: [4])
        assert page_permissions_of(Role.EDITOR, mine) == {(1, add), (2, add), (2, change)}
        assert page_permissions_of(Role.EDITOR, mine, below=False) == {(3, change)}
        assert page_permissions_of(Role.EDITOR, other) == set()

    @pytest.mark.django_db
    def test_landing_page_with_the_lowest_order_is_used(self) -> None:
        user = UserFactory()
        assert landing_page_of(user) is None
        register_landing_page(order=20)(lambda _user: "/quan-tri/")
        register_landing_page(order=10)(lambda person: "/mot-cua/" if person == user else None)
        assert landing_page_of(user) == "/mot-cua/"
        assert landing_page_of(UserFactory()) == "/quan-tri/"
