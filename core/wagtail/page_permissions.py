"""Page permissions that apply to one page only, and the permission tester of all page types of the portal.

In Wagtail a permission on a page applies to every page below it. The front page is above the sites of all agencies and
the catalogue, and the list of agencies is above their news: permission on such a page must not extend to what is below.
The rows of a group whose name ends in `ONLY_THE_PAGE` apply to their page alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.auth import get_permission_codename, get_user_model
from django.db.models import Q, QuerySet
from wagtail.models import GroupPagePermission, Page, PagePermissionTester, get_page_models
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.query import PageQuerySet

ONLY_THE_PAGE: Final = ":page-only"
_ALONE: Final = Q(group__name__endswith=ONLY_THE_PAGE)


def covers(row: GroupPagePermission, page: Page) -> bool:
    """Return True if the permission of `row` applies to `page`; no query for rows of the policy."""
    if row.group.name.endswith(ONLY_THE_PAGE):
        return bool(row.page_id == page.pk)
    return bool(page.path.startswith(row.page.path))


def covered_by(rows: Iterable[GroupPagePermission]) -> Q:
    """Return the condition of the pages to which one of `rows` applies; without rows, of no page."""
    condition = Q(pk__in=[])
    for row in rows:
        alone = row.group.name.endswith(ONLY_THE_PAGE)
        condition |= Q(pk=row.page_id) if alone else Q(path__startswith=row.page.path)
    return condition


def types_not_copied() -> tuple[type[Page], ...]:
    """Return the page types that are not copied (``BasePage.copy_refusal``)."""
    return tuple(model for model in get_page_models() if getattr(model, "copy_refusal", ""))


class PortalPagePermissionTester(PagePermissionTester):
    """What a user may do on a page, by the permissions that apply to it."""

    def __init__(self, user: Any, page: Page) -> None:
        super().__init__(user, page)
        if user.is_active and not user.is_superuser:
            self.permissions = {
                row.permission.codename.rsplit("_", maxsplit=1)[0]
                for row in self.permission_policy.get_cached_permissions_for_user(user)
                if covers(row, page)
            }

    def _is_closed(self) -> bool:
        """Return True for a page without which part of the portal would be missing, unless the user is a superuser."""
        return getattr(self.page.specific_class, "structural", False) and not self.user.is_superuser

    def can_copy(self) -> bool:
        """Return False for pages of a type that is not copied, even for superusers."""
        return not getattr(self.page.specific_class, "copy_refusal", "") and bool(super().can_copy())

    def can_copy_to(self, destination: Page, recursive: bool = False) -> bool:
        """Return False for a branch with pages of a type that is not copied."""
        if recursive and self.page.get_descendants().type(*types_not_copied()).exists():
            return False
        return bool(super().can_copy_to(destination, recursive=recursive))

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Return False for structural pages, which cannot be moved either."""
        return not self._is_closed() and bool(super().can_delete(ignore_bulk=ignore_bulk))

    def can_unpublish(self) -> bool:
        """Return False for structural pages."""
        return not self._is_closed() and bool(super().can_unpublish())

    def can_set_view_restrictions(self) -> bool:
        """Return False for structural pages."""
        return not self._is_closed() and bool(super().can_set_view_restrictions())


def _permissions_of(self: PagePermissionPolicy, user: Any) -> QuerySet[GroupPagePermission]:
    if not user.is_active or user.is_anonymous or user.is_superuser:
        return GroupPagePermission.objects.none()
    rows: QuerySet[GroupPagePermission] = GroupPagePermission.objects.filter(group__user=user)
    return rows.select_related("page", "permission", "group")


def _has_permission(self: PagePermissionPolicy, user: Any, actions: Iterable[str], instance: Page) -> bool:
    if user.is_superuser or not user.is_active:
        return bool(user.is_active)
    held = {
        row.permission.codename for row in self.get_cached_permissions_for_user(user) if covers(row, instance)
    }
    if _codename("add") in held and instance.owner_id == user.pk:
        held.add(_codename("change"))
    return not held.isdisjoint(map(_codename, actions))


def _pages_with_permission(self: PagePermissionPolicy, user: Any, actions: Iterable[str]) -> PageQuerySet:
    pages: PageQuerySet = self.model._default_manager.all()
    if user.is_superuser or not user.is_active:
        return pages if user.is_active else pages.none()
    rows = list(self.get_cached_permissions_for_user(user))
    wanted = set(map(_codename, actions))
    found = covered_by(row for row in rows if row.permission.codename in wanted)
    if _codename("change") in wanted and _codename("add") not in wanted:
        # Permission to add pages includes changing one's own pages.
        found |= covered_by(row for row in rows if row.permission.codename == _codename("add")) & Q(
            owner=user
        )
    return pages.filter(found)


def _users_with_permission(
    self: PagePermissionPolicy, actions: Iterable[str], instance: Page, include_superusers: bool = True
) -> QuerySet[Any]:
    wanted = set(map(_codename, actions))
    found = Q(groups__in=_groups_with(wanted, instance))
    if include_superusers:
        found |= Q(is_superuser=True)
    if _codename("change") in wanted and _codename("add") not in wanted:
        found |= Q(groups__in=_groups_with({_codename("add")}, instance), pk=instance.owner_id)
    users: QuerySet[Any] = get_user_model()._default_manager.filter(is_active=True)
    return users.filter(found).distinct()


def _groups_with(codenames: set[str], page: Page) -> QuerySet[Any]:
    rows = GroupPagePermission.objects.filter(permission__codename__in=codenames)
    holding = rows.filter(Q(page=page) | Q(page__in=page.get_ancestors()) & ~_ALONE)
    return holding.values("group")


def _codename(action: str) -> str:
    return get_permission_codename(action, Page._meta)


def install_patch() -> None:
    """Patch Wagtail's policy, of which its views hold instances; called once when the apps are ready."""
    PagePermissionPolicy.get_all_permissions_for_user = _permissions_of
    PagePermissionPolicy.user_has_any_permission_for_instance = _has_permission
    PagePermissionPolicy.instances_user_has_any_permission_for = _pages_with_permission
    PagePermissionPolicy.users_with_any_permission_for_instance = _users_with_permission
