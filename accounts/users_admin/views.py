"""Close what FACTS found: who may add or change users could make themselves superuser.

Only a superuser makes one, touches one, puts people into groups by hand, or changes what a group may do; rights of
everybody else come from memberships (accounts.services.groups). Whose account a person keeps is decided by
``accounts.selectors.accounts_kept_by``, whatever permission the person holds. Bulk actions on
accounts: ``core.admin_walls``.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import cached_property
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.users.views.groups import GroupViewSet
from wagtail.users.views.users import (
    CreateView,
    DeleteView,
    EditView,
    HistoryView,
    IndexView,
    UserViewSet,
)

from accounts.policies import AccountPolicy
from accounts.users_admin.forms import PortalUserCreationForm, PortalUserEditForm
from core.admin_rows import OwnRow, OwnRows, RowUsageView

RESERVED = ("is_superuser", "groups")


class ReservedFields:
    """For anybody but a superuser the reserved fields keep their value whatever is sent."""

    request: HttpRequest

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)  # type: ignore[misc]
        if not self.request.user.is_superuser:
            for name in RESERVED:
                if name in form.fields:
                    form.fields[name].disabled = True
        return form


class PortalIndexView(OwnRows, IndexView):
    """The accounts that the person keeps; bulk actions are the superuser's (``core.admin_walls``)."""

    @cached_property
    def columns(self) -> list[Any]:
        """Offer no box to tick where nothing can be done with it."""
        columns: list[Any] = super().columns
        return columns if self.request.user.is_superuser else columns[1:]


class PortalCreateView(ReservedFields, CreateView):
    """Add an account."""


class PortalEditView(OwnRow, ReservedFields, EditView):
    """Change an account: a new password would be a way in, so it must be one that the person keeps."""


class PortalDeleteView(OwnRow, DeleteView):
    """Delete an account."""

    row_action = "delete"


class PortalHistoryView(OwnRow, HistoryView):
    """Who changed an account."""


class PortalUserViewSet(UserViewSet):
    """Wagtail's user pages."""

    index_view_class = PortalIndexView
    add_view_class = PortalCreateView
    edit_view_class = PortalEditView
    delete_view_class = PortalDeleteView
    history_view_class = PortalHistoryView
    usage_view_class = RowUsageView
    copy_view_enabled = False

    @cached_property
    def permission_policy(self) -> AccountPolicy:
        """Return the policy that all pages of the set ask."""
        return AccountPolicy(self.model)

    def get_form_class(self, for_update: bool = False) -> type[Any]:
        return PortalUserEditForm if for_update else PortalUserCreationForm


class SuperuserPolicy(ModelPermissionPolicy):
    """Whoever may change a group may give it, and so themselves, every right: that is for superusers."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Say whether ``user`` is a superuser, whatever ``action`` is."""
        return bool(user.is_active and user.is_superuser)


class PortalGroupViewSet(GroupViewSet):
    """Wagtail's group pages."""

    @cached_property
    def permission_policy(self) -> SuperuserPolicy:
        """Return the policy that all pages of the set ask."""
        return SuperuserPolicy(self.model)
