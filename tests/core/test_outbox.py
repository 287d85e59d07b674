from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import socket
import threading
import time

import pytest
from celery import current_app
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from core import outbox
from core.models import OutboxMessage
from core.outbox import registry, relay, tidying, waking
from core.outbox.selectors import backlog

KIND = "test.effect"


@pytest.fixture
def effects():
    """A handler of a kind of our own; ``effects.fail`` makes it raise."""

    class Effects(list):
        fail = False

    seen = Effects()

    def handle(payload):
        seen.append(payload["n"])
        if seen.fail:
            raise OSError("mail server away")

    outbox.handler(KIND)(handle)
    waking.broker.reset()
    yield seen
    del registry._handlers[KIND]
    waking.broker.reset()


LATER = timezone.now() + dt.timedelta(days=1)


def enqueue(n=1, **options):
    with transaction.atomic():
        return outbox.enqueue(kind=KIND, key=f"effect:{n}", payload={"n": n}, **options)


def waiting(n=1, **fields):
    """A message that is there without anybody having been woken."""
    return OutboxMessage.objects.create(
        kind=KIND, key=f"effect:{n}", payload={"n": n}, **{"available_at": timezone.now(), **fields}
    )


@pytest.mark.django_db(transaction=True)
def test_enqueue_belongs_into_a_transaction():
    with pytest.raises(RuntimeError, match="transaction"):
        outbox.enqueue(kind=KIND, key="a", payload={})


@pytest.mark.django_db(transaction=True)
class TestInProcess:
    def test_the_effect_happens_after_commit_and_once(self, effects):
        with transaction.atomic():
            assert outbox.enqueue(kind=KIND, key="k", payload={"n": 1})
            assert not outbox.enqueue(kind=KIND, key="k", payload={"n": 1})
            assert effects == []
        assert effects == [1]
        assert relay.run() == 0

    def test_an_effect_costs_one_statement(self, django_assert_num_queries):
        with transaction.atomic(), django_assert_num_queries(1):
            outbox.enqueue(kind="nobody", key="k", payload={"n": [1, "đ", None]}, available_at=LATER)
        message = OutboxMessage.objects.get()
        assert (message.kind, message.key, message.payload) == ("nobody", "k", {"n": [1, "đ", None]})
        assert (message.available_at, message.attempts, message.last_error) == (LATER, 0, "")
        assert message.created_at <= timezone.now()
        assert message.claimed_until is message.delivered_at is message.failed_at is None

    def test_the_second_of_a_key_changes_nothing_of_the_first(self):
        for n in (1, 2):
            with transaction.atomic():
                outbox.enqueue(kind="nobody", key="k", payload={"n": n}, available_at=LATER)
        assert OutboxMessage.objects.get().payload == {"n": 1}

    def test_a_failing_effect_does_not_break_the_change(self, effects):
        effects.fail = True
        assert enqueue()
        message = OutboxMessage.objects.get()
        assert message.attempts == 1
        assert message.last_error == "OSError: mail server away"
        assert message.available_at > timezone.now() + dt.timedelta(seconds=8)
        assert message.delivered_at is None

    def test_what_is_not_due_waits(self, effects):
        enqueue(available_at=timezone.now() + dt.timedelta(hours=1))
        assert effects == []

    def test_an_effect_that_causes_another_is_followed_without_nesting(self, effects):
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
            del registry._handlers["test.chain"]
        assert depth == [0, 1, 2]
        assert not OutboxMessage.objects.filter(delivered_at=None).exists()


