"""What the operator asks about the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Count, Min, Q
from django.utils import timezone

from core.models import OutboxMessage

LATE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Messages of one kind: waiting, waiting for more than ten minutes, given up; age of the oldest in seconds."""

    kind: str
    waiting: int
    late: int
    failed: int
    oldest_seconds: int


def backlog() -> list[Backlog]:
    """Return the kinds with something waiting or given up, in one query."""
    now = timezone.now()
    waiting = Q(failed_at=None)
    rows = (
        OutboxMessage.objects.filter(delivered_at=None)
        .values("kind")
        .annotate(
            waiting=Count("pk", filter=waiting),
            late=Count("pk", filter=waiting & Q(created_at__lt=now - LATE)),
            failed=Count("pk", filter=~waiting),
            oldest=Min("created_at"),
        )
        .order_by("kind")
    )
    return [
        Backlog(
            row["kind"],
            row["waiting"],
            row["late"],
            row["failed"],
            int((now - row["oldest"]).total_seconds()),
        )
        for row in rows
    ]
