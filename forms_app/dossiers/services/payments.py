"""What is recorded of a payment, and what is taken back of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.display import date_text
from core.errors import InvalidInput
from core.text import clean
from core.worktime import TIME_ZONE
from forms_app.dossiers.codes import document_key
from forms_app.dossiers.models import Dossier, DossierEvent
from forms_app.dossiers.transitions import Action


@dataclass(frozen=True, slots=True)
class Payment:
    """Evidence that the citizen has paid: the number of the receipt or document, and the day of the payment.

    ``confirmed`` is the number that was confirmed although another dossier of the agency has it.
    """

    document: str
    paid_on: date
    confirmed: str = ""


def change_payment(
    dossier: Dossier, action: Action, payment: Payment | None, now: datetime
) -> dict[str, Any]:
    """Return what the event of ``action`` records of a payment; end the pause of ``dossier`` (not saved) with its day.

    Only ``PAYMENT_DONE`` and ``UNDO_PAYMENT`` record anything. ``InvalidInput``: the payment is missing, is recorded
    for this dossier already, was not made since the request (which shows that there was nothing to wait for), or is
    recorded for another dossier of the agency (field ``confirmed``) without being confirmed.
    """
    if action == Action.UNDO_PAYMENT:
        last = dossier.payments()[-1]
        return {name: last.data[name] for name in ("document", "paid_on") if name in last.data}
    if action != Action.PAYMENT_DONE:
        return {}
    document = clean(payment.document) if payment else ""
    key = document_key(document)
    if payment is None or not key:
        message = _("Enter the number of the receipt or of the document that shows the payment.")
        raise InvalidInput(message, fields={"document": message})
    first, last_day = timezone.localdate(dossier.paused_at or now), timezone.localdate(now)
    if not first <= payment.paid_on <= last_day:
        message = _(
            "Choose a day from %(first)s, the day of the request, to today. If the citizen had paid before, withdraw "
            "the payment request."
        ) % {"first": date_text(first)}
        raise InvalidInput(message, fields={"paid_on": message})
    if key in {document_key(str(former.data.get("document", ""))) for former in dossier.payments()}:
        message = _("This document is already recorded for an earlier payment of this dossier.")
        raise InvalidInput(message, fields={"document": message})
    if document_key(payment.confirmed) != key and (others := _others_with(dossier, key)):
        message = _(
            "“%(document)s” is already recorded as the payment of dossier %(codes)s. Compare the receipt. If it is "
            "also for this dossier, tick the box; otherwise correct the number."
        ) % {"document": document, "codes": ", ".join(others)}
        raise InvalidInput(message, fields={"confirmed": message})
    midnight = datetime.combine(payment.paid_on + timedelta(days=1), time(), tzinfo=TIME_ZONE)
    dossier.pause_ends_at = min(now, midnight)
    return {
        "document": document, "document_key": key, "paid_on": payment.paid_on.isoformat(),
        "pause_ended_at": dossier.pause_ends_at.isoformat(),
    }  # fmt: skip


def _others_with(dossier: Dossier, key: str) -> list[str]:
    """Return the codes of the agency's other dossiers whose payment has the document ``key``, if it was not taken back.

    One query, and one more for each dossier that has it.
    """
    recorded = DossierEvent.objects.filter(
        action=Action.PAYMENT_DONE, data__document_key=key, dossier__agency=dossier.agency_id
    )
    found = {
        event.dossier.code: event.dossier
        for event in recorded.exclude(dossier=dossier).select_related("dossier")
    }
    return [
        str(code)
        for code, other in sorted(found.items())
        if key in {payment.data.get("document_key") for payment in other.payments()}
    ]
