"""Permissions on pages: of one page only, of a page and those below it, of one's own pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, Page
from wagtail.permissions import page_permission_policy

from accounts.models import User
from core.wagtail.page_permissions import ONLY_THE_PAGE
from tests.accounts.factories import UserFactory
from tests.home import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch() -> Page:
    """Return a page with two pages below it."""
    top: Page = Page.get_first_root_node().add_child(instance=Page(title="Nhánh", slug="nhanh"))
    for slug in ("mot", "hai"):
        top.add_child(instance=Page(title=slug, slug=slug))
    return top


def holder(page: Page, *actions: str, alone: bool = False, **fields: Any) -> User:
    user: User = UserFactory(**fields)
    group = Group.objects.create(name=f"{user.username}{ONLY_THE_PAGE if alone else ''}")
    for action in actions:
        permission = Permission.objects.get(codename=f"{action}_page", content_type__app_label="wagtailcore")
        GroupPagePermission.objects.create(group=group, page=page, permission=permission)
    user.groups.add(group)
    return user


def pages_of(user: User, *actions: str) -> set[str]:
    found = page_permission_policy.instances_user_has_any_permission_for(user, actions)
    return set(found.values_list("slug", flat=True))


def may(user: User, action: str, page: Page) -> bool:
    return bool(page_permission_policy.user_has_any_permission_for_instance(user, [action], page))


def users_who_may(action: str, page: Page, **options: Any) -> set[User]:
    return set(page_permission_policy.users_with_any_permission_for_instance([action], page, **options))


def test_permission_applies_below_its_page_unless_it_is_for_the_page_alone(branch: Page) -> None:
    below = branch.get_children()[0]
    whole, alone = holder(branch, "change"), holder(branch, "change", alone=True)
    assert pages_of(whole, "change") == {"nhanh", "mot", "hai"}
    assert pages_of(alone, "change") == {"nhanh"}
    assert (may(whole, "change", below), may(alone, "change", below)) == (True, False)
    assert users_who_may("change", below) == {whole}
    assert users_who_may("change", branch) == {whole, alone}


def test_who_may_add_pages_changes_their_own_only(branch: Page) -> None:
    writer = holder(branch, "add")
    mine, other = branch.get_children()
    Page.objects.filter(pk=mine.pk).update(owner=writer)
    mine.refresh_from_db()
    assert (may(writer, "change", mine), may(writer, "change", other)) == (True, False)
    assert pages_of(writer, "change") == {"mot"}
    assert pages_of(writer, "add") == pages_of(writer, "add", "change") == {"nhanh", "mot", "hai"}
    assert pages_of(writer, "publish") == set()
    assert users_who_may("change", mine) == {writer}
    assert users_who_may("change", other) == set()
    assert users_who_may("publish", mine) == set()


def test_owner_without_a_permission_changes_nothing(branch: Page) -> None:
    owner = holder(branch, "publish")
    Page.objects.filter(slug="mot").update(owner=owner)
    page = Page.objects.get(slug="mot")
    assert not may(owner, "change", page)
    assert pages_of(owner, "change") == set()
    assert users_who_may("change", page) == set()


@pytest.mark.parametrize("superuser", [True, False])
@pytest.mark.parametrize("active", [True, False])
def test_closed_accounts_may_nothing_and_superusers_everything(
    branch: Page, superuser: bool, active: bool
) -> None:
    user = holder(branch, "change", is_superuser=superuser, is_active=active)
    everywhere = {"nhanh", "mot", "hai"}
    assert may(user, "change", branch) is active
    assert may(user, "publish", branch) is (active and superuser)
    assert pages_of(user, "change") & everywhere == (everywhere if active else set())
    assert pages_of(user, "publish") & everywhere == (everywhere if active and superuser else set())
    assert (user in users_who_may("publish", branch)) is (active and superuser)
    assert user not in users_who_may("publish", branch, include_superusers=False)


def test_page_is_copied_where_its_kind_may_be_created() -> None:
    page = factories.news()
    user = holder(Page.get_first_root_node(), "add", "change", "publish")
    assert page.permissions_for_user(user).can_copy_to(page.get_parent())
    assert not page.permissions_for_user(user).can_copy_to(Page.get_first_root_node())
    assert not page.permissions_for_user(UserFactory()).can_copy_to(page.get_parent())
