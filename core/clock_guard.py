"""Stop what goes by date after the clock has jumped forward: erasing, closing, publishing (ADR 166, 196).

The latest time at which such a task ran is stored in the database. If it is more than a day ago, either the portal was
stopped for long or the clock is wrong. Drafts erased too early never come back, and a decision published too early
cannot be taken back, so that an operator confirms the time first (`manage.py confirm_clock`). Nothing is confirmed by
waiting; after the clock has been set right the tasks continue by themselves.
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
    """Return True, and note the time, unless it is more than a day after the latest one; log an error if it is."""
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
    """Return the condition that the clock is trusted at ``now``, for a query; it notes nothing."""
    return Q(~Exists(ClockMark.objects.filter(latest__lt=now - LONGEST_GAP)))


def confirm_clock(*, now: datetime | None = None) -> datetime | None:
    """Take the present time as right, also if it is earlier than the mark; return the former mark, None if none."""
    former = ClockMark.objects.filter(pk=_ONLY).values_list("latest", flat=True).first()
    ClockMark.objects.update_or_create(pk=_ONLY, defaults={"latest": now or timezone.now()})
    return former
