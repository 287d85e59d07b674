"""Close accounts that are not used, reopen them, and delete old sign-in logs (NĐ 331/2026)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from accounts.selectors import accounts_manageable_by, staff_accounts
from accounts.services.groups import sync_groups
from accounts.services.notices import notify
from core.errors import NotAllowed

logger = logging.getLogger(__name__)

FACTOR_RESET: Final = "accounts.factor_reset"
CLOSED_UNUSED: Final = "accounts.closed_unused"
REOPENED: Final = "accounts.reopened"


def unused_accounts(*, now: datetime) -> QuerySet[User]:
    """Return the open staff accounts that have not been used for ``ACCOUNT_UNUSED_DAYS``; none if that is 0.

    The time counts from the last sign-in, from the creation, or from when the account was last reopened.
    """
    since = now - timedelta(days=settings.ACCOUNT_UNUSED_DAYS)
    if not settings.ACCOUNT_UNUSED_DAYS:
        return User.objects.none()
    unused = Q(last_login__lt=since) | Q(last_login__isnull=True)
    reopened = Q(reopened_at__lt=since) | Q(reopened_at__isnull=True)
    return staff_accounts().filter(unused, reopened, is_active=True, date_joined__lt=since)


def close_unused(*, now: datetime | None = None) -> int:
    """Close unused accounts, log each closure and email the owner; return the number closed."""
    moment = now or timezone.now()
    candidates = list(unused_accounts(now=moment).order_by("pk").values_list("pk", flat=True))
    return sum(_close_if_unused(pk, moment) for pk in candidates)


@transaction.atomic
def _close_if_unused(pk: int, now: datetime) -> bool:
    """Close one account unless its owner has signed in meanwhile."""
    locked = User.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    user = unused_accounts(now=now).filter(pk=pk).first() if locked else None
    if user is None:
        return False
    user.is_active = False
    user.save(update_fields=["is_active"])
    sync_groups(user=user)
    log(instance=user, action=CLOSED_UNUSED, data={"days": settings.ACCOUNT_UNUSED_DAYS})
    notify(user, "closed_unused", key=f"{now:%Y%m%d}", days=settings.ACCOUNT_UNUSED_DAYS)
    return True


@transaction.atomic
def reopen(*, user: User, by: User | None, now: datetime | None = None) -> User:
    """Open a closed account again; ``by=None`` is a command. ``NotAllowed`` if ``by`` does not manage the account."""
    if by is not None and not accounts_manageable_by(by).filter(pk=user.pk).exists():
        raise NotAllowed(_("You do not manage this account."))
    moment = now or timezone.now()
    user.is_active, user.reopened_at = True, moment
    user.save(update_fields=["is_active", "reopened_at"])
    sync_groups(user=user)
    log(instance=user, action=REOPENED, user=by)
    notify(user, "reopened", key=moment.isoformat())
    return user


@transaction.atomic
def reset_second_factor(*, user: User, reason: str) -> int:
    """Remove every factor and the recovery codes of ``user``, on the server only; return the number of factors.

    It is logged with ``reason``; the person and all superusers are notified.
    """
    factors = Authenticator.objects.filter(user=user)
    number = factors.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    factors.delete()
    log(instance=user, action=FACTOR_RESET, data={"reason": reason})
    logger.warning("second factor of the account %s was reset by a command: %s", user.pk, reason)
    moment = timezone.now().isoformat()
    notified = User.objects.filter(Q(is_superuser=True, is_active=True) | Q(pk=user.pk))
    for person in notified:
        notify(person, "factor_reset", key=f"{user.pk}:{moment}", username=user.username, reason=reason)
    return number


def delete_expired_sign_ins(*, now: datetime | None = None) -> int:
    """Delete sign-ins and failed attempts older than ``SIGN_IN_LOG_KEEP_DAYS``; return their number."""
    before = (now or timezone.now()) - timedelta(days=settings.SIGN_IN_LOG_KEEP_DAYS)
    models = (AccessLog, AccessFailureLog, AccessAttempt)
    return sum(model.objects.filter(attempt_time__lt=before).delete()[0] for model in models)
