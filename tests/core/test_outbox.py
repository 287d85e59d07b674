from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import socket
import threading
import time

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from core import outbox, tasks
from core.errors import Undeliverable
from core.models import OutboxMessage
from core.outbox import RelayNotifier, backlog

KIND = "test.effect"


@pytest.fixture
def effects():
    """A handler of a test kind; `effects.fail` makes it raise."""

    class Effects(list):
        fail = False

    seen = Effects()

    def handle(payload):
        seen.append(payload["n"])
        if seen.fail:
            raise OSError("mail server away")

    outbox.handler(KIND)(handle)
    outbox.broker_breaker.reset()
    yield seen
    del outbox._handlers[KIND]
    outbox.broker_breaker.reset()


LATER = timezone.now() + dt.timedelta(days=1)


def enqueue(n=1, **options):
    with transaction.atomic():
        return outbox.enqueue(kind=KIND, key=f"effect:{n}", payload={"n": n}, **options)


def waiting(n=1, **fields):
    """A message for which the relay was not notified."""
    return OutboxMessage.objects.create(
        kind=KIND, key=f"effect:{n}", payload={"n": n}, **{"available_at": timezone.now(), **fields}
    )


@pytest.mark.django_db(transaction=True)
def test_enqueue_requires_a_transaction():
    with pytest.raises(RuntimeError, match="transaction"):
        outbox.enqueue(kind=KIND, key="a", payload={})


@pytest.mark.django_db(transaction=True)
class TestInProcess:
    def test_a_message_is_delivered_once_after_commit(self, effects):
        with transaction.atomic():
            assert outbox.enqueue(kind=KIND, key="k", payload={"n": 1})
            assert not outbox.enqueue(kind=KIND, key="k", payload={"n": 1})
            assert effects == []
        assert effects == [1]
        assert outbox.deliver_due() == 0

    def test_enqueue_takes_one_statement(self, django_assert_num_queries):
        with transaction.atomic(), django_assert_num_queries(1):
            outbox.enqueue(kind="nobody", key="k", payload={"n": [1, "đ", None]}, available_at=LATER)
        message = OutboxMessage.objects.get()
        assert (message.kind, message.key, message.payload) == ("nobody", "k", {"n": [1, "đ", None]})
        assert (message.available_at, message.attempts, message.last_error) == (LATER, 0, "")
        assert message.created_at <= timezone.now()
        assert message.claimed_until is message.delivered_at is message.failed_at is None

    def test_a_second_message_with_the_same_key_is_ignored(self):
        for n in (1, 2):
            with transaction.atomic():
                outbox.enqueue(kind="nobody", key="k", payload={"n": n}, available_at=LATER)
        assert OutboxMessage.objects.get().payload == {"n": 1}

    def test_a_failing_handler_does_not_undo_the_change(self, effects):
        effects.fail = True
        assert enqueue()
        message = OutboxMessage.objects.get()
        assert message.attempts == 1
        assert message.last_error == "OSError: mail server away"
        assert message.available_at > timezone.now() + dt.timedelta(seconds=8)
        assert message.delivered_at is None

    def test_a_message_that_is_not_due_waits(self, effects):
        enqueue(available_at=timezone.now() + dt.timedelta(hours=1))
        assert effects == []

    def test_a_message_enqueued_by_a_handler_is_delivered_without_nesting(self, effects):
        depth: list[int] = []

        def chain(payload):
            depth.append(len(depth))
            if payload["n"] < 3:
                with transaction.atomic():
                    outbox.enqueue(kind="test.chain", key=f"c{payload['n']}", payload={"n": payload["n"] + 1})

        outbox.handler("test.chain")(chain)
        try:
            with transaction.atomic():
                outbox.enqueue(kind="test.chain", key="c0", payload={"n": 1})
        finally:
            del outbox._handlers["test.chain"]
        assert depth == [0, 1, 2]
        assert not OutboxMessage.objects.filter(delivered_at=None).exists()


