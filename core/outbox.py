"""The outbox: `enqueue` writes a message with the change that causes it, a relay delivers it (docs/features/outbox.md).

The relay is notified after the commit; a sweeper delivers what it missed. Without a broker each commit delivers its own
messages in the process, and a thread of the server (``core.background``) all others.

A claim on a message is a lease. If a worker dies, its lease expires and the sweeper delivers again, so a handler may
run twice and must be idempotent (its database changes are rolled back, as they share the transaction with the outcome).
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from celery import shared_task
from django.db import connection, transaction
from django.db.models import Count, F, Min, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from core import clock_guard
from core.circuit_breaker import CircuitBreaker
from core.errors import Undeliverable
from core.models import OutboxMessage

logger = logging.getLogger(__name__)

_COLUMNS: Final = [field for field in OutboxMessage._meta.local_concrete_fields if not field.primary_key]
# One statement instead of a query, a savepoint and an insert; the unique key decides between concurrent inserts.
_INSERT: Final = (
    f"INSERT INTO {OutboxMessage._meta.db_table} ({', '.join(str(field.column) for field in _COLUMNS)})"  # noqa: S608
    f" VALUES ({', '.join(['%s'] * len(_COLUMNS))}) ON CONFLICT (key) DO NOTHING"
)
LATE_AFTER: Final = timedelta(minutes=10)
# A key must not be delivered twice within this time, and an operator may want to look back.
KEEP_DELIVERED: Final = timedelta(days=90)
DELETE_BATCH: Final = 5000
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 12
# Twenty mails at the mail timeout of five seconds fit into the lease and the time limit of the task.
BATCH = 20
# A run ends well within the time limits of its task, however much is waiting; the sweeper starts the next one.
LONGEST_RUN = timedelta(seconds=90)
FIRST_WAIT_SECONDS = 10
LONGEST_WAIT_SECONDS = 3600
BROKER_BREAKER_SECONDS = 30.0

broker_breaker = CircuitBreaker(BROKER_BREAKER_SECONDS)
_local = threading.local()

Handler = Callable[[dict[str, Any]], None]
#: Called with the payload and the answer of the receiving side.
RefusalHandler = Callable[[dict[str, Any], str], None]
_handlers: dict[str, Handler] = {}
_refusal_handlers: dict[str, RefusalHandler] = {}
_attempts: dict[str, int] = {}
_in_background: set[str] = set()


def enqueue(*, kind: str, key: str, payload: dict[str, Any], available_at: datetime | None = None) -> bool:
    """Write one message and notify the relay after commit; return False if `key` was enqueued before.

    `key` names the effect (`mail:dossier:42:accepted`): the same effect is delivered once however often it is
    enqueued. `payload` holds ids, not personal data, where the handler can read them from the database.
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
        transaction.on_commit(partial(notify_relay, kind, key), robust=True)
    return created


def handler(
    kind: str,
    *,
    attempts: int = MAX_ATTEMPTS,
    on_refusal: RefusalHandler | None = None,
    in_background: bool = False,
) -> Callable[[Handler], Handler]:
    """Register the decorated function for messages of `kind`; it must be idempotent.

    A message is given up after `attempts` failures; the default is reached after three and a half hours. If the
    function raises `Undeliverable`, the message is refused: never tried again, and `on_refusal` is called in the
    transaction that records it. ``in_background``: a part of a long job, which no request waits for: without a broker
    the thread of the server delivers it.
    """

    def register(function: Handler) -> Handler:
        if _handlers.get(kind, function) is not function:
            raise ValueError(f"outbox kind {kind!r} already has a handler")
        _handlers[kind], _attempts[kind] = function, attempts
        if on_refusal is not None:
            _refusal_handlers[kind] = on_refusal
        if in_background:
            _in_background.add(kind)
        return function

    return register


def _handler_of(kind: str) -> Handler:
    """Return the handler of `kind`; raise `LookupError` if there is none."""
    try:
        return _handlers[kind]
    except KeyError:
        raise LookupError(f"no outbox handler for kind {kind!r}") from None


def claim(**chosen: str) -> list[OutboxMessage]:
    """Claim up to `BATCH` due messages, of those `chosen`, for `LEASE`; two relays never hold the same one.

    The attempt is counted here, before the handler runs, so that a message that kills its worker is given up, too.
    """
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    with transaction.atomic():
        waiting = (
            OutboxMessage.objects.filter(free, _due(now), delivered_at=None, failed_at=None, refused_at=None)
            .filter(**chosen)
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


def _due(now: datetime) -> Q:
    """Return what may be delivered at ``now``; after a jump of the clock, nothing that was meant for another day.

    Days are those of the local calendar: an end entered today for tomorrow, 00:00, is for another day. A message that
    was tried before only waits for its next attempt, which may be after midnight.
    """
    scheduled = Q(attempts=0, available_at__date__gt=TruncDate("created_at"))
    return Q(available_at__lte=now) & (~scheduled | clock_guard.trusted_q(now))


def deliver_message(message: OutboxMessage) -> bool:
    """Run the handler of one claimed message; retry failures with a growing delay, up to the attempts of its kind."""
    most = _attempts.get(message.kind, MAX_ATTEMPTS)
    if message.attempts > most:
        _settle(message, failed_at=timezone.now(), last_error="the worker died at every attempt")
        return False
    try:
        return _run_handler(message)
    except Exception as error:
        logger.warning("outbox message %s failed", message.pk, exc_info=True)
        outcome = {"last_error": f"{type(error).__name__}: {error}"[:2000]}
    if message.attempts >= most:
        _settle(message, failed_at=timezone.now(), **outcome)
    else:
        _settle(message, available_at=timezone.now() + backoff(message.attempts), **outcome)
    return False


def _run_handler(message: OutboxMessage) -> bool:
    """Run the handler and record that `message` was delivered or refused; return True if it was delivered."""
    try:
        with transaction.atomic():
            _handler_of(message.kind)(message.payload)
            return _settle(message, delivered_at=timezone.now(), last_error="")
    except Undeliverable as refusal:
        _refuse(message, refusal.message)
        return False


def _refuse(message: OutboxMessage, answer: str) -> None:
    """Record that the receiving side refused `message`, and notify the app."""
    logger.info("outbox message %s was refused: %s", message.pk, answer)
    with transaction.atomic():
        mine = _settle(message, refused_at=timezone.now(), last_error=answer[:2000])
        if mine and (on_refusal := _refusal_handlers.get(message.kind)):
            on_refusal(message.payload, answer)


def backoff(attempts: int) -> timedelta:
    """Return the delay after `attempts` failures: 10 s, 20 s, 40 s …, at most an hour."""
    return timedelta(seconds=min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (attempts - 1)))


