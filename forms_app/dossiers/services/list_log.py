"""The log of lists and searches at the desk: who looked for what kind of thing, but never for which number or name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from forms_app.dossiers import codes
from forms_app.dossiers.models import ListLogEntry
from forms_app.dossiers.models.answers import is_identity_number

Kind = ListLogEntry.Kind
#: A list that is opened again within this time adds no entry; a search always does.
REPEAT_WINDOW: Final = timedelta(minutes=10)
_PHONE: Final = re.compile(r"(?:\+?84|0)(?:[\s.\-]?\d){9,10}")

# A passport or a foreign document: letters and digits without a space.
_DOCUMENT: Final = re.compile(r"(?=.*\d)[A-Za-z0-9]{6,20}")


def kind_of_query(query: str) -> ListLogEntry.Kind:
    """Return what kind of thing ``query`` looks for."""
    text = query.strip()
    if codes.CODE.fullmatch(codes.normalise(text)):
        return Kind.CODE
    if is_identity_number(text):
        return Kind.ID_NUMBER
    if _PHONE.fullmatch(text):
        return Kind.PHONE
    return Kind.ID_NUMBER if _DOCUMENT.fullmatch(text) else Kind.TEXT


def log_list(
    *,
    actor: User,
    agencies: Iterable[int],
    list_key: str,
    found: int,
    now: datetime | None = None,
    always: bool = False,
) -> None:
    """Log that ``actor`` opened the list ``list_key`` of ``agencies`` with ``found`` rows.

    The same list within ten minutes adds no entry, unless ``always``: for what leaves the portal as a file.
    """
    moment = now or timezone.now()
    recent = ListLogEntry.objects.filter(
        actor=actor, kind=Kind.LIST, list_key=list_key, at__gt=moment - REPEAT_WINDOW, at__lte=moment
    )
    if always or not recent.exists():
        _write(moment, actor=actor, agencies=sorted(agencies), kind=Kind.LIST, list_key=list_key, found=found)


def log_search(
    *, actor: User, agencies: Iterable[int], query: str, found: int, now: datetime | None = None
) -> None:
    """Log that ``actor`` searched ``agencies`` and found ``found`` dossiers; ``query`` itself is not stored."""
    moment = now or timezone.now()
    _write(moment, actor=actor, agencies=sorted(agencies), kind=kind_of_query(query), found=found)


def _write(moment: datetime, **facts: Any) -> None:
    last_day = timezone.localdate(moment) + timedelta(days=settings.VIEW_LOG_KEEP_DAYS)
    ListLogEntry.objects.create(at=moment, retained_until=last_day, **facts)
