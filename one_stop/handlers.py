"""Outbox handlers of the desk: mails to officers about dossiers assigned to them or taken from them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from core import mail
from core.outbox import handler
from forms_app.dossiers.models import DossierEvent
from one_stop.services import ASSIGNMENT_MAIL


@handler(ASSIGNMENT_MAIL, attempts=mail.ATTEMPTS)
def mail_assignment(payload: dict[str, Any]) -> None:
    """Mail an officer that a dossier is now assigned to them or to a colleague; the applicant is not named."""
    person = User.objects.filter(pk=payload["user"], is_active=True).exclude(email="").first()
    if person is None:
        return
    event = DossierEvent.objects.select_related("dossier__procedure_version").get(pk=payload["event"])
    code, gained = event.dossier.code, event.data["assigned_to"] == person.pk
    with override("vi"):
        subject = _("%(code)s: assigned to you") if gained else _("%(code)s: assigned to a colleague")
        address = reverse("one_stop:dossier", args=[code])
        text = render_to_string(
            "one_stop/mail/assignment.txt",
            {
                "person": person,
                "event": event,
                "gained": gained,
                "url": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + address,
            },
        )
        mail.send(to=[person.email], subject=subject % {"code": code}, text=text)
