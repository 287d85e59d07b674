"""Accounts and groups in the Wagtail admin. Only superusers make superusers and edit groups.

Wagtail lets anyone with permission to add or change users make themselves superuser (docs/facts.md#wagtail). Here only
superusers create or change one, add people to groups by hand or change the permissions of a group; all other
permissions come from memberships (``accounts.services.groups``). Which accounts a person manages is decided by
``accounts.selectors.accounts_manageable_by`` alone. For bulk actions see ``core.wagtail.overrides``.
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.messages import button
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.groups import GroupViewSet
from wagtail.users.views.users import (
    CreateView,
    DeleteView,
    EditView,
    HistoryView,
    IndexView,
    UserViewSet,
)

from accounts.models import User
from accounts.policies import AccountPolicy
from accounts.selectors import accounts_manageable_by
from accounts.services.email_addresses import report_email_change
from accounts.services.invitations import invite
from accounts.services.lifecycle import reopen
from accounts.step_up import FreshProofMixin, ask_for_proof, is_fresh
from core.errors import InvalidInput
from core.wagtail.dependants import KeptObjectMixin
from core.wagtail.object_policy import ObjectListMixin, ObjectPermissionMixin, ObjectUsageView

FIELDS: Final = frozenset({"username", "email", "full_name", "phone", "is_superuser", "groups"})
SUPERUSER_FIELDS: Final = ("is_superuser", "groups")


class PortalUserCreationForm(UserCreationForm):
    """A new account, with one field for the full name."""

    first_name = None
    last_name = None

    changed_by: User

    class Meta(UserCreationForm.Meta):
        model = User
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True
        self.fields["email"].help_text = _("The link for setting a password is sent here.")

    def save(self, commit: bool = True) -> User:
        """Save without a password, and invite the person to set one."""
        self.instance.set_unusable_password()
        with transaction.atomic():
            user: User = super().save(commit=commit)
            invite(user=user, by=self.changed_by)
        return user


class PortalUserEditForm(UserEditForm):
    """An existing account, with one field for the full name; nobody can set another person's password."""

    first_name = None
    last_name = None

    changed_by: User

    class Meta(UserEditForm.Meta):
        model = User
        fields = FIELDS | {"is_active"}

    def save(self, commit: bool = True) -> User:
        """Save; report a new email address; a reopened account counts as used from now on."""
        former = User.objects.values_list("email", flat=True).get(pk=self.instance.pk)
        user: User = super().save(commit=commit)
        if user.email != former:
            report_email_change(user=user, former=former, by=self.changed_by)
        if "is_active" in self.changed_data and user.is_active:
            reopen(user=user, by=None)
        return user


class SuperuserFieldsMixin:
    """Ignore the superuser fields unless a superuser submits them."""

    request: HttpRequest

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)  # type: ignore[misc]
        form.changed_by = self.request.user
        if form.instance.pk == self.request.user.pk:
            form.fields["email"].disabled = True
            form.fields["email"].help_text = _("You change your own address under “My account”.")
        if not self.request.user.is_superuser:
            for name in SUPERUSER_FIELDS:
                if name in form.fields:
                    form.fields[name].disabled = True
        return form


class PortalIndexView(ObjectListMixin, IndexView):
    """The accounts that the user manages; bulk actions are for superusers (``core.wagtail.overrides``)."""

    @cached_property
    def columns(self) -> list[Any]:
        """Show the checkboxes of the bulk actions to superusers only."""
        columns: list[Any] = super().columns
        return columns if self.request.user.is_superuser else columns[1:]


class PortalCreateView(FreshProofMixin, SuperuserFieldsMixin, CreateView):
    """Add an account; its roles are assigned afterwards."""

    def get_success_buttons(self) -> list[Any]:
        """Offer to assign the first role."""
        buttons: list[Any] = super().get_success_buttons()
        return [*buttons, button(reverse("memberships:add"), gettext("Assign a role"))]


class PortalEditView(FreshProofMixin, ObjectPermissionMixin, SuperuserFieldsMixin, EditView):
    """Change an account that the user manages; a new password would let them sign in as that person."""


@require_POST
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send another password link; links sent before no longer work."""
    user = get_object_or_404(accounts_manageable_by(request.user), pk=pk)  # type: ignore[arg-type]
    if not is_fresh(request):
        return ask_for_proof(request)
    try:
        invite(user=user, by=request.user)  # type: ignore[arg-type]
    except InvalidInput as error:
        messages.error(request, error.message)
    else:
        messages.success(request, gettext("The link was sent to %(email)s.") % {"email": user.email})
    return redirect("wagtailusers_users:edit", pk)


class PortalDeleteView(KeptObjectMixin, ObjectPermissionMixin, DeleteView):
    """Delete an account."""

    required_action = "delete"


class PortalHistoryView(ObjectPermissionMixin, HistoryView):
    """The changes of an account."""


class PortalUserViewSet(UserViewSet):
    """Wagtail's user pages with object permissions."""

    index_view_class = PortalIndexView
    add_view_class = PortalCreateView
    edit_view_class = PortalEditView
    delete_view_class = PortalDeleteView
    history_view_class = PortalHistoryView
    usage_view_class = ObjectUsageView
    copy_view_enabled = False

    @cached_property
    def permission_policy(self) -> AccountPolicy:
        """Return the policy used by all pages of the view set."""
        return AccountPolicy(self.model)

    def get_form_class(self, for_update: bool = False) -> type[Any]:
        return PortalUserEditForm if for_update else PortalUserCreationForm


class SuperuserPolicy(ModelPermissionPolicy):
    """Only superusers: with a group, a person could give themselves any permission."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return True if ``user`` is an active superuser."""
        return bool(user.is_active and user.is_superuser)


class PortalGroupViewSet(GroupViewSet):
    """Wagtail's group pages, for superusers."""

    @cached_property
    def permission_policy(self) -> SuperuserPolicy:
        """Return the policy used by all pages of the view set."""
        return SuperuserPolicy(self.model)
