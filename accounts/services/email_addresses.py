"""Change the email address of an account: one's own through a link sent to the new one; the former is notified."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
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
from core import one_time_links
from core.errors import InvalidInput, NotAllowed
from core.one_time_links import register_purpose
from core.outbox import enqueue
from core.text import clean

EMAIL_CHANGED: Final = "accounts.email_changed"
EMAIL_REQUESTED: Final = "accounts.email_requested"
EMAIL_CANCELLED: Final = "accounts.email_cancelled"
#: The outbox message that sends the link.
EMAIL_LINK_MAIL: Final = "accounts.email_link"
LIFETIME: Final = timedelta(hours=24)
NEW_EMAIL: Final = register_purpose("accounts.email", lifetime=LIFETIME)


@transaction.atomic
def request_email_change(*, user: User, email: str, now: datetime | None = None) -> str:
    """Mail a link to the address that ``user`` wants, notify the current address, and return the new one.

    Nothing changes before the link is used; an earlier request is replaced. ``InvalidInput`` if it is not an address,
    is the current one, or belongs to another account.
    """
    moment, address = now or timezone.now(), _checked(user, email)
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    one_time_links.revoke_links(purpose=NEW_EMAIL, subject=str(user.pk))
    locked.pending_email, locked.pending_email_at = address, moment
    locked.save(update_fields=["pending_email", "pending_email_at"])
    log(instance=locked, action=EMAIL_REQUESTED, user=user)
    key = f"{user.pk}:{secrets.token_hex(8)}"
    enqueue(kind=EMAIL_LINK_MAIL, key=f"{EMAIL_LINK_MAIL}:{key}", payload={"user": user.pk, "email": address})
    notify(locked, "email_requested", key=key, new=address, username=user.username)
    return address


def _checked(user: User, email: str) -> str:
    address = clean(email).lower()
    message = ""
    try:
        validate_email(address)
    except ValidationError as error:
        raise InvalidInput(_("Enter a valid email address."), fields={"email": error.messages[0]}) from error
    if address == user.email.lower():
        message = _("This is already your email address.")
    elif User.objects.filter(email__iexact=address).exclude(pk=user.pk).exists():
        message = _("Another account has this email address.")
    if message:
        raise InvalidInput(message, fields={"email": message})
    return address


def pending_email(user: User, *, now: datetime | None = None) -> str:
    """Return the address that is waiting for confirmation; empty if there is none or it has expired."""
    is_open = user.pending_email_at and user.pending_email_at + LIFETIME > (now or timezone.now())
    return user.pending_email if is_open else ""


def email_of_link(*, user: User, token: str) -> str:
    """Return the address that ``token`` confirms for ``user``.

    Empty if the link belongs to another person, is spent or has expired.
    """
    subject = one_time_links.pending_subject(purpose=NEW_EMAIL, token=token)
    return pending_email(user) if subject == str(user.pk) else ""


@transaction.atomic
def confirm_email(*, user: User, token: str) -> User:
    """Spend the link and give ``user`` the new address; both addresses are notified.

    ``NotAllowed`` for a link that can no longer be used or belongs to another person, ``InvalidInput`` if another
    account has taken the address in the meantime.
    """
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not email_of_link(user=locked, token=token):
        raise NotAllowed
    address = _checked(locked, locked.pending_email)
    one_time_links.use_link(purpose=NEW_EMAIL, token=token)
    former, locked.email = locked.email, address
    _forget(locked, "email")
    report_email_change(user=locked, former=former, by=user)
    return locked


@transaction.atomic
def cancel_email_change(*, user: User) -> bool:
    """Cancel the request of ``user`` and its link; return False if there was none."""
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not locked.pending_email:
        return False
    one_time_links.revoke_links(purpose=NEW_EMAIL, subject=str(user.pk))
    _forget(locked)
    log(instance=locked, action=EMAIL_CANCELLED, user=user)
    return True


def delete_expired_requests(*, now: datetime | None = None) -> int:
    """Delete addresses that were not confirmed in time; return their number."""
    before = (now or timezone.now()) - LIFETIME
    return User.objects.filter(pending_email_at__lt=before).update(pending_email="", pending_email_at=None)


def _forget(user: User, *more: str) -> None:
    user.pending_email, user.pending_email_at = "", None
    user.save(update_fields=["pending_email", "pending_email_at", *more])


def report_email_change(*, user: User, former: str, by: User) -> None:
    """Log a change of the email address, and notify the former one and the new one.

    A password can be reset through the address, so the heads of the person's agencies are notified if someone else
    changed it.
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
