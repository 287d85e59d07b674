from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts.models import User
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user_admin(client):
    """Return a signed-in user with all permissions on users who is not a superuser."""
    user = UserFactory(username="nhan-su")
    rights = ("access_admin", "add_user", "change_user", "delete_user", "view_user")
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    return user


def data(**fields):
    return {
        "username": "moi",
        "email": "moi@example.vn",
        "full_name": "Lê Thị Mới",
        "is_active": "on",
        **fields,
    }


def test_user_admin_can_open_the_pages(client, user_admin):
    for address in (
        reverse("wagtailusers_users:index"),
        reverse("wagtailusers_users:add"),
        reverse("wagtailusers_users:edit", args=[UserFactory().pk]),
    ):
        assert client.get(address).status_code == 200


def test_roles_are_assigned_after_the_invitation(client, user_admin):
    for name, arguments in (("add", []), ("edit", [UserFactory().pk])):
        html = client.get(reverse(f"wagtailusers_users:{name}", args=arguments)).text
        assert 'id="tab-roles"' not in html
        assert 'name="groups"' not in html
        assert 'name="full_name"' in html
    answer = client.post(reverse("wagtailusers_users:add"), data(), follow=True)
    assert User.objects.filter(username="moi").exists()
    assert f'href="{reverse("memberships:add")}"' in "".join(map(str, answer.context["messages"]))


def test_superuser_has_the_tab_of_roles(client):
    client.force_login(UserFactory(is_superuser=True))
    assert 'id="tab-roles"' in client.get(reverse("wagtailusers_users:add")).text


def test_created_account_is_not_a_superuser(client, user_admin):
    group = Group.objects.create(name="Quyền lớn")
    client.post(
        reverse("wagtailusers_users:add"),
        data(
            password1="con-vit-cao-canh", password2="con-vit-cao-canh", is_superuser="on", groups=[group.pk]
        ),
    )
    created = User.objects.get(username="moi")
    assert created.full_name == "Lê Thị Mới"
    assert not created.is_superuser
    assert not created.groups.exists()


def test_user_admin_cannot_grant_superuser_status(client, user_admin):
    other = UserFactory(username="moi")
    for user in (user_admin, other):
        client.post(
            reverse("wagtailusers_users:edit", args=[user.pk]),
            data(username=user.username, is_superuser="on"),
        )
        user.refresh_from_db()
        assert not user.is_superuser
    assert other.full_name == "Lê Thị Mới"


@pytest.mark.parametrize("view", ["edit", "delete"])
def test_user_admin_cannot_change_superusers(client, user_admin, view):
    superuser = UserFactory(is_superuser=True)
    address = reverse(f"wagtailusers_users:{view}", args=[superuser.pk])
    client.post(
        address, data(username="superuser", password1="con-vit-cao-canh", password2="con-vit-cao-canh")
    )
    superuser.refresh_from_db()
    assert not superuser.check_password("con-vit-cao-canh")
    assert client.get(address).status_code == 404


def test_superuser_can_grant_superuser_status(client):
    client.force_login(UserFactory(is_superuser=True))
    other = UserFactory(username="moi")
    client.post(reverse("wagtailusers_users:edit", args=[other.pk]), data(is_superuser="on"))
    other.refresh_from_db()
    assert other.is_superuser


class TestGroups:
    """Groups are for superusers only: changing a group could grant any permission."""

    @pytest.fixture
    def powerful_group(self):
        return Group.objects.create(name="Quyền lớn")

    @pytest.fixture
    def group_admin(self, client):
        """Return a signed-in user with all permissions on users and groups who is not a superuser."""
        user = UserFactory()
        rights = [
            "access_admin",
            *(f"{act}_{what}" for act in ("add", "change", "delete") for what in ("user", "group")),
        ]
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))
        client.force_login(user)
        return user

    def test_group_views_are_closed_without_superuser_status(self, client, group_admin, powerful_group):
        for name, args in (
            ("index", []),
            ("add", []),
            ("edit", [powerful_group.pk]),
            ("delete", [powerful_group.pk]),
        ):
            address = reverse(f"wagtailusers_groups:{name}", args=args)
            assert client.get(address).status_code == 302
            client.post(address, {"name": "Của tôi", "permissions": [1]})
        powerful_group.refresh_from_db()
        assert powerful_group.name == "Quyền lớn"
        assert not powerful_group.permissions.exists()
        assert not Group.objects.filter(name="Của tôi").exists()

    def test_groups_are_not_in_the_menu_without_superuser_status(self, client, group_admin):
        assert reverse("wagtailusers_groups:index") not in client.get("/quan-tri/").text

    def test_superuser_can_open_group_views(self, client, powerful_group):
        client.force_login(UserFactory(is_superuser=True))
        assert client.get(reverse("wagtailusers_groups:index")).status_code == 200
        assert client.get(reverse("wagtailusers_groups:edit", args=[powerful_group.pk])).status_code == 200


@pytest.mark.parametrize("action", ["assign_role", "set_active_state", "delete"])
def test_bulk_actions_change_no_rights(client, user_admin, action):
    superuser, group = UserFactory(is_superuser=True), Group.objects.create(name="Quyền lớn")
    address = reverse("wagtail_bulk_action", args=["accounts", "user", action])
    client.post(
        f"{address}?id={superuser.pk}&id={user_admin.pk}", {"role": group.pk, "mark_as_active": "False"}
    )
    superuser.refresh_from_db()
    assert superuser.is_active
    assert not user_admin.groups.exists()


def test_own_account_page_grants_no_rights(client, user_admin):
    client.post(
        "/quan-tri/account/",
        {
            "name_email-email": "moi@example.vn",
            "is_superuser": "on",
            "name_email-is_superuser": "on",
            "groups": "1",
        },
    )
    user_admin.refresh_from_db()
    assert not user_admin.is_superuser
    assert not user_admin.groups.exists()


def test_user_admin_can_deactivate_an_account(client, user_admin):
    other = UserFactory(username="moi")
    client.post(reverse("wagtailusers_users:edit", args=[other.pk]), {**data(), "is_active": ""})
    other.refresh_from_db()
    assert not other.is_active