@pytest.mark.django_db
class TestDelivery:
    def test_failures_are_retried_with_growing_delay_and_given_up(self, effects, time_machine):
        effects.fail = True
        waiting()
        start = timezone.now()
        for attempt in range(outbox.MAX_ATTEMPTS):
            time_machine.move_to(start + dt.timedelta(hours=2 * attempt), tick=False)
            outbox.deliver_due()
        message = OutboxMessage.objects.get()
        assert message.attempts == len(effects) == outbox.MAX_ATTEMPTS
        assert message.failed_at is not None

    def test_refused_message_is_final_and_not_a_fault(self, monkeypatch, client):
        answers, calls = [], []

        def refuse(payload):
            calls.append(payload)
            raise Undeliverable("550 5.1.1")

        monkeypatch.setitem(outbox._handlers, KIND, refuse)
        monkeypatch.setitem(outbox._refusal_handlers, KIND, lambda payload, answer: answers.append(answer))
        waiting()
        outbox.deliver_due()
        assert answers == ["550 5.1.1"]
        message = OutboxMessage.objects.get()
        assert message.refused_at is not None
        assert (message.failed_at, message.last_error) == (None, "550 5.1.1")
        call_command("outbox_status", "--retry")
        outbox.deliver_due()
        assert len(calls) == 1, "it is never tried again"
        assert backlog() == []
        assert client.get("/healthz").json()["outbox"] == "ok"

    def test_refusal_is_not_recorded_if_the_app_cannot_note_it(self, monkeypatch):
        def refuse(payload):
            raise Undeliverable("550")

        def broken(payload, answer):
            raise ZeroDivisionError

        monkeypatch.setitem(outbox._handlers, KIND, refuse)
        monkeypatch.setitem(outbox._refusal_handlers, KIND, broken)
        waiting()
        outbox.deliver_due()
        message = OutboxMessage.objects.get()
        assert (message.refused_at, message.attempts) == (None, 1)
        assert "ZeroDivisionError" in message.last_error

    def test_delay_doubles_up_to_an_hour(self):
        waits = [outbox.backoff(attempts).total_seconds() for attempts in range(1, 13)]
        assert waits[:4] == [10, 20, 40, 80]
        assert max(waits) == 3600
        assert waits == sorted(waits)

    def test_an_unknown_kind_is_recorded_as_error(self):
        waiting()
        outbox.deliver_due()
        assert KIND in OutboxMessage.objects.get().last_error

    def test_a_failed_handler_is_rolled_back(self, effects):
        def write_and_fail(_payload):
            waiting(99, available_at=timezone.now() + dt.timedelta(days=1))
            raise OSError("away")

        outbox._handlers[KIND] = write_and_fail
        waiting()
        outbox.deliver_due()
        assert OutboxMessage.objects.count() == 1

    def test_an_expired_lease_is_delivered_by_the_sweeper(self, effects):
        now = timezone.now()
        waiting(1, claimed_until=now + dt.timedelta(minutes=1))
        waiting(2, claimed_until=now - dt.timedelta(seconds=1))
        outbox.deliver_due()
        assert effects == [2]

    def test_a_relay_that_lost_its_lease_records_nothing(self, effects):
        waiting()
        (mine,) = outbox.claim()
        OutboxMessage.objects.update(claimed_until=timezone.now() + dt.timedelta(minutes=9))
        assert not outbox.deliver_message(mine)
        assert OutboxMessage.objects.get().delivered_at is None

    def test_a_kind_can_have_more_attempts(self, effects, monkeypatch):
        monkeypatch.setitem(outbox._attempts, KIND, outbox.MAX_ATTEMPTS + 1)
        message = waiting(attempts=outbox.MAX_ATTEMPTS)
        outbox.deliver_due()
        message.refresh_from_db()
        assert (len(effects), message.failed_at is None) == (1, True)

    def test_a_message_that_kills_its_worker_is_given_up(self, effects):
        waiting(attempts=outbox.MAX_ATTEMPTS)
        outbox.deliver_due()
        message = OutboxMessage.objects.get()
        assert effects == []
        assert message.failed_at is not None
        assert "died" in message.last_error


def _relay_that_dies(started: str) -> None:
    """Run in a separate process: the handler reports its start and never ends."""
    connections.close_all()

    def hang(_payload):
        with open(started, "w") as file:
            file.write("1")
        time.sleep(60)

    outbox._handlers[KIND] = hang
    outbox.deliver_due()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestOnPostgres:
    def test_two_relays_never_deliver_the_same_message(self, effects):
        for n in range(60):
            waiting(n)
        ready = threading.Barrier(3)

        def work():
            ready.wait()
            try:
                outbox.deliver_due()
            finally:
                connections.close_all()

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(effects) == list(range(60))

    def test_a_killed_relay_loses_nothing(self, effects, tmp_path):
        waiting()
        started = tmp_path / "started"
        connections.close_all()
        process = multiprocessing.get_context("fork").Process(target=_relay_that_dies, args=(str(started),))
        process.start()
        deadline = time.monotonic() + 60
        while not started.exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        assert outbox.deliver_due() == 0
        OutboxMessage.objects.update(claimed_until=timezone.now() - dt.timedelta(seconds=1))
        assert outbox.deliver_due() == 1
        assert effects == [1]
        assert OutboxMessage.objects.get().attempts == 2


