"""The citizen's side of an open dossier: supply what was asked, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, InvalidInput
from core.text import clean
from forms_app.dossiers.actors import citizen
from forms_app.dossiers.models import Dossier, SupplementRequest
from forms_app.dossiers.services.performing import perform
from forms_app.dossiers.transitions import Action


@transaction.atomic
def supply(
    *, dossier: Dossier, expected_version: int, texts: Mapping[str, str], now: datetime | None = None
) -> Dossier:
    """Answer the open supplement request with ``texts`` (item id to text) and the files stored for it.

    ``InvalidInput.fields`` names every item without an answer; ``Conflict`` as in ``perform``.
    """
    moment = now or timezone.now()
    request = SupplementRequest.objects.select_for_update().filter(dossier=dossier, closed_at=None).first()
    if request is None:
        raise Conflict(_("Nothing is asked of you any more."), code="not_possible")
    given = {item["id"]: clean(texts.get(item["id"], "")) for item in request.items if item["kind"] == "text"}
    if missing := _unanswered(request, given):
        raise InvalidInput(_("Answer everything that was asked."), fields=missing)
    request.answers, request.answered_at, request.closed_at = given, moment, moment
    request.save(update_fields=["answers", "answered_at", "closed_at"])
    return perform(
        dossier_id=dossier.pk, expected_version=expected_version, action=Action.SUPPLY, actor=citizen(dossier),
        data={"request": request.number}, now=moment,
    )  # fmt: skip


def withdraw(*, dossier: Dossier, expected_version: int, reason: str, now: datetime | None = None) -> Dossier:
    """Withdraw a dossier for its citizen; raises as ``perform``."""
    return perform(
        dossier_id=dossier.pk, expected_version=expected_version, action=Action.WITHDRAW, actor=citizen(dossier),
        reason=reason, now=now,
    )  # fmt: skip


def _unanswered(request: SupplementRequest, given: Mapping[str, str]) -> dict[str, str]:
    with_file = set(request.attachments.values_list("field_id", flat=True))
    missing = {}
    for item in request.items:
        if item["kind"] == "text" and not given[item["id"]]:
            missing[item["id"]] = _("Write your answer to “%(label)s”.") % {"label": item["label"]}
        elif item["kind"] != "text" and item["id"] not in with_file:
            missing[item["id"]] = _("Choose a file for “%(label)s”.") % {"label": item["label"]}
    return missing