@pytest.mark.django_db
class TestDelivery:
    def test_failures_wait_longer_and_end(self, effects, time_machine):
        effects.fail = True
        waiting()
        start = timezone.now()
        for attempt in range(relay.MAX_ATTEMPTS):
            time_machine.move_to(start + dt.timedelta(hours=2 * attempt), tick=False)
            relay.run()
        message = OutboxMessage.objects.get()
        assert message.attempts == len(effects) == relay.MAX_ATTEMPTS
        assert message.failed_at is not None

    def test_waits_double_up_to_an_hour(self):
        waits = [relay.backoff(attempts).total_seconds() for attempts in range(1, 13)]
        assert waits[:4] == [10, 20, 40, 80]
        assert max(waits) == 3600
        assert waits == sorted(waits)

    def test_an_unknown_kind_is_kept_and_named(self):
        waiting()
        relay.run()
        assert KIND in OutboxMessage.objects.get().last_error

    def test_a_failed_handler_leaves_nothing_in_the_database(self, effects):
        def write_and_fail(_payload):
            waiting(99, available_at=timezone.now() + dt.timedelta(days=1))
            raise OSError("away")

        registry._handlers[KIND] = write_and_fail
        waiting()
        relay.run()
        assert OutboxMessage.objects.count() == 1

    def test_a_lease_that_ran_out_is_delivered_by_the_sweeper(self, effects):
        now = timezone.now()
        waiting(1, claimed_until=now + dt.timedelta(minutes=1))
        waiting(2, claimed_until=now - dt.timedelta(seconds=1))
        relay.run()
        assert effects == [2]

    def test_who_lost_the_lease_records_nothing(self, effects):
        waiting()
        (mine,) = relay.claim()
        OutboxMessage.objects.update(claimed_until=timezone.now() + dt.timedelta(minutes=9))
        assert not relay.deliver(mine)
        assert OutboxMessage.objects.get().delivered_at is None

    def test_a_message_that_kills_its_worker_is_given_up(self, effects):
        waiting(attempts=relay.MAX_ATTEMPTS)
        relay.run()
        message = OutboxMessage.objects.get()
        assert effects == []
        assert message.failed_at is not None
        assert "died" in message.last_error


def _relay_that_dies(started: str) -> None:
    """In a process of its own: the handler says that it began and never ends."""
    connections.close_all()

    def hang(_payload):
        with open(started, "w") as file:
            file.write("1")
        time.sleep(60)

    registry._handlers[KIND] = hang
    relay.run()


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
                relay.run()
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
        deadline = time.monotonic() + 20
        while not started.exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        assert relay.run() == 0
        OutboxMessage.objects.update(claimed_until=timezone.now() - dt.timedelta(seconds=1))
        assert relay.run() == 1
        assert effects == [1]
        assert OutboxMessage.objects.get().attempts == 2


@pytest.mark.django_db(transaction=True)
def test_a_silent_broker_is_waited_for_once_and_shortly(effects, settings):
    from portal.celery import app  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as silent:
        eager, url = app.conf.task_always_eager, app.conf.broker_url
        app.conf.task_always_eager, app.conf.broker_url = (
            False,
            f"redis://127.0.0.1:{silent.getsockname()[1]}/0",
        )
        app.conf.broker_write_url = app.conf.broker_url
        app.pool.force_close_all()
        app.amqp._producer_pool = None
        app.__dict__.pop("pool", None)
        try:
            took = []
            for n in range(3):
                before = time.monotonic()
                enqueue(n)
                took.append(time.monotonic() - before)
        finally:
            app.conf.task_always_eager, app.conf.broker_url = eager, url
            app.conf.broker_write_url = url
            app.amqp._producer_pool = None
    assert took[0] < 2.0
    assert max(took[1:]) < 0.3
    assert OutboxMessage.objects.filter(delivered_at=None).count() == 3
    assert relay.run() == 3


@pytest.mark.django_db
class TestTidying:
    def test_what_was_delivered_long_ago_goes_and_nothing_else(self, monkeypatch):
        monkeypatch.setattr(tidying, "BATCH", 2)
        now = timezone.now()
        old, recent = now - tidying.KEPT - dt.timedelta(seconds=1), now - tidying.KEPT + dt.timedelta(hours=1)
        for n in range(5):
            waiting(n, delivered_at=old)
        waiting(10, delivered_at=recent)
        waiting(11, failed_at=old)
        waiting(12)
        OutboxMessage.objects.filter(key="effect:12").update(created_at=old)
        assert tidying.tidy(now=now) == 5
        assert set(OutboxMessage.objects.values_list("key", flat=True)) == {
            "effect:10",
            "effect:11",
            "effect:12",
        }

    def test_it_is_done_every_day(self, settings):
        waiting(delivered_at=timezone.now() - tidying.KEPT - dt.timedelta(days=1))
        (task,) = [e for e in settings.CELERY_BEAT_SCHEDULE.values() if e["task"] == "core.outbox.tidy"]
        assert task["schedule"] == 24 * 3600
        current_app.tasks["core.outbox.tidy"].apply(throw=True)
        assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
class TestStatus:
    def test_all_quiet(self, capsys):
        call_command("outbox_status")
        assert capsys.readouterr().out.splitlines() == ["waiting=0 failed=0"]

    def test_what_is_late_or_given_up_is_counted_in_one_query(
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

    def test_given_up_messages_can_be_tried_again(self, effects, capsys):
        waiting(failed_at=timezone.now(), attempts=12)
        call_command("outbox_status", "--retry")
        assert capsys.readouterr().out.splitlines() == ["retried=1 delivered=1", "waiting=0 failed=0"]
        assert effects == [1]
