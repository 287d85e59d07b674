from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts.models import User
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client):
    """May add, change and delete users, and is no superuser."""
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


def test_the_pages_open(client, clerk):
    for address in (
        reverse("wagtailusers_users:index"),
        reverse("wagtailusers_users:add"),
        reverse("wagtailusers_users:edit", args=[UserFactory().pk]),
    ):
        assert client.get(address).status_code == 200


def test_an_account_is_made_with_its_name_but_never_a_superuser(client, clerk):
    group = Group.objects.create(name="Quyền lớn")
    client.post(
        reverse("wagtailusers_users:add"),
        data(
            password1="con-vit-cao-canh", password2="con-vit-cao-canh", is_superuser="on", groups=[group.pk]
        ),
    )
    made = User.objects.get(username="moi")
    assert made.full_name == "Lê Thị Mới"
    assert not made.is_superuser
    assert not made.groups.exists()


def test_nobody_makes_themselves_or_others_superuser(client, clerk):
    other = UserFactory(username="moi")
    for user in (clerk, other):
        client.post(
            reverse("wagtailusers_users:edit", args=[user.pk]),
            data(username=user.username, is_superuser="on"),
        )
        user.refresh_from_db()
        assert not user.is_superuser
    assert other.full_name == "Lê Thị Mới"


@pytest.mark.parametrize("view", ["edit", "delete"])
def test_a_superuser_is_out_of_reach(client, clerk, view):
    chief = UserFactory(is_superuser=True)
    address = reverse(f"wagtailusers_users:{view}", args=[chief.pk])
    client.post(address, data(username="chief", password1="con-vit-cao-canh", password2="con-vit-cao-canh"))
    chief.refresh_from_db()
    assert not chief.check_password("con-vit-cao-canh")
    assert client.get(address).status_code == 404


def test_a_superuser_may_make_one(client):
    client.force_login(UserFactory(is_superuser=True))
    other = UserFactory(username="moi")
    client.post(reverse("wagtailusers_users:edit", args=[other.pk]), data(is_superuser="on"))
    other.refresh_from_db()
    assert other.is_superuser


class TestGroups:
    """Whoever may change a group may give it every right."""

    @pytest.fixture
    def big(self):
        return Group.objects.create(name="Quyền lớn")

    @pytest.fixture
    def keeper(self, client):
        """Holds every permission on groups and users, and is no superuser."""
        user = UserFactory()
        rights = [
            "access_admin",
            *(f"{act}_{what}" for act in ("add", "change", "delete") for what in ("user", "group")),
        ]
        user.user_permissions.set(Permission.objects.filter(codename__in=rights))
        client.force_login(user)
        return user

    def test_are_closed_to_everybody_else(self, client, keeper, big):
        for name, args in (("index", []), ("add", []), ("edit", [big.pk]), ("delete", [big.pk])):
            address = reverse(f"wagtailusers_groups:{name}", args=args)
            assert client.get(address).status_code == 302
            client.post(address, {"name": "Của tôi", "permissions": [1]})
        big.refresh_from_db()
        assert big.name == "Quyền lớn"
        assert not big.permissions.exists()
        assert not Group.objects.filter(name="Của tôi").exists()

    def test_are_not_in_the_menu_of_everybody_else(self, client, keeper):
        assert reverse("wagtailusers_groups:index") not in client.get("/quan-tri/").text

    def test_are_open_to_a_superuser(self, client, big):
        client.force_login(UserFactory(is_superuser=True))
        assert client.get(reverse("wagtailusers_groups:index")).status_code == 200
        assert client.get(reverse("wagtailusers_groups:edit", args=[big.pk])).status_code == 200


@pytest.mark.parametrize("action", ["assign_role", "set_active_state", "delete"])
def test_no_bulk_action_gives_or_takes_rights(client, clerk, action):
    chief, group = UserFactory(is_superuser=True), Group.objects.create(name="Quyền lớn")
    address = reverse("wagtail_bulk_action", args=["accounts", "user", action])
    client.post(f"{address}?id={chief.pk}&id={clerk.pk}", {"role": group.pk, "mark_as_active": "False"})
    chief.refresh_from_db()
    assert chief.is_active
    assert not clerk.groups.exists()


def test_the_own_account_page_gives_nobody_rights(client, clerk):
    client.post(
        "/quan-tri/account/",
        {
            "name_email-email": "moi@example.vn",
            "is_superuser": "on",
            "name_email-is_superuser": "on",
            "groups": "1",
        },
    )
    clerk.refresh_from_db()
    assert not clerk.is_superuser
    assert not clerk.groups.exists()


def test_an_account_that_is_closed_is_told_from_an_open_one(client, clerk):
    other = UserFactory(username="moi")
    client.post(reverse("wagtailusers_users:edit", args=[other.pk]), {**data(), "is_active": ""})
    other.refresh_from_db()
    assert not other.is_active
