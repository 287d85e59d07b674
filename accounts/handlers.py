"""Outbox handlers of the mails to staff."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext, override

from accounts.models import User
from accounts.services import email_addresses, invitations
from accounts.services.notices import NOTICE_MAIL, SUBJECTS, absolute_url
from core import mail, one_time_links
from core.outbox import handler


@handler(NOTICE_MAIL, attempts=mail.ATTEMPTS)
def send_notice(payload: dict[str, Any]) -> None:
    """Send one notice, unless the account has been deleted in the meantime."""
    user = User.objects.filter(pk=payload["user"]).first()
    if user is None or not (payload["to"] or user.email):
        return
    with override("vi"):
        context = {
            "user": user,
            "sign_in_url": absolute_url("accounts:login"),
            "account_url": absolute_url("accounts:account"),
            **payload["facts"],
        }
        text = render_to_string(f"accounts/mail/{payload['notice']}.txt", context)
        mail.send(to=[payload["to"] or user.email], subject=str(SUBJECTS[payload["notice"]]), text=text)


@handler(invitations.INVITATION_MAIL, attempts=mail.ATTEMPTS)
def send_invitation(payload: dict[str, Any]) -> None:
    """Send a new password link, unless the account has been closed in the meantime."""
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    if user is None or not user.email:
        return
    token = one_time_links.issue_link(purpose=invitations.INVITATION, subject=str(user.pk))
    with override("vi"):
        context = {"user": user, "by": payload["by"], "url": absolute_url("accounts:invitation", token)}
        context["days"] = invitations.LIFETIME.days
        text = render_to_string("accounts/mail/invitation.txt", context)
        mail.send(to=[user.email], subject=gettext("Set the password of your account"), text=text)


@handler(email_addresses.EMAIL_LINK_MAIL, attempts=mail.ATTEMPTS)
def send_email_link(payload: dict[str, Any]) -> None:
    """Send the link that confirms a new email address.

    Nothing if the request was cancelled or replaced in the meantime.
    """
    user = User.objects.filter(pk=payload["user"], is_active=True).first()
    if user is None or email_addresses.pending_email(user) != payload["email"]:
        return
    token = one_time_links.issue_link(purpose=email_addresses.NEW_EMAIL, subject=str(user.pk))
    with override("vi"):
        context = {"user": user, "url": absolute_url("accounts:confirm_email", token)}
        context["hours"] = int(email_addresses.LIFETIME.total_seconds() // 3600)
        text = render_to_string("accounts/mail/email_link.txt", context)
        mail.send(to=[payload["email"]], subject=gettext("Confirm your new email address"), text=text)