@pytest.mark.django_db
def test_a_run_ends_in_time_and_leaves_the_rest_to_the_sweeper(effects, monkeypatch):
    monkeypatch.setattr(outbox, "BATCH", 1)
    for n in range(3):
        waiting(n)
    moments = iter([0, 10, 95])
    with monkeypatch.context() as clock:
        clock.setattr(outbox.time, "monotonic", lambda: next(moments))
        assert outbox.deliver_due(within=outbox.LONGEST_RUN) == 1
    assert effects == [0]

    tasks.sweep_outbox()

    assert effects == [0, 1, 2]


@pytest.fixture
def silent_broker(monkeypatch):
    """A broker that accepts connections and never answers, used by the tasks of this process."""
    from portal.celery import app  # noqa: PLC0415

    def renew_connections() -> None:
        app.pool.force_close_all()
        app.amqp._producer_pool = None
        app.__dict__.pop("pool", None)

    with monkeypatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as server:
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        for name, value in {"task_always_eager": False, "broker_url": url, "broker_write_url": url}.items():
            patch.setitem(app.conf, name, value)
        renew_connections()
        yield
        renew_connections()


@pytest.mark.django_db(transaction=True)
def test_a_silent_broker_is_called_once_and_delays_no_commit(effects, silent_broker, monkeypatch):
    asked, commits_done, broker_given_up = [], threading.Event(), threading.Event()

    def publish() -> None:
        asked.append(commits_done.wait(60))  # a commit that waited for this would never be done
        outbox._publish_task()
        broker_given_up.set()

    monkeypatch.setattr(outbox, "relay_notifier", RelayNotifier(publish))
    enqueue(0)
    commits_done.set()
    assert broker_given_up.wait(60)
    assert outbox.broker_breaker.is_open
    for n in (1, 2):
        enqueue(n)
    assert asked == [True]
    assert OutboxMessage.objects.filter(delivered_at=None).count() == 3
    assert outbox.deliver_due() == 3


@pytest.mark.django_db
class TestTidying:
    def test_only_messages_delivered_long_ago_are_deleted(self, monkeypatch):
        monkeypatch.setattr(outbox, "DELETE_BATCH", 2)
        now = timezone.now()
        limit = now - outbox.KEEP_DELIVERED
        old, recent = limit - dt.timedelta(seconds=1), limit + dt.timedelta(hours=1)
        for n in range(5):
            waiting(n, delivered_at=old)
        waiting(10, delivered_at=recent)
        waiting(11, failed_at=old)
        waiting(13, refused_at=old)
        waiting(12)
        OutboxMessage.objects.filter(key="effect:12").update(created_at=old)
        assert outbox.delete_expired_messages(now=now) == 6
        assert set(OutboxMessage.objects.values_list("key", flat=True)) == {
            "effect:10",
            "effect:11",
            "effect:12",
        }

    def test_old_messages_are_deleted_daily(self, settings):
        waiting(delivered_at=timezone.now() - outbox.KEEP_DELIVERED - dt.timedelta(days=1))
        (task,) = [e for e in settings.CELERY_BEAT_SCHEDULE.values() if e["task"] == "core.outbox.clean_up"]
        assert task["schedule"] == 24 * 3600
        assert tasks.clean_up_outbox.name == "core.outbox.clean_up"
        tasks.clean_up_outbox.apply(throw=True)
        assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
class TestStatus:
    def test_status_without_backlog(self, capsys):
        call_command("outbox_status")
        assert capsys.readouterr().out.splitlines() == ["waiting=0 failed=0 refused_in_a_week=0"]

    def test_late_and_failed_messages_are_counted_in_one_query(
        self, effects, capsys, django_assert_num_queries
    ):
        waiting(1)
        waiting(2, failed_at=timezone.now())
        OutboxMessage.objects.update(created_at=timezone.now() - dt.timedelta(minutes=11))
        with django_assert_num_queries(1):
            (row,) = backlog()
        assert (row.waiting, row.late, row.failed) == (1, 1, 1)
        with pytest.raises(SystemExit):
            call_command("outbox_status")
        assert "waiting=1 late=1 failed=1" in capsys.readouterr().out

    def test_retry_resets_failed_messages(self, effects, capsys):
        waiting(failed_at=timezone.now(), attempts=12)
        call_command("outbox_status", "--retry")
        assert capsys.readouterr().out.splitlines() == [
            "retried=1 delivered=1",
            "waiting=0 failed=0 refused_in_a_week=0",
        ]
        assert effects == [1]
