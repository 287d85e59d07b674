"""Rights in the Wagtail admin follow from memberships: nobody edits groups by hand.

Two kinds of group. A *role group* (``role:editor``) opens the admin and holds the model permissions of a role. An
*agency group* (``agency:12:editor``) holds the page permissions on the trees of one agency, which the apps that own
the trees name through the hook ``agency_trees(agency)`` (a list of page ids). Page rights are so never wider than an
agency, and an editor sees no other agency's tree in the explorer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from accounts.models import Agency, Membership, User
from accounts.selectors import memberships_of
from core import hooks

Role = Membership.Role
ROLE_GROUP: Final = "role:{role}"
AGENCY_GROUP: Final = "agency:{agency}:{role}"

# Wagtail asks for the rights of its own models, also where a project brings others. Whoever may add media may change
# and delete their own, and nobody else's: no more is given here.
MEDIA: Final = ("add_image", "choose_image", "add_document", "choose_document")
CATALOGUE: Final = (
    "add_publicationdecision", "change_publicationdecision", "view_publicationdecision",
    "add_formtemplate", "change_formtemplate", "view_formtemplate",
    "add_field", "change_field", "view_field", "view_procedure",
)  # fmt: skip
# Who works in the Wagtail admin, with the model permissions by code name, and what they may do to their pages.
MODEL_RIGHTS: Final[dict[str, tuple[str, ...]]] = {
    Role.EDITOR: ("access_admin", "submit_translation", *MEDIA),
    Role.COMMUNICATION: ("access_admin", "submit_translation", *MEDIA, "add_alert", "change_alert", "view_alert"),
    Role.CATALOGUE: (
        "access_admin", *MEDIA, *CATALOGUE, "add_holiday", "change_holiday", "view_holiday",
        "add_formdefinition", "change_formdefinition", "view_formdefinition",
        "add_filingchannel", "change_filingchannel", "add_deadlinesetting", "change_deadlinesetting",
        "add_retentionsetting", "change_retentionsetting",
        "add_lexiconentry", "change_lexiconentry", "delete_lexiconentry",
    ),
    Role.OPERATOR: ("access_admin",),
}  # fmt: skip
PAGE_RIGHTS: Final[dict[str, tuple[str, ...]]] = {
    Role.EDITOR: ("add_page", "change_page", "publish_page"),
    Role.COMMUNICATION: ("add_page", "change_page", "publish_page"),
    Role.CATALOGUE: ("add_page", "change_page", "publish_page", "bulk_delete_page"),
}


@transaction.atomic
def sync_groups(*, user: User) -> None:
    """Put ``user`` into exactly the groups of the memberships in force; groups made by hand are left alone."""
    wanted: set[Group] = set()
    for membership in memberships_of(user):
        if membership.role in MODEL_RIGHTS:
            wanted.add(role_group(membership.role))
        if membership.role in PAGE_RIGHTS:
            wanted.add(agency_group(membership.agency, membership.role))
    held = set(user.groups.filter(name__startswith="role:") | user.groups.filter(name__startswith="agency:"))
    user.groups.remove(*(held - wanted))
    user.groups.add(*(wanted - held))


def sync_dated_rights() -> int:
    """Bring the groups of everybody up to date whose memberships began or ended by date; returns how many changed.

    ``grant`` and ``revoke`` act at once; this is for the days in between, and for accounts that were closed.
    """
    wanted: dict[int, set[str]] = {}
    running = Membership.objects.valid_on(timezone.localdate()).filter(user__is_active=True)
    for user_id, agency, role in running.values_list("user_id", "agency_id", "role"):
        names = {ROLE_GROUP.format(role=role)} if role in MODEL_RIGHTS else set()
        names |= {AGENCY_GROUP.format(agency=agency, role=role)} if role in PAGE_RIGHTS else set()
        wanted.setdefault(user_id, set()).update(names)
    held: dict[int, set[str]] = {}
    ours = Q(groups__name__startswith="role:") | Q(groups__name__startswith="agency:")
    for user_id, name in User.objects.filter(ours).values_list("pk", "groups__name"):
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
    group.permissions.set(Permission.objects.filter(codename__in=MODEL_RIGHTS[role]))
    _set_media_rights(group, set(MEDIA).intersection(MODEL_RIGHTS[role]))
    return group


def _set_media_rights(group: Group, codenames: set[str]) -> None:
    """Wagtail asks for the rights on images and documents by collection; all lie below the first one."""
    root = Collection.get_first_root_node()
    for right in Permission.objects.filter(codename__in=codenames):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=right)


def agency_group(agency: Agency, role: str) -> Group:
    """Return the group of ``agency`` and ``role`` with the page permissions on the agency's trees."""
    group, _created = Group.objects.get_or_create(name=AGENCY_GROUP.format(agency=agency.pk, role=role))
    trees = {page_id for answer in hooks.call("agency_trees", agency) for page_id in answer}
    _set_page_rights(group, trees, PAGE_RIGHTS[role])
    return group


@transaction.atomic
def sync_agency(*, agency: Agency) -> None:
    """Bring the page permissions of ``agency`` up to date; an app that makes a tree for the agency calls this."""
    for role in PAGE_RIGHTS:
        if Group.objects.filter(name=AGENCY_GROUP.format(agency=agency.pk, role=role)).exists():
            agency_group(agency, role)


def _set_page_rights(group: Group, page_ids: Iterable[int], codenames: tuple[str, ...]) -> None:
    rights = Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=codenames)
    wanted = {(page_id, right.pk) for page_id in page_ids for right in rights}
    held = {
        (row.page_id, row.permission_id): row.pk for row in GroupPagePermission.objects.filter(group=group)
    }
    GroupPagePermission.objects.filter(pk__in=[pk for key, pk in held.items() if key not in wanted]).delete()
    GroupPagePermission.objects.bulk_create(
        GroupPagePermission(group=group, page_id=page_id, permission_id=permission_id)
        for page_id, permission_id in wanted - held.keys()
    )
