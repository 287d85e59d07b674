"""Mails to staff about their accounts: always in Vietnamese, sent through the outbox.

A service calls ``notify`` in the transaction of what it reports; ``accounts.handlers`` renders the mail from
``accounts/mail/<notice>.txt``.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.outbox import enqueue

NOTICE_MAIL: Final = "accounts.notice"
SUBJECTS: Final = {
    "closed_unused": _("Your account was closed because it was not used"),
    "reopened": _("Your account has been reopened"),
    "email_requested": _("A new email address was entered for your account"),
    "email_changed": _("The email address of an account has changed"),
    "new_device": _("Your account was used on a new device"),
    "factor_changed": _("Your two-step verification has changed"),
    "factor_reset": _("Two-step verification was reset"),
    "role_requested": _("A role is awaiting your confirmation"),
    "role_confirmed": _("A role was assigned"),
    "role_refused": _("A role was refused"),
    "review_due": _("Confirm the list of accounts and roles"),
}


def notify(user: User, notice: str, *, key: str, to: str = "", **facts: Any) -> bool:
    """Enqueue ``notice`` (of ``SUBJECTS``) to ``user``, or to the address ``to``; return False if there is no address.

    ``key`` names the event, so that it is reported once; ``facts`` are the values for the template and contain no
    secrets.
    """
    if not (to or user.email):
        return False
    payload = {"notice": notice, "user": user.pk, "to": to, "facts": facts}
    return enqueue(kind=NOTICE_MAIL, key=f"{NOTICE_MAIL}:{notice}:{user.pk}:{key}", payload=payload)


def absolute_url(name: str, *args: Any) -> str:
    """Return the URL of a view with scheme and host, for mails."""
    return f"{settings.WAGTAILADMIN_BASE_URL}{reverse(name, args=args)}"
