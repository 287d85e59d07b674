"""The thread of a server without a broker: what it does, when it runs, and what requests no longer wait for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import background, outbox
from core.background import BackgroundWork
from core.models import OutboxMessage
from core.outbox import RelayNotifier
from procedures.models import ProcedureVersion
from tests.accounts.factories import UserFactory
from tests.procedures.imports.previews import controller, signed_in, uploaded

PASSWORD = "mat-khau-rat-dai"
KIND = "test.background"


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the work does, in place of the work."""
    done: list[str] = []
    monkeypatch.setattr(background.outbox, "deliver_due", lambda **_limits: done.append("deliver"))
    monkeypatch.setattr(background.tasks, "publish_scheduled", lambda: done.append("publish"))
    monkeypatch.setattr(background.connections, "close_all", lambda: done.append("close"))
    return done


class TestWork:
    def test_messages_are_delivered_each_time_and_pages_published_once_a_minute(
        self, rounds: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moments = iter([0.0, 0.0, 59.0, 60.0, 60.0])
        monkeypatch.setattr(background.time, "monotonic", lambda: next(moments))
        work = BackgroundWork()
        for _round in range(3):
            work()
        assert rounds == ["deliver", "publish", "close", "deliver", "close", "deliver", "publish", "close"]

    def test_a_failure_ends_neither_the_thread_nor_the_work(
        self, rounds: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(**_limits: Any) -> None:
            raise OSError("database away")

        with monkeypatch.context() as patch:
            patch.setattr(background.outbox, "deliver_due", fail)
            work = BackgroundWork()
            work()
        work()
        assert rounds == ["close", "deliver", "publish", "close"]


class TestStart:
    @pytest.fixture
    def started(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        seen: list[float] = []

        class Notifier:
            def __init__(self, _publish: Any, *, every: float) -> None:
                seen.append(every)

            def notify(self) -> None:
                seen.append(0.0)

        monkeypatch.setattr(outbox, "background", None)
        monkeypatch.setattr(outbox, "RelayNotifier", Notifier)
        return seen

    def test_it_runs_once_in_a_process_without_a_broker(self, started: list[float]) -> None:
        background.start()
        background.start()
        assert started == [15.0, 0.0]

    def test_it_does_not_run_beside_workers(
        self, started: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(background.current_app.conf, "task_always_eager", False)
        background.start()
        assert started == []
        assert outbox.background is None

    def test_the_thread_works_without_being_asked_again(self) -> None:
        rounds, done = list[int](), threading.Event()

        def work() -> None:
            rounds.append(1)
            if len(rounds) == 3:
                done.set()
                threading.Event().wait()  # for ever: further rounds would disturb other tests

        RelayNotifier(work, every=0.01).notify()
        assert done.wait(60)


@pytest.fixture
def effects() -> Iterator[list[int]]:
    """What messages of a test kind have done."""
    seen: list[int] = []
    outbox.handler(KIND)(lambda payload: seen.append(payload["n"]))
    yield seen
    del outbox._handlers[KIND]


def enqueue(number: int) -> None:
    with transaction.atomic():
        outbox.enqueue(kind=KIND, key=f"effect:{number}", payload={"n": number})


@pytest.mark.django_db(transaction=True)
class TestOwnMessages:
    def test_a_commit_delivers_nothing_that_others_enqueued(self, effects: list[int]) -> None:
        OutboxMessage.objects.create(kind=KIND, key="7", payload={"n": 7}, available_at=timezone.now())
        enqueue(1)
        assert effects == [1]
        outbox.deliver_due()
        assert effects == [1, 7]

    def test_a_part_of_a_long_job_is_left_to_the_thread_of_the_server(
        self, effects: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        requests: list[bool] = []
        monkeypatch.setattr(outbox, "_in_background", {KIND})
        enqueue(1)
        assert effects == [1], "no server, so no thread"
        monkeypatch.setattr(outbox, "background", SimpleNamespace(notify=lambda: requests.append(True)))
        enqueue(2)
        assert (effects, requests) == ([1], [True])
        with transaction.atomic():
            outbox.enqueue(kind="nobody", key="k", payload={})
        assert requests == [True], "only for such a part"
        outbox.deliver_due()
        assert effects == [1, 2]

    def test_a_failure_of_the_database_reaches_nobody_and_the_message_stays(
        self, effects: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(**_chosen: str) -> None:
            raise OSError("away")

        with monkeypatch.context() as patch:
            patch.setattr(outbox, "claim", away)
            enqueue(1)
        enqueue(2)
        assert effects == [2]
        outbox.deliver_due()
        assert effects == [2, 1]


@pytest.mark.django_db
def test_who_signs_in_during_an_import_does_not_do_the_rest_of_it(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """Signing in on a new device enqueues a mail, which is sent at once; the portions are left to the thread."""
    asked: list[bool] = []
    notifier = type("Thread", (), {"notify": lambda _self: asked.append(True)})()
    monkeypatch.setattr(outbox, "background", notifier)
    by = controller()
    upload = uploaded(by, {"core_code": "1.000001", "title": "Một thủ tục"})
    with django_capture_on_commit_callbacks(execute=True):
        apply = reverse("procedures_import_apply", args=[upload.pk])
        signed_in(by).post(apply, {"without_decision": "1"})
    assert asked == [True]
    officer = UserFactory(username="lan", password=PASSWORD)

    with django_capture_on_commit_callbacks(execute=True):
        for agent in (
            "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0",
            "Mozilla/5.0 (X11; Linux x86_64) Edg/131.0",
        ):
            Client(headers={"User-Agent": agent}).post(
                reverse("accounts:login"), {"username": "lan", "password": PASSWORD}
            )

    assert [message.to for message in mail.outbox] == [[officer.email]]
    assert not ProcedureVersion.objects.exists()
    outbox.deliver_due()
    assert ProcedureVersion.objects.count() == 1
