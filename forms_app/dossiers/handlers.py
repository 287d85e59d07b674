"""Outbox handlers of the mails to citizens, written from the rows at the time of sending.

They are in the language in which the dossier was submitted; what officers and citizens wrote stays as it is.
"""

from __future__ import annotations

import logging
import re
from datetime import datetime
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import mail, one_time_links
from core.display import money_text
from core.outbox import handler
from core.web.throttle import Throttle
from forms_app.dossiers.links import lookup_url, public_url
from forms_app.dossiers.models import Attachment, Dossier, DossierEvent
from forms_app.dossiers.models.dossiers import DossierQuerySet
from forms_app.dossiers.selectors.dossiers import postal_order_of
from forms_app.dossiers.services.actions import CITIZEN_MAIL
from forms_app.dossiers.services.filing import receipt_for
from forms_app.dossiers.services.scans import REFUSED_FILE_MAIL
from forms_app.dossiers.services.secrets import CONFIRM_EMAIL, NEW_KEY, NEW_KEY_MAIL
from forms_app.dossiers.status_texts import (
    event_text,
    former_tracking_number,
    gives_reason,
    is_correction,
    note_of,
)
from forms_app.dossiers.transitions import RUNNING_STATUSES, Action

logger = logging.getLogger(__name__)

#: An applicant can enter another person's address. All mails to an address are counted; above the limit, those caused
#: by the applicant are left out until the address is confirmed. The receipt and "my dossier" say so.
MAILS_TO_ADDRESS: Final = Throttle("filing.mail", limit=20, seconds=24 * 3600)
#: Actions of citizens, as opposed to those of the agency, whose mails are always sent.
ACTS_OF_CITIZENS: Final = frozenset({Action.SUBMIT, Action.SUPPLY, Action.WITHDRAW})
MAX_NAME_LENGTH: Final = 60
_NAME: Final = re.compile(r"[^\W\d_]+(?:(?: |['’-]|\. )[^\W\d_]+)*")


def _mail_event_refused(payload: dict[str, Any], answer: str) -> None:
    _note_refusal(Dossier.objects.filter(events__pk=payload["event"]), answer)


def _new_key_refused(payload: dict[str, Any], answer: str) -> None:
    _note_refusal(Dossier.objects.filter(pk=payload["dossier"]), answer)


def _refused_file_refused(payload: dict[str, Any], answer: str) -> None:
    _note_refusal(Dossier.objects.filter(attachments__pk=payload["file"]), answer)


def _note_refusal(dossiers: DossierQuerySet, answer: str) -> None:
    """Note for the desk that the citizen cannot be reached by mail; the next delivered mail removes the note."""
    found = list(dossiers.values_list("pk", flat=True))
    Dossier.objects.filter(pk__in=found).update(email_refused_at=timezone.now(), email_refusal=answer[:40])


@handler(CITIZEN_MAIL, attempts=mail.ATTEMPTS, on_refusal=_mail_event_refused)
def mail_event(payload: dict[str, Any]) -> None:
    """Mail the citizen about one event; the mail of the submission carries the lookup key and the private link."""
    event = DossierEvent.objects.select_related("dossier__agency", "dossier__procedure_version").get(
        pk=payload["event"]
    )
    with override(event.dossier.language):
        if event.action == Action.REPLACE_KEY:
            _mail_citizen(
                event.dossier,
                _("%(code)s: a new lookup key was issued") % {"code": event.dossier.code},
                "key_replaced",
                {"event": event},
            )
        else:
            _mail_status(event)


