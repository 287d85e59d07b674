"""Close what FACTS found: who may add or change users could make themselves superuser.

Only a superuser makes one, touches one, puts people into groups by hand, or changes what a group may do; rights of
everybody else come from memberships (accounts.services.groups). Bulk actions on accounts: ``core.admin_walls``.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import cached_property
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.users.views.groups import GroupViewSet
from wagtail.users.views.users import CreateView, DeleteView, EditView, UserViewSet

from accounts.users_admin.forms import PortalUserCreationForm, PortalUserEditForm

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


class SuperusersApart:
    """A superuser's account is changed and deleted by a superuser only: a new password would be a way in."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.object.is_superuser and not request.user.is_superuser:  # type: ignore[attr-defined]
            raise PermissionDenied
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


class PortalCreateView(ReservedFields, CreateView):
    """Add an account."""


class PortalEditView(SuperusersApart, ReservedFields, EditView):
    """Change an account."""


class PortalDeleteView(SuperusersApart, DeleteView):
    """Delete an account."""


class PortalUserViewSet(UserViewSet):
    """Wagtail's user pages."""

    add_view_class = PortalCreateView
    edit_view_class = PortalEditView
    delete_view_class = PortalDeleteView

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
