"""Put an effect into the outbox, as part of the change that causes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from core.models import OutboxMessage
from core.outbox import waking

_COLUMNS: Final = [field for field in OutboxMessage._meta.local_concrete_fields if not field.primary_key]
# One statement instead of a look, a savepoint and an insert; the unique key decides between two at the same time.
_INSERT: Final = (
    f"INSERT INTO {OutboxMessage._meta.db_table} ({', '.join(str(field.column) for field in _COLUMNS)})"  # noqa: S608
    f" VALUES ({', '.join(['%s'] * len(_COLUMNS))}) ON CONFLICT (key) DO NOTHING"
)


def enqueue(*, kind: str, key: str, payload: dict[str, Any], available_at: datetime | None = None) -> bool:
    """Write one message and wake the relay after commit; False when ``key`` was enqueued before.

    ``key`` names the effect (``mail:dossier:42:accepted``): the same effect is delivered once however often it is
    asked for. ``payload`` holds ids, not personal data, where the handler can read them from the database.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("enqueue() must run in the transaction of the change that causes the effect")
    message = OutboxMessage(kind=kind, key=key, payload=payload, available_at=available_at or timezone.now())
    values = [
        field.get_db_prep_save(field.pre_save(message, add=True), connection=connection) for field in _COLUMNS
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        created = cursor.rowcount == 1
    if created:
        transaction.on_commit(waking.wake, robust=True)
    return created
