"""Put an effect into the outbox, as part of the change that causes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.models import OutboxMessage
from core.outbox import waking


def enqueue(*, kind: str, key: str, payload: dict[str, Any], available_at: datetime | None = None) -> bool:
    """Write one message and wake the relay after commit; False when ``key`` was enqueued before.

    ``key`` names the effect (``mail:dossier:42:accepted``): the same effect is delivered once however often it is
    asked for. ``payload`` holds ids, not personal data, where the handler can read them from the database.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("enqueue() must run in the transaction of the change that causes the effect")
    _message, created = OutboxMessage.objects.get_or_create(
        key=key, defaults={"kind": kind, "payload": payload, "available_at": available_at or timezone.now()}
    )
    if created:
        transaction.on_commit(waking.wake, robust=True)
    return created
