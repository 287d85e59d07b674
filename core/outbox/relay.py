"""Deliver what waits: claim a few rows, run their handlers, record the outcome.

A claim is a lease. Whoever dies in the middle leaves a lease that runs out, and the sweeper delivers again: a handler
may run twice and must not mind (its database work is undone, as it shares the transaction with the record).
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from core.models import OutboxMessage
from core.outbox import registry

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 12
# Twenty mails at the mail time-out of five seconds stay inside the lease and the task's time limit.
BATCH = 20
FIRST_WAIT_SECONDS = 10
LONGEST_WAIT_SECONDS = 3600

_here = threading.local()


def claim() -> list[OutboxMessage]:
    """Take up to ``BATCH`` due messages for ``LEASE``; two relays never hold the same one.

    The attempt is counted here, before the handler runs: a message that kills its worker is given up, too.
    """
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    with transaction.atomic():
        waiting = (
            OutboxMessage.objects.filter(free, delivered_at=None, failed_at=None, available_at__lte=now)
            .order_by("available_at", "id")
            .select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        )
        messages = list(waiting[:BATCH])
        for message in messages:
            message.claimed_until = now + LEASE
            message.attempts += 1
        OutboxMessage.objects.filter(pk__in=[message.pk for message in messages]).update(
            claimed_until=now + LEASE, attempts=F("attempts") + 1
        )
    return messages


def deliver(message: OutboxMessage) -> bool:
    """Run the handler of one claimed message; a failure waits longer each time and is given up after 12."""
    if message.attempts > MAX_ATTEMPTS:
        _settle(message, failed_at=timezone.now(), last_error="its worker died each time")
        return False
    try:
        with transaction.atomic():
            registry.find(message.kind)(message.payload)
            return _settle(message, delivered_at=timezone.now(), last_error="")
    except Exception as error:
        logger.warning("outbox message %s failed", message.pk, exc_info=True)
        outcome = {"last_error": f"{type(error).__name__}: {error}"[:2000]}
    if message.attempts >= MAX_ATTEMPTS:
        _settle(message, failed_at=timezone.now(), **outcome)
    else:
        _settle(message, available_at=timezone.now() + backoff(message.attempts), **outcome)
    return False


def backoff(attempts: int) -> timedelta:
    """Return the wait after so many failures: 10 s, 20 s, 40 s … at most an hour."""
    return timedelta(seconds=min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (attempts - 1)))


def _settle(message: OutboxMessage, **outcome: Any) -> bool:
    """Record the outcome, unless the lease ran out and another relay holds the message now."""
    mine = OutboxMessage.objects.filter(pk=message.pk, claimed_until=message.claimed_until, delivered_at=None)
    return bool(mine.update(claimed_until=None, **outcome))


def run() -> int:
    """Deliver until nothing is due; returns the number delivered.

    Called by a handler's own commit (in process) it does nothing: the run that is under way takes the new message.
    """
    if getattr(_here, "running", False):
        return 0
    _here.running, delivered = True, 0
    try:
        while messages := claim():
            delivered += sum(map(deliver, messages))
    finally:
        _here.running = False
    return delivered
