"""Groups of the Wagtail admin, derived from memberships; nobody edits them by hand.

* A *role group* (``role:editor``) opens the admin and holds the model permissions of a role.
* A *provincial group* (``role:operator:province``) holds the additional permissions of its holders in the provincial
  committee.
* An *agency group* (``agency:12:editor``) holds permissions on the page trees of one agency, so that an editor sees
  no other agency's pages; ``agency:12:operator:page-only`` those on single pages, without the pages below.

``accounts.roles`` defines which permissions and which pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from accounts.models import Agency, Membership, User
from accounts.roles import (
    page_permissions_of,
    permissions_of,
    roles_with_admin_access,
    roles_with_pages,
)
from accounts.selectors import is_provincial_committee, memberships_of, with_ancestors
from core.wagtail.page_permissions import ONLY_THE_PAGE

ROLE_GROUP: Final = "role:{role}"
PROVINCE_GROUP: Final = "role:{role}:province"
AGENCY_GROUP: Final = "agency:{agency}:{role}"
PAGE_GROUP: Final = AGENCY_GROUP + ONLY_THE_PAGE


@transaction.atomic
def sync_groups(*, user: User) -> None:
    """Put ``user`` into exactly the groups of their memberships in force; other groups are left alone."""
    wanted = {group for row in memberships_of(user) for group in _groups_for(row.agency, row.role)}
    held = set(user.groups.filter(name__startswith="role:") | user.groups.filter(name__startswith="agency:"))
    user.groups.remove(*(held - wanted))
    user.groups.add(*(wanted - held))


def _groups_for(agency: Agency, role: str) -> list[Group]:
    groups = []
    if role in roles_with_admin_access():
        groups.append(role_group(role))
        if is_provincial_committee(agency) and _is_wider_in_the_province(role):
            groups.append(provincial_group(role))
    if role in roles_with_pages():
        groups += [agency_group(agency, role, below=below) for below in _reaches_of(role)]
    return groups


def _names_for(agency: Agency, role: str) -> set[str]:
    """Return the names of ``_groups_for`` without a query."""
    names = set()
    if role in roles_with_admin_access():
        names.add(ROLE_GROUP.format(role=role))
        if is_provincial_committee(agency) and _is_wider_in_the_province(role):
            names.add(PROVINCE_GROUP.format(role=role))
    if role in roles_with_pages():
        names |= {_page_group_name(agency.pk, role, below=below) for below in _reaches_of(role)}
    return names


def _is_wider_in_the_province(role: str) -> bool:
    granted = permissions_of(role)
    return bool(granted.provincial or granted.collections)


def _reaches_of(role: str) -> set[bool]:
    return {grant.below for grant in permissions_of(role).pages}


def _page_group_name(agency_id: int, role: str, *, below: bool) -> str:
    return (AGENCY_GROUP if below else PAGE_GROUP).format(agency=agency_id, role=role)


def sync_dated_memberships() -> int:
    """Update the groups of everyone whose memberships began or ended by date; return the number of accounts changed.

    ``grant`` and ``revoke`` act at once; this covers later dates and accounts that were closed.
    """
    wanted: dict[int, set[str]] = {}
    current = Membership.objects.valid_on(timezone.localdate()).filter(user__is_active=True)
    for row in current.select_related("agency"):
        wanted.setdefault(row.user_id, set()).update(_names_for(row.agency, row.role))
    held: dict[int, set[str]] = {}
    synced = Q(groups__name__startswith="role:") | Q(groups__name__startswith="agency:")
    for user_id, name in User.objects.filter(synced).values_list("pk", "groups__name"):
        held.setdefault(user_id, set()).add(name)
    differing = [
        user_id
        for user_id in wanted.keys() | held.keys()
        if wanted.get(user_id, set()) != held.get(user_id, set())
    ]
    for user in User.objects.filter(pk__in=differing):
        sync_groups(user=user)
    return len(differing)


def role_group(role: str) -> Group:
    """Return the group of a role with exactly its model permissions."""
    group, _created = Group.objects.get_or_create(name=ROLE_GROUP.format(role=role))
    granted = permissions_of(role)
    group.permissions.set(_permission_rows(granted.models | granted.media))
    _set_collection_permissions(group, granted.media)
    return group


def provincial_group(role: str) -> Group:
    """Return the group of the holders of a role in the provincial committee with exactly its permissions."""
    group, _created = Group.objects.get_or_create(name=PROVINCE_GROUP.format(role=role))
    granted = permissions_of(role)
    group.permissions.set(_permission_rows(granted.provincial))
    _set_collection_permissions(group, granted.collections)
    return group


def _permission_rows(names: Iterable[str]) -> QuerySet[Permission]:
    """Return the rows of permissions named ``app_label.codename``; not those of other apps with the same codename."""
    wanted = Q(pk__in=[])
    for name in names:
        app_label, _dot, codename = name.partition(".")
        wanted |= Q(content_type__app_label=app_label, codename=codename)
    return Permission.objects.filter(wanted)


def _set_collection_permissions(group: Group, names: Iterable[str]) -> None:
    """Grant permissions on the root collection: Wagtail checks images and documents by collection."""
    root = Collection.get_first_root_node()
    for permission in _permission_rows(names):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)


def agency_group(agency: Agency, role: str, *, below: bool = True) -> Group:
    """Return the group of ``agency`` and ``role`` with exactly its permissions on pages (``PageGrant.below``)."""
    name = _page_group_name(agency.pk, role, below=below)
    group, _created = Group.objects.get_or_create(name=name)
    _set_page_permissions(group, page_permissions_of(role, agency, below=below))
    return group


@transaction.atomic
def sync_agency(*, agency: Agency) -> None:
    """Update the permissions on pages of ``agency`` and those above.

    An app calls this after it has created a page for it.
    """
    for one in with_ancestors(agency):
        for role in roles_with_pages():
            for below in _reaches_of(role):
                if Group.objects.filter(name=_page_group_name(one.pk, role, below=below)).exists():
                    agency_group(one, role, below=below)


@transaction.atomic
def sync_page(*, page_id: int) -> None:
    """Update the permissions of every agency that has some on the page: after it was transferred to another one."""
    names = Group.objects.filter(name__startswith="agency:", page_permissions__page=page_id)
    agencies = {name.split(":")[1] for name in names.values_list("name", flat=True)}
    for agency in Agency.objects.filter(pk__in=agencies):
        sync_agency(agency=agency)


def refresh_groups() -> None:
    """Update every existing group to what its role may do today, after an upgrade or a reorganisation of agencies."""
    names = set(Group.objects.filter(name__startswith="role:").values_list("name", flat=True))
    for role in roles_with_admin_access():
        if ROLE_GROUP.format(role=role) in names:
            role_group(role)
        if PROVINCE_GROUP.format(role=role) in names:
            provincial_group(role)
    refresh_page_groups()


def refresh_page_groups() -> None:
    """Update the page permissions of every existing group, after a page was created that several agencies edit."""
    held = set(Group.objects.filter(name__startswith="agency:").values_list("name", flat=True))
    for agency in Agency.objects.filter(pk__in={name.split(":")[1] for name in held}):
        for role in roles_with_pages():
            for below in _reaches_of(role):
                if _page_group_name(agency.pk, role, below=below) in held:
                    agency_group(agency, role, below=below)


def _set_page_permissions(group: Group, granted: set[tuple[int, str]]) -> None:
    rows = _permission_rows({name for _page_id, name in granted}).select_related("content_type")
    keys = {f"{row.content_type.app_label}.{row.codename}": row.pk for row in rows}
    wanted = {(page_id, keys[name]) for page_id, name in granted}
    held = {
        (row.page_id, row.permission_id): row.pk for row in GroupPagePermission.objects.filter(group=group)
    }
    GroupPagePermission.objects.filter(pk__in=[pk for key, pk in held.items() if key not in wanted]).delete()
    GroupPagePermission.objects.bulk_create(
        GroupPagePermission(group=group, page_id=page_id, permission_id=permission_id)
        for page_id, permission_id in wanted - held.keys()
    )
