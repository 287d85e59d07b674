"""What an officer should know before an action; it is shown on the action's page, above the button.

``one_stop.actions`` names one of these functions for each action.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.display import datetime_text
from forms_app.builder.schema import RESULT_WAYS, FormSchema
from forms_app.dossiers import deadlines
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.models.postal import NUMBER_DAYS
from forms_app.dossiers.selectors.dossiers import has_begun, open_request
from forms_app.dossiers.transitions import UNDO_DAYS, Status

#: Returns the text for the officer, empty if there is nothing to say.
ActionWarning = Callable[[Dossier, User, datetime], str]


def nothing(dossier: Dossier, user: User, now: datetime) -> str:
    """Return no warning."""
    return ""


def refused_files(dossier: Dossier, user: User, now: datetime) -> str:
    """Warn that the receipt lists files that nobody can open."""
    names = [file.original_name for file in dossier.attachments.all() if file.is_refused]
    if not names:
        return ""
    text = _(
        "Nobody can open %(names)s, as the malware scan rejected it. The receipt marks it. Accept the dossier only if "
        "it is complete without it; otherwise request a supplement."
    )
    return text % {"names": ", ".join(f"“{name}”" for name in names)}


def fixed(text: str | Promise) -> ActionWarning:
    """Return a warning that is always ``text``.

    ``%(days)d`` is the number of working days in which the head can undo it.
    """
    return lambda dossier, user, now: str(text) % {"days": UNDO_DAYS}


def handing_over(text: str | Promise) -> ActionWarning:
    """Return the warning ``text``, preceded by what keeps the citizen from opening an electronic result."""

    def warning(dossier: Dossier, user: User, now: datetime) -> str:
        problem = result_problem(dossier, dossier.result_delivery)
        return " ".join(filter(None, (problem, fixed(text)(dossier, user, now))))

    return warning


def assigned(dossier: Dossier, user: User, now: datetime) -> str:
    """Warn that the dossier will be taken from a colleague."""
    if dossier.assigned_to is None or dossier.assigned_to == user:
        return ""
    text = _("The dossier is assigned to %(name)s, who will be notified that it has been reassigned.")
    return text % {"name": dossier.assigned_to.get_full_name()}


def unpaid(dossier: Dossier, user: User, now: datetime) -> str:
    """Warn that an unpaid dossier can only be finished as refused."""
    if dossier.status != Status.PAYMENT:
        return ""
    return _(
        "The payment is still outstanding, so the dossier can only be finished as refused. If the citizen "
        "does not "
        "have to pay, withdraw the payment request instead. Either way the time since the request counts as "
        "processing "
        "time."
    )


def without_fee(dossier: Dossier, user: User, now: datetime) -> str:
    """Warn that the procedure has no fee, or that it has been paid, so that another obligation must be named."""
    if dossier.owes_fee:
        return ""
    if dossier.is_correction:
        return _(
            "A wrong result is corrected at the agency's cost (article 23 of NĐ 118/2025). Ask for payment only if "
            "there is another obligation, and name its legal basis in the reason."
        )
    if dossier.was_paid:
        return _(
            "A payment is already recorded for this dossier. Ask for another one only if there is another "
            "obligation, "
            "and name its legal basis in the reason: processing time is paused until then."
        )
    return _(
        "This procedure has no fee for this way of filing. Ask for payment only if there is another "
        "financial "
        "obligation, such as a tax, and name its legal basis in the reason: processing time is paused until "
        "then."
    )


def late_receipt(dossier: Dossier, user: User, now: datetime) -> str:
    """Warn that a payment that is recorded late does not extend the time until its entry."""
    if dossier.paused_at is None or timezone.localdate(dossier.paused_at) == timezone.localdate(now):
        return ""
    if dossier.is_late_while_paused(now):
        return _(
            "The dossier is already overdue. A payment does not change that; the due date stays the same."
        )
    if not deadlines.is_late(dossier, now):
        return ""
    return _(
        "Processing time runs again after the day of the payment, not after its entry. If that day is long past, the "
        "dossier is overdue as soon as you record it."
    )


def unsent_supplement(text: str | Promise) -> ActionWarning:
    """Return the warning ``text``, followed by what the citizen has prepared for the open request and not sent."""

    def warning(dossier: Dossier, user: User, now: datetime) -> str:
        return " ".join(filter(None, (fixed(text)(dossier, user, now), _begun(dossier))))

    return warning


def _begun(dossier: Dossier) -> str:
    request = open_request(dossier)
    if request is None or not has_begun(request):
        return ""
    return _(
        "The citizen has already begun to answer. What they prepared is not sent to you, and their page says so."
    )


def lifted_supplement(dossier: Dossier, user: User, now: datetime) -> str:
    """Say how withdrawing a supplement request affects the agency's time, and what the citizen has prepared."""
    text = _("The desk's deadline for this dossier stays what it was before the request.")
    if dossier.was_accepted:
        text = _("The time since the request counts as processing time: the due date stays the same.")
    return " ".join(filter(None, (text, _begun(dossier))))


