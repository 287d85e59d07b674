"""Change the mail address of an account; the former address is told."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import Membership, User
from accounts.selectors import memberships_of
from accounts.services.notices import notify
from core.errors import InvalidInput
from core.text import clean

EMAIL_CHANGED: Final = "accounts.email_changed"


@transaction.atomic
def change_email(*, user: User, email: str, by: User) -> User:
    """Store a new mail address and tell both; ``InvalidInput`` if it is none or belongs to another account."""
    address = clean(email).lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInput(_("Enter a valid email address."), fields={"email": error.messages[0]}) from error
    if address == user.email:
        return user
    if User.objects.filter(email__iexact=address).exclude(pk=user.pk).exists():
        message = _("Another account has this mail address.")
        raise InvalidInput(message, fields={"email": message})
    former, user.email = user.email, address
    user.save(update_fields=["email"])
    report_email_change(user=user, former=former, by=by)
    return user


def report_email_change(*, user: User, former: str, by: User) -> None:
    """Log a change of the mail address, and tell the former one and the new one.

    With the address comes a new password, so the heads of the person's agencies hear when somebody else changed it.
    """
    log(instance=user, action=EMAIL_CHANGED, user=by)
    moment = timezone.now().isoformat()
    facts = {"username": user.username, "by": str(by), "new": user.email}
    for address in filter(None, (former, user.email)):
        notify(user, "email_changed", key=f"{moment}:{address == former}", to=address, **facts)
    if by != user:
        for head in _heads_of(user) - {user, by}:
            notify(head, "email_changed", key=f"{user.pk}:{moment}", **facts)


def _heads_of(user: User) -> set[User]:
    agencies = memberships_of(user).order_by().values("agency")
    heads = Membership.objects.filter(agency__in=agencies, role=Membership.Role.HEAD)
    return set(User.objects.filter(is_active=True, memberships__in=heads.valid_on(timezone.localdate())))
