"""What a restored database must invalidate, since it lacks the hours after the back-up.

See docs/operations.md#back-up-and-restore.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts.models import Agency
from core import one_time_links
from core.worktime import TIME_ZONE
from forms_app.dossiers.models import NumberCounter

#: More than the dossiers filed at an agency in one day.
GAP: Final = 1000


@dataclass(frozen=True, slots=True)
class AfterRestore:
    """What was done: agencies whose numbers for today continue after a gap, sessions and one-time links ended."""

    agencies: int
    sessions: int
    links: int


@transaction.atomic
def end_what_was_restored(*, now: datetime | None = None) -> AfterRestore:
    """Let today's numbers continue after a gap, and end all sessions and all one-time links that can still be used.

    Numbers assigned since the back-up are on citizens' slips and would be assigned again; links used since then would
    work again, and a person whose account was closed since then would still be signed in.
    """
    moment = now or timezone.now()
    day = moment.astimezone(TIME_ZONE).date()
    agencies = list(Agency.objects.order_by("pk").values_list("pk", flat=True))
    existing = {
        counter.agency_id: counter for counter in NumberCounter.objects.select_for_update().filter(day=day)
    }
    for counter in existing.values():
        counter.last += GAP
    NumberCounter.objects.bulk_update(existing.values(), ["last"])
    missing = [NumberCounter(agency_id=pk, day=day, last=GAP) for pk in agencies if pk not in existing]
    NumberCounter.objects.bulk_create(missing)
    sessions, _by_model = Session.objects.all().delete()
    return AfterRestore(len(agencies), sessions, one_time_links.end_all(now=moment))
