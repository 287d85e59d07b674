"""Stop date-driven work (erasing, closing, publishing) after the clock has jumped forward (ADR 166, 196).

The latest time at which such a task ran is stored in the database. If it is more than a day ago, either the portal was
stopped for a long time or the clock is wrong. Drafts erased too early are lost, and a decision published too early
cannot be taken back, so an operator has to confirm the time first (`manage.py confirm_clock`). Waiting does not confirm
anything; once the clock has been corrected, the tasks continue by themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, Q
from django.utils import timezone

from core.models import ClockMark

logger = logging.getLogger(__name__)

LONGEST_GAP: Final = timedelta(days=1)
_ONLY: Final = 1


@transaction.atomic
def is_trusted(*, now: datetime | None = None) -> bool:
    """Return True and record the time, unless it is more than a day after the latest one; in that case log an error."""
    moment = now or timezone.now()
    mark, _created = ClockMark.objects.select_for_update().get_or_create(
        pk=_ONLY, defaults={"latest": moment}
    )
    if moment - mark.latest > LONGEST_GAP:
        logger.error(
            "nothing is erased, closed or published by date: the clock says %s, the last run was at %s. If the clock"
            " is right, run manage.py confirm_clock",
            moment.isoformat(timespec="seconds"),
            mark.latest.isoformat(timespec="seconds"),
        )
        return False
    if moment > mark.latest:
        mark.latest = moment
        mark.save(update_fields=["latest"])
    return True


def guarded(task: Callable[[], Any]) -> Callable[[], Any]:
    """Make a scheduled task do nothing, and return None, while the clock is not trusted."""

    @wraps(task)
    def run() -> Any:
        return task() if is_trusted() else None

    run.stops_after_jump = True  # type: ignore[attr-defined]
    return run


def trusted_q(now: datetime) -> Q:
    """Return the condition that the clock is trusted at ``now``, for a query; it records nothing."""
    return Q(~Exists(ClockMark.objects.filter(latest__lt=now - LONGEST_GAP)))


def confirm_clock(*, now: datetime | None = None) -> datetime | None:
    """Accept the present time as correct, even if it is earlier than the mark; return the former mark, or None."""
    former = ClockMark.objects.filter(pk=_ONLY).values_list("latest", flat=True).first()
    ClockMark.objects.update_or_create(pk=_ONLY, defaults={"latest": now or timezone.now()})
    return former
