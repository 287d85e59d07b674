"""Outbox handler of the mails to staff."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import override

from accounts.models import User
from accounts.services.notices import KIND, SUBJECTS, address
from core import mail
from core.outbox import handler


@handler(KIND, attempts=mail.ATTEMPTS)
def send_notice(payload: dict[str, Any]) -> None:
    """Send one notice; nothing to an account that was deleted meanwhile."""
    user = User.objects.filter(pk=payload["user"]).first()
    if user is None or not (payload["to"] or user.email):
        return
    with override("vi"):
        context = {
            "user": user,
            "sign_in_url": address("accounts:login"),
            "account_url": address("accounts:account"),
            **payload["facts"],
        }
        text = render_to_string(f"accounts/mail/{payload['notice']}.txt", context)
        mail.send(to=[payload["to"] or user.email], subject=str(SUBJECTS[payload["notice"]]), text=text)
