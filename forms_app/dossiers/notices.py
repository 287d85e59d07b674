"""Mails to the citizen about their dossier, always in Vietnamese; read from the rows when they are sent."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import mail
from core.outbox import handler
from forms_app.dossiers.models import DossierEvent
from forms_app.dossiers.services.filing import answer_for
from forms_app.dossiers.transitions import Action, Status
from forms_app.dossiers.words import CITIZEN

LONGEST_NAME: Final = 60
_NAME: Final = re.compile(r"[^\W\d_]+(?:(?: |['’-]|\. )[^\W\d_]+)*")
_RUNNING = {Status.ACCEPTED, Status.PROCESSING}


@handler("dossier.mail")
def deliver(payload: dict[str, Any]) -> None:
    """Tell the citizen of one event; the mail of the submission carries the second secret and the private link."""
    event = DossierEvent.objects.select_related("dossier__agency", "dossier__procedure_version").get(
        pk=payload["event"]
    )
    dossier, base = event.dossier, settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    with override("vi"):
        told = answer_for(dossier) if event.action == Action.SUBMIT else None
        words = CITIZEN[event.to_status]
        context = {
            "event": event,
            "dossier": dossier,
            "name": salutation(dossier.applicant_name),
            "words": words,
            "promised": _promised(event),
            "secret": told.secret if told else "",
            "private_url": base + reverse("dossiers:mine", args=[told.token]) if told and told.token else "",
            "lookup_url": f"{base}{reverse('dossiers:lookup')}?ma={dossier.code}",
        }
        subject = _("%(code)s: %(status)s") % {"code": dossier.code, "status": words.name}
        mail.send(
            to=[dossier.email], subject=subject, text=render_to_string("dossiers/mail/notice.txt", context)
        )


def salutation(name: str) -> str:
    """Return ``name`` if it looks like one, else nothing.

    Anybody may file with the mail address of somebody else: what they call themselves must not become a message with a
    link in a mail of the portal.
    """
    return name if len(name) <= LONGEST_NAME and _NAME.fullmatch(name) else ""


def _promised(event: DossierEvent) -> datetime | None:
    """Return the moment that this event promised or moved the promise to; a finished dossier needs none."""
    moment = event.data.get("due_after")
    return datetime.fromisoformat(moment) if moment and event.to_status in _RUNNING else None
