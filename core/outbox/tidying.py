"""Take out of the outbox what was delivered long ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from core.models import OutboxMessage

# As long as a key must not be delivered twice, and as an operator may want to look back.
KEPT: Final = timedelta(days=90)
BATCH: Final = 5000


def tidy(*, now: datetime | None = None) -> int:
    """Delete what was delivered more than ``KEPT`` ago, in batches; what was given up stays until somebody looks."""
    old = OutboxMessage.objects.filter(delivered_at__lt=(now or timezone.now()) - KEPT)
    deleted = 0
    while batch := list(old.values_list("pk", flat=True)[:BATCH]):
        deleted += OutboxMessage.objects.filter(pk__in=batch).delete()[0]
    return deleted
