"""Publish a procedure page under a decision."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import NotAllowed
from procedures.models import ProcedurePage, ProcedureVersion, PublicationDecision
from procedures.services.versions import record_version


@transaction.atomic
def publish(
    *,
    page: ProcedurePage,
    decision: PublicationDecision | None,
    valid_from: date | None = None,
    by: User | None = None,
) -> ProcedureVersion:
    """Put ``page`` live and return its version; ``by`` None is the system (imports, demo data).

    ``valid_from``: first day in force, today when not given. ``NotAllowed`` when ``by`` may not publish the page.
    """
    if by is not None and not page.permissions_for_user(by).can_publish():
        raise NotAllowed(_("You may not publish this procedure."))
    page.decision, page.effective_from = decision, valid_from
    page.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    page.refresh_from_db()
    return record_version(page=page, decision=decision, valid_from=valid_from, by=by)
