"""Deliver what waits: claim a few rows, run their handlers, record the outcome."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from core.models import OutboxMessage
from core.outbox import registry

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=5)
MAX_ATTEMPTS = 12
BATCH = 50


def wake() -> None:
    """Ask for a delivery run; a broker that does not answer is no harm, the sweeper comes by."""
    from core.tasks import relay_outbox  # noqa: PLC0415 - tasks import this module

    try:
        relay_outbox.delay()
    except Exception:
        logger.warning("outbox relay could not be woken; the sweeper delivers later", exc_info=True)


def claim() -> list[OutboxMessage]:
    """Take up to ``BATCH`` due messages for ``CLAIM``; two relays never hold the same one."""
    now = timezone.now()
    with transaction.atomic():
        waiting = (
            OutboxMessage.objects.filter(delivered_at=None, failed_at=None, available_at__lte=now)
            .filter(Q(claimed_until=None) | Q(claimed_until__lt=now))
            .order_by("available_at", "id")
            .select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        )
        messages = list(waiting[:BATCH])
        OutboxMessage.objects.filter(pk__in=[m.pk for m in messages]).update(claimed_until=now + CLAIM)
    return messages


def deliver(message: OutboxMessage) -> bool:
    """Run the handler of one claimed message; a failure waits longer each time and is given up after 12."""
    message.attempts += 1
    try:
        with transaction.atomic():
            registry.find(message.kind)(message.payload)
        message.delivered_at, message.last_error = timezone.now(), ""
    except Exception as error:
        logger.warning("outbox message %s failed", message.pk, exc_info=True)
        message.last_error = f"{type(error).__name__}: {error}"[:2000]
        message.available_at = timezone.now() + timedelta(seconds=min(3600, 5 * 2**message.attempts))
        if message.attempts >= MAX_ATTEMPTS:
            message.failed_at = timezone.now()
    message.claimed_until = None
    message.save()
    return message.delivered_at is not None


def run() -> int:
    """Deliver until nothing is due; returns the number delivered."""
    delivered = 0
    while messages := claim():
        delivered += sum(map(deliver, messages))
    return delivered
