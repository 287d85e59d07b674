"""What each role may do. Higher apps register it here, so that accounts does not refer to their models.

``<app>/permissions.py`` declares the permissions on the app's own models, as ``app_label.codename``, and those on pages
together with the pages of an agency to which they apply. ``accounts.services.groups`` turns both into groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.apps import apps
from django.contrib.auth import get_permission_codename
from django.core.checks import CheckMessage, Error, register

from accounts.models import Agency, Membership, User

Role = Membership.Role
PagesOf = Callable[[Agency], Iterable[int]]
LandingPage = Callable[[User], str | None]

ADMIN_ACCESS: Final = "wagtailadmin.access_admin"
# Wagtail checks the permissions of its own image and document models, also when a project replaces them. With the
# permission to add, a person may also change and delete what they added.
MEDIA_PERMISSIONS: Final = (
    "wagtailimages.add_image", "wagtailimages.choose_image", "wagtaildocs.add_document", "wagtaildocs.choose_document",
)  # fmt: skip
# Created by a migration of its app rather than the ``Meta`` of a model.
MIGRATED_PERMISSIONS: Final = frozenset({"wagtail_localize.submit_translation"})


@dataclass(frozen=True, slots=True)
class PageGrant:
    """Permissions on the pages that ``pages`` returns for an agency (ids) and, with ``below``, on those below them."""

    permissions: frozenset[str]
    pages: PagesOf
    below: bool


@dataclass(frozen=True, slots=True)
class RolePermissions:
    """Permissions of one role, as ``app_label.codename``.

    ``provincial`` and ``collections`` (on every collection) are for holders in the provincial committee only.
    """

    models: set[str] = field(default_factory=set)
    provincial: set[str] = field(default_factory=set)
    collections: set[str] = field(default_factory=set)
    media: set[str] = field(default_factory=set)
    pages: list[PageGrant] = field(default_factory=list)

    def names(self) -> set[str]:
        """Return every permission that is granted anywhere."""
        on_pages = {name for grant in self.pages for name in grant.permissions}
        return self.models | self.provincial | self.collections | self.media | on_pages


_permissions: Final[dict[str, RolePermissions]] = {}
_landing_pages: Final[list[tuple[int, LandingPage]]] = []


def permissions_of(role: str) -> RolePermissions:
    """Return what has been granted to ``role``; empty for a role without access to the admin."""
    return _permissions.get(role, RolePermissions())


def grant_permissions(role: str, *permissions: str, provincial: bool = False) -> None:
    """Grant ``role`` permissions on models, wherever its agency is or only in the provincial committee."""
    granted = _granted(role)
    (granted.provincial if provincial else granted.models).update(permissions)


def grant_media_permissions(role: str) -> None:
    """Let ``role`` add and choose images and documents."""
    _granted(role).media.update(MEDIA_PERMISSIONS)


def grant_collection_permissions(role: str, *permissions: str) -> None:
    """Grant ``role`` in the provincial committee permissions on every collection."""
    _granted(role).collections.update(permissions)


def grant_page_permissions(role: str, *permissions: str, pages: PagesOf, below: bool = True) -> None:
    """Grant ``role`` permissions on the pages (ids) that ``pages`` returns for its agency.

    Without ``below`` they do not extend to the pages below, which may belong to others.
    """
    _granted(role).pages.append(PageGrant(frozenset(permissions), pages, below))


def _granted(role: str) -> RolePermissions:
    return _permissions.setdefault(Role(role), RolePermissions())


def roles_with_admin_access() -> frozenset[str]:
    """Return the roles whose holders work in the Wagtail admin."""
    return frozenset(role for role, granted in _permissions.items() if ADMIN_ACCESS in granted.models)


def roles_with_pages() -> frozenset[str]:
    """Return the roles that have permissions on pages of their agency."""
    return frozenset(role for role, granted in _permissions.items() if granted.pages)


def page_permissions_of(role: str, agency: Agency, *, below: bool = True) -> set[tuple[int, str]]:
    """Return (page id, permission) for each page of ``agency`` on which ``role`` has a permission.

    ``below``: those that extend to the pages below, or those on the page alone.
    """
    return {
        (page_id, name)
        for grant in permissions_of(role).pages
        if grant.below is below
        for page_id in grant.pages(agency)
        for name in grant.permissions
    }


def register_landing_page(*, order: int) -> Callable[[LandingPage], LandingPage]:
    """Register a function that returns the page where a person starts after signing in, or None.

    The lowest ``order`` wins.
    """

    def add(function: LandingPage) -> LandingPage:
        _landing_pages.append((order, function))
        _landing_pages.sort(key=lambda entry: entry[0])
        return function

    return add


def landing_page_of(user: User) -> str | None:
    """Return the path of the page where ``user`` starts after signing in, or None for the front page."""
    return next((path for _order, function in _landing_pages if (path := function(user)) is not None), None)


@register
def check_permissions(**_kwargs: Any) -> list[CheckMessage]:
    """Return an error for each granted permission that no installed model declares."""
    granted = {(name, role) for role, permissions in _permissions.items() for name in permissions.names()}
    return [
        Error(
            f"{name}, granted to the role {role}, does not exist: "
            f"no model of the app {name.partition('.')[0]!r} has the permission {name.partition('.')[2]!r}",
            id="accounts.E001",
        )
        for name, role in sorted(granted)
        if name not in MIGRATED_PERMISSIONS and name not in _declared(name.partition(".")[0])
    ]


def _declared(app_label: str) -> set[str]:
    """Return the permissions that the models of an app declare; empty when the app is not installed."""
    models = apps.get_app_config(app_label).get_models() if app_label in apps.app_configs else ()
    return {
        f"{app_label}.{codename}"
        for model in models
        for codename in (
            *(get_permission_codename(action, model._meta) for action in model._meta.default_permissions),
            *(codename for codename, _name in model._meta.permissions),
        )
    }
