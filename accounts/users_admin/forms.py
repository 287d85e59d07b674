"""The admin's user forms for a model with one name field."""

from __future__ import annotations

from wagtail.users.forms import UserCreationForm, UserEditForm

from accounts.models import User

FIELDS = {"username", "email", "full_name", "phone", "is_superuser", "groups"}


class PortalUserCreationForm(UserCreationForm):
    """A new account."""

    first_name = None
    last_name = None

    class Meta(UserCreationForm.Meta):
        model = User
        fields = FIELDS


class PortalUserEditForm(UserEditForm):
    """An account that is there."""

    first_name = None
    last_name = None

    class Meta(UserEditForm.Meta):
        model = User
        fields = FIELDS | {"is_active"}