def correction(dossier: Dossier, user: User, now: datetime) -> str:
    """Say what happens if a dossier whose result was handed over is reopened, even if the handover was undone."""
    if dossier.status != Status.RETURNED and not dossier.handover_was_undone:
        return ""
    text = _(
        "The result was handed over. The citizen is notified that it is wrong, and files issued as the "
        "result can no longer be downloaded. The correct result is due in %(days)d working days (article 23 "
        "of NĐ 118/2025)."
    )
    if dossier.due_at is None or dossier.has_result_on_record():
        return text % {"days": deadlines.CORRECTION_DAYS}
    return _(
        "The result was handed over, but no file, tracking number or refusal is on record that could be wrong (a "
        "number counts if it was entered within %(number_days)d working days of the handover). The citizen is "
        "notified. The due date stays %(day)s: article 23 of NĐ 118/2025 gives no time for what is missing."
    ) % {"day": datetime_text(dossier.due_at), "number_days": NUMBER_DAYS}


def supplement_request(dossier: Dossier, user: User, now: datetime) -> str:
    """Warn of a request that is not the first, and that a supplement does not keep the dossier from being overdue."""
    return " ".join(filter(None, (_repeated_request(dossier, now), _late_request(dossier, now))))


def _repeated_request(dossier: Dossier, now: datetime) -> str:
    """Say what the law provides, and what a further request means for the processing time (ADR 440)."""
    times = sum(request.withdrawn_at is None for request in dossier.supplement_requests.all())
    if not times:
        return ""
    texts = [
        ngettext(
            "A supplement has already been requested for this dossier.",
            "Supplements have already been requested %(times)d times for this dossier.",
            times,
        )
        % {"times": times},
        _("NĐ 118/2025 speaks of one complete request at reception (article 16.3) and of one after the assessment "
          "(19.5): name everything that is missing, and say in the reason why it was not in the former request."),
    ]  # fmt: skip
    if deadlines.has_restarted(dossier) and not deadlines.is_late(dossier, now):
        texts.append(_("The processing time does not start again: it is paused until the citizen answers."))
    return " ".join(texts)


def _late_request(dossier: Dossier, now: datetime) -> str:
    if not dossier.was_accepted:
        return ""
    if deadlines.is_late(dossier, now):
        return _(
            "The dossier is already overdue. A supplement does not change that; the due date stays the same."
        )
    if deadlines.is_late_request(dossier, now):
        return _(
            "The time to request a supplement has passed. The supplement moves the due date, but the dossier "
            "still "
            "counts as overdue after the former one."
        )
    return ""


def result_ways(dossier: Dossier) -> frozenset[str]:
    """Return the ways in which the result of ``dossier`` can be handed over (``Dossier.Delivery``, ADR 340).

    They are those of its form, all for a dossier without a form, and what the citizen chose.
    """
    form = dossier.form_version
    ways = FormSchema.from_json(form.schema).result_ways if form else RESULT_WAYS
    return frozenset({*ways, dossier.result_delivery})


def result_problem(dossier: Dossier, way: str) -> str:
    """Return why a result cannot be handed over in the ``way`` (``Dossier.Delivery``); empty if it can.

    An electronic one needs a file that the citizen can open. A result on paper needs none, so only a file that the scan
    has blocked is a problem there.
    """
    files = list(dossier.attachments.valid_results())
    if any(file.is_served for file in files):
        return ""
    refused = next((file for file in files if file.is_refused), None)
    if refused is not None:
        text = _(
            "The citizen cannot open “%(name)s”: it did not pass the malware scan. Have the handler or the "
            "head return the dossier to processing and attach another file, or hand the result over on paper."
        )
        return text % {"name": refused.original_name}
    if files:
        return _("“%(name)s” is being scanned for malware. Try again in a minute.") % {
            "name": files[0].original_name
        }
    if way != Dossier.Delivery.ELECTRONIC:
        return ""
    return _(
        "There is no file as the result. Have the handler or the head return the dossier to processing and "
        "attach one, "
        "or hand the result over on paper."
    )
