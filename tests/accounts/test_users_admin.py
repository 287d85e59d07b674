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
    assert client.get(address).status_code == 302


def test_a_superuser_may_make_one(client):
    client.force_login(UserFactory(is_superuser=True))
    other = UserFactory(username="moi")
    client.post(reverse("wagtailusers_users:edit", args=[other.pk]), data(is_superuser="on"))
    other.refresh_from_db()
    assert other.is_superuser
