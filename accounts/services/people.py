"""Accounts of people."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import InvalidInput
from core.text import clean


@transaction.atomic
def create_user(
    *, username: str, full_name: str, email: str = "", phone: str = "", password: str | None = None
) -> User:
    """Create an account without any right; rights come from memberships alone.

    Without ``password`` nobody can sign in until one is set. ``InvalidInput`` tells what is wrong by field.
    """
    user = User(
        username=clean(username), full_name=clean(full_name), email=clean(email).lower(), phone=clean(phone)
    )
    user.set_password(password)
    try:
        user.full_clean()
    except ValidationError as error:
        fields = {name: " ".join(messages) for name, messages in error.message_dict.items()}
        raise InvalidInput(_("The account cannot be created."), fields=fields) from error
    user.save()
    return user