def _mail_status(event: DossierEvent) -> None:
    dossier, texts = event.dossier, event_text(event)
    first = event.action == Action.SUBMIT
    if event.action in ACTS_OF_CITIZENS and _is_flooded(dossier):
        return
    receipt = receipt_for(dossier) if first else None
    token = receipt.token if receipt else ""
    confirmation = one_time_links.issue_link(purpose=CONFIRM_EMAIL, subject=str(dossier.pk)) if first else ""
    order = postal_order_of(dossier) if event.data.get("by_post") else None
    context = {
        "event": event,
        "texts": texts,
        "note": "" if event.action in ACTS_OF_CITIZENS and not event.actor_id else note_of(event),
        "note_is_reason": gives_reason(event),
        "due_at": _new_due_date(event),
        "late_since": dossier.late_since(event.at),
        "suspended_until": _moment(event.data.get("pause_ends_at")),
        "answer_by": _moment(event.data.get("answer_by")),
        "first": first,
        "being_corrected": dossier.is_result_being_corrected and not is_correction(event),
        "former_number": former_tracking_number(event) if event.action == Action.CORRECT_POST else "",
        "postal_order": order,
        "postage": money_text(order.postage) if order and order.postage is not None else "",
        "lookup_key": receipt.lookup_key if receipt else "",
        "private_url": public_url("tracking", token, language=dossier.language) if token else "",
        "confirmation_url": (
            public_url("confirm-email", confirmation, language=dossier.language) if confirmation else ""
        ),
    }
    _mail_citizen(
        dossier, _("%(code)s: %(status)s") % {"code": dossier.code, "status": texts.name}, "notice", context
    )


@handler(NEW_KEY_MAIL, attempts=mail.ATTEMPTS, on_refusal=_new_key_refused)
def mail_new_key_link(payload: dict[str, Any]) -> None:
    """Mail a link for a new key, unless an earlier one is still valid."""
    dossier = Dossier.objects.select_related("agency", "procedure_version").get(pk=payload["dossier"])
    subject = str(dossier.pk)
    if dossier.email_confirmed_at is None or one_time_links.is_pending(purpose=NEW_KEY, subject=subject):
        return
    token = one_time_links.issue_link(purpose=NEW_KEY, subject=subject)
    with override(dossier.language):
        title = _("%(code)s: link for a new lookup key") % {"code": dossier.code}
        address = public_url("new-key", token, language=dossier.language)
        _mail_citizen(dossier, title, "new_key", {"url": address, "lifetime": NEW_KEY.lifetime})


@handler(REFUSED_FILE_MAIL, attempts=mail.ATTEMPTS, on_refusal=_refused_file_refused)
def mail_refused_file(payload: dict[str, Any]) -> None:
    """Mail the citizen that a file of a dossier cannot be opened, unless it was scanned again with another verdict."""
    file = Attachment.objects.refused().filter(pk=payload["file"]).first()
    if file is None:
        return
    with_address = Dossier.objects.filed().filter(attachments=file).exclude(email="")
    dossier = with_address.select_related("agency", "procedure_version").first()
    if dossier is None or _is_flooded(dossier):
        return
    with override(dossier.language):
        title = _("%(code)s: a file cannot be opened") % {"code": dossier.code}
        _mail_citizen(dossier, title, "refused_file", {"file": file})


def _is_flooded(dossier: Dossier) -> bool:
    """Return True, and log it, if the address is not confirmed and too many mails have been sent to it today."""
    flooded = dossier.email_confirmed_at is None and MAILS_TO_ADDRESS.spent(mail.mailbox(dossier.email))
    if flooded:
        logger.warning(
            "a mail of dossier %s is left out: too many were sent to its address today", dossier.code
        )
    return flooded


def _mail_citizen(dossier: Dossier, subject: str, template: str, context: dict[str, Any]) -> None:
    shared = {
        "dossier": dossier,
        "name": salutation(dossier.applicant_name),
        "lookup_url": lookup_url(str(dossier.code), language=dossier.language),
        "lost_key_url": public_url("lost-key", language=dossier.language),
    }
    text = render_to_string(f"dossiers/mail/{template}.txt", {**shared, **context})
    mail.send(to=[dossier.email], subject=subject, text=text)
    MAILS_TO_ADDRESS.hit(mail.mailbox(dossier.email))
    if dossier.email_refused_at:
        Dossier.objects.filter(pk=dossier.pk).update(email_refused_at=None, email_refusal="")


def salutation(name: str) -> str:
    """Return ``name`` if it looks like the name of a person, otherwise an empty string.

    An applicant can enter another person's address: the name must not smuggle a message into a mail of the portal.
    """
    return name if len(name) <= MAX_NAME_LENGTH and _NAME.fullmatch(name) else ""


def _new_due_date(event: DossierEvent) -> datetime | None:
    """Return the due date that this event set or moved; None for a finished dossier."""
    return _moment(event.data.get("due_after")) if event.to_status in RUNNING_STATUSES else None


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
