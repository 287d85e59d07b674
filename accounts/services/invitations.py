"""Accounts by invitation: the creator of an account never knows its password (security of NĐ 331/2026).

The owner sets it through a one-time link. The link is created when the mail is sent, so that it is never stored in a
queue.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from accounts.selectors import accounts_manageable_by
from core import one_time_links
from core.errors import InvalidInput, NotAllowed
from core.one_time_links import register_purpose
from core.outbox import enqueue

INVITATION_MAIL: Final = "accounts.invitation"
INVITED: Final = "accounts.invited"
PASSWORD_SET: Final = "accounts.password_set"  # noqa: S105 - the name of a log action
LIFETIME: Final = timedelta(days=3)
INVITATION: Final = register_purpose("accounts.invitation", lifetime=LIFETIME)


@transaction.atomic
def invite(*, user: User, by: User) -> None:
    """Mail ``user`` a link to set a password; links sent before no longer work.

    ``NotAllowed`` if ``by`` does not manage the account, ``InvalidInput`` if it is closed or has no email address.
    """
    if not accounts_manageable_by(by).filter(pk=user.pk).exists():
        raise NotAllowed(_("You do not manage this account."))
    if not user.is_active or not user.email:
        raise InvalidInput(_("An invitation needs an open account with an email address."))
    one_time_links.revoke_links(purpose=INVITATION, subject=str(user.pk))
    log(instance=user, action=INVITED, user=by)
    enqueue(
        kind=INVITATION_MAIL,
        key=f"{INVITATION_MAIL}:{user.pk}:{timezone.now().isoformat()}",
        payload={"user": user.pk, "by": str(by)},
    )


def invited_user(token: str) -> User | None:
    """Return the open account whose password ``token`` can still set, otherwise None."""
    subject = one_time_links.pending_subject(purpose=INVITATION, token=token)
    return None if subject is None else User.objects.filter(pk=subject, is_active=True).first()


@transaction.atomic
def accept(*, token: str, password: str) -> User:
    """Spend the link and set the password; ``NotAllowed`` if the link or the account is no longer open."""
    user = User.objects.select_for_update(of=("self",)).get(
        pk=one_time_links.use_link(purpose=INVITATION, token=token)
    )
    if not user.is_active:
        raise NotAllowed
    user.set_password(password)
    user.save(update_fields=["password"])
    log(instance=user, action=PASSWORD_SET, user=user)
    return user
