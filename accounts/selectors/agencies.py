"""Agencies by the codes that other systems use for them."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import timezone

from accounts.models import Agency
from core.text import clean


def resolve_agency_code(code: str, on: date | None = None) -> Agency | None:
    """Return the agency with ``code`` in either style (``H12.05``, ``000.00.05.H12``) in force on ``on`` (today).

    A code is reused by a later agency, so the day decides; None where no agency had it then.
    """
    wanted = clean(code).upper()
    if not wanted:
        return None
    bearers = Agency.objects.valid_on(on or timezone.localdate())
    return bearers.filter(Q(code=wanted) | Q(code_old=wanted)).order_by("-valid_from").first()