def _settle(message: OutboxMessage, **outcome: Any) -> bool:
    """Record the outcome unless the lease expired and another relay holds the message."""
    mine = OutboxMessage.objects.filter(pk=message.pk, claimed_until=message.claimed_until, delivered_at=None)
    return bool(mine.update(claimed_until=None, **outcome))


def deliver_due(*, within: timedelta | None = None) -> int:
    """Deliver until nothing is due, or for the duration ``within``; return the number delivered.

    Do nothing when called by the commit of a handler in this process: the current run takes the new message.
    """
    if getattr(_local, "running", False):
        return 0
    _local.running, delivered = True, 0
    ends = time.monotonic() + within.total_seconds() if within else math.inf
    try:
        while time.monotonic() < ends and (messages := claim()):
            delivered += sum(map(deliver_message, messages))
    finally:
        _local.running = False
    return delivered


@shared_task(name="core.outbox.relay")
def relay_outbox() -> None:
    """Deliver due messages; requested after each commit that enqueued one."""
    deliver_due(within=LONGEST_RUN)


class RelayNotifier:
    """Publishes the relay task from a thread of its own; commits during a publish share the next task.

    The run that a task starts finds everything committed before the task was sent. What a process did not send before
    it ended, or a broker did not accept, is delivered by the sweeper. ``every``: publish also after so many seconds.
    """

    def __init__(self, publish: Callable[[], object], *, every: float | None = None) -> None:
        self._publish, self._every = publish, every
        self._requested = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def notify(self) -> None:
        """Request one task after now; return at once."""
        self._requested.set()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # the first request, also after a fork
                self._thread = threading.Thread(target=self._serve, name="outbox-notifier", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while self._requested.wait(self._every) or self._every:
            self._requested.clear()
            if not broker_breaker.is_open:
                self._publish()


#: The thread that delivers without a broker, in a process that serves requests (``core.background``).
background: RelayNotifier | None = None


def notify_relay(kind: str, key: str) -> None:
    """Request a delivery run; without a broker, deliver the message with ``key`` now unless it is part of a long job.

    After a failure of the broker no request is sent for half a minute; the sweeper delivers in the meantime.
    """
    if not relay_outbox.app.conf.task_always_eager:
        relay_notifier.notify()
    elif background is not None and kind in _in_background:
        background.notify()
    else:
        _deliver_here(key)


def _deliver_here(key: str) -> None:
    """Deliver the message with ``key`` and those that its handler enqueues, but nothing that others have enqueued.

    Within a run of ``deliver_due`` do nothing: it takes the message.
    """
    if getattr(_local, "running", False):
        return
    own: deque[str] | None = getattr(_local, "own", None)
    if own is not None:
        own.append(key)
        return
    _local.own = own = deque([key])
    try:
        while own:
            for message in claim(key=own.popleft()):
                deliver_message(message)
    except Exception:
        logger.warning(
            "messages could not be delivered in this process; the thread delivers later", exc_info=True
        )
    finally:
        _local.own = None


def _publish_task() -> None:
    try:
        relay_outbox.apply_async(retry=False)
    except Exception:
        broker_breaker.trip()
        logger.warning("outbox relay could not be notified; the sweeper delivers later", exc_info=True)
    else:
        broker_breaker.reset()


relay_notifier = RelayNotifier(_publish_task)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Undelivered messages of one kind: waiting, waiting for more than ten minutes, given up."""

    kind: str
    waiting: int
    late: int
    failed: int
    oldest_seconds: int


def backlog() -> list[Backlog]:
    """Return the kinds with messages that are waiting or given up, in one query."""
    now = timezone.now()
    waiting = Q(failed_at=None)
    rows = (
        OutboxMessage.objects.filter(delivered_at=None, refused_at=None)
        .values("kind")
        .annotate(
            waiting=Count("pk", filter=waiting),
            late=Count("pk", filter=waiting & Q(created_at__lt=now - LATE_AFTER)),
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


def refused_since(moment: datetime) -> int:
    """Return the number of messages that the receiving side has refused since `moment`."""
    return OutboxMessage.objects.filter(refused_at__gte=moment).count()


def delete_expired_messages(*, now: datetime | None = None) -> int:
    """Delete messages delivered or refused more than 90 days ago; those given up stay. Return their number."""
    before = (now or timezone.now()) - KEEP_DELIVERED
    old = OutboxMessage.objects.filter(Q(delivered_at__lt=before) | Q(refused_at__lt=before))
    deleted = 0
    while batch := list(old.values_list("pk", flat=True)[:DELETE_BATCH]):
        deleted += OutboxMessage.objects.filter(pk__in=batch).delete()[0]
    return deleted
