"""What the forms of the desk's actions need in addition to the dossier: choices, and what is filled in.

``one_stop.actions`` names one of these functions for each action with a form of its own.
"""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from core.display import date_text
from forms_app.dossiers.models import Dossier, SupplementRequest
from forms_app.dossiers.selectors.assignees import assignable_officers
from forms_app.dossiers.selectors.dossiers import named_request, open_request
from forms_app.dossiers.services.actions import answer_days_left, ended_request
from forms_app.dossiers.transitions import Status
from one_stop import action_warnings, services, supplements


def no_options(dossier: Dossier, user: User) -> dict[str, Any]:
    """Return no arguments."""
    return {}


def supplement_options(dossier: Dossier, user: User) -> dict[str, Any]:
    """Return what can be asked for, and the day that is proposed."""
    return {
        "documents": supplements.requestable_documents(dossier),
        "answers": supplements.requestable_answers(dossier),
        "initial": {"supplement_due_at": date_text(services.proposed_supplement_day(timezone.now()))},
    }


def counter_options(dossier: Dossier, user: User) -> dict[str, Any]:
    """Return the items of the open supplement request."""
    # If none is open, the last one is used: what was typed for it is shown again although somebody else was quicker.
    return _items_of(open_request(dossier) or dossier.supplement_requests.order_by("-number").first())


def counter_options_as_sent(dossier: Dossier, data: QueryDict) -> dict[str, Any]:
    """Return the items of the request that the form named."""
    return _items_of(named_request(dossier, data))


def _items_of(request: SupplementRequest | None) -> dict[str, Any]:
    return {"items": request.items if request else [], "number": request.number if request else 0}


def assign_options(dossier: Dossier, user: User) -> dict[str, Any]:
    """Return the officers to whom the dossier can be assigned."""
    return {
        "officers": assignable_officers(dossier.agency_id, timezone.localdate()),
        "initial": {"officer": str(dossier.assigned_to_id or user.pk)},
    }


def finish_options(dossier: Dossier, user: User) -> dict[str, Any]:
    """Return whether the dossier is unpaid, and whether the result is sent as a file."""
    return {
        "unpaid": dossier.status == Status.PAYMENT,
        "electronic": dossier.result_delivery == Dossier.Delivery.ELECTRONIC,
    }


def return_options(dossier: Dossier, user: User) -> dict[str, Any]:
    """Return the ways of handing over, the chosen one and the address."""
    return {
        "chosen": dossier.result_delivery,
        "ways": action_warnings.result_ways(dossier),
        "initial": {"address": dossier.address},
    }


def payment_options(dossier: Dossier, user: User) -> dict[str, Any]:
    """Return today as the day that is proposed."""
    return {"initial": {"paid_on": date_text(timezone.now())}}


def post_options(dossier: Dossier, user: User) -> dict[str, Any]:
    """Return what is on record about the postal delivery."""
    return {"initial": services.postal_details(dossier)}


def reopened_request_options(dossier: Dossier, user: User) -> dict[str, Any]:
    """Return whether a supplement request is open again, and the day that is proposed for it."""
    now = timezone.now()
    left = answer_days_left(dossier, now) if _awaited_a_supplement(dossier) else None
    if left is None:
        return {"asks_for_day": False}
    ahead = timezone.localdate(left) > timezone.localdate(now)
    day = timezone.localdate(left) if ahead else services.proposed_supplement_day(now)
    return {"asks_for_day": True, "initial": {"answer_by": date_text(day)}}


def _awaited_a_supplement(dossier: Dossier) -> bool:
    event = dossier.ending()
    return event is not None and event.from_status == Status.SUPPLEMENT and ended_request(dossier) is not None
