"""Notifying the relay: one task per burst of commits, and no commit waits for the broker."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from core import outbox
from core.outbox import RelayNotifier


class Broker:
    """Accepts each task while `may_answer` is set."""

    def __init__(self) -> None:
        self.taken = 0
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.asked = threading.Event()

    def publish(self) -> None:
        self.asked.set()
        self.may_answer.wait(60)
        self.taken += 1


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def broker() -> Iterator[Broker]:
    broker = Broker()
    outbox.broker_breaker.reset()
    yield broker
    broker.may_answer.set()
    outbox.broker_breaker.reset()


def test_one_notification_publishes_one_task(broker: Broker) -> None:
    RelayNotifier(broker.publish).notify()
    until(lambda: broker.taken == 1)


def test_notify_returns_while_the_broker_does_not_answer(broker: Broker) -> None:
    broker.may_answer.clear()
    notifier = RelayNotifier(broker.publish)
    for _commit in range(50):
        notifier.notify()
    assert broker.taken == 0


def test_commits_during_a_publish_share_the_next_task(broker: Broker) -> None:
    broker.may_answer.clear()
    notifier = RelayNotifier(broker.publish)
    notifier.notify()
    assert broker.asked.wait(60)
    for _commit in range(50):
        notifier.notify()
    broker.may_answer.set()
    until(lambda: broker.taken == 2)
    time.sleep(0.05)
    assert broker.taken == 2


def test_a_commit_after_a_publish_is_published(broker: Broker) -> None:
    notifier = RelayNotifier(broker.publish)
    for number in range(1, 4):
        notifier.notify()
        until(lambda number=number: broker.taken == number)


def notifier_threads() -> int:
    return sum(thread.name == "outbox-notifier" for thread in threading.enumerate())


def test_all_notifications_share_one_thread(broker: Broker) -> None:
    notifier = RelayNotifier(broker.publish)
    before = notifier_threads()
    for _commit in range(20):
        notifier.notify()
    assert notifier_threads() == before + 1


def test_an_open_breaker_prevents_publishing(broker: Broker) -> None:
    outbox.broker_breaker.trip()
    RelayNotifier(broker.publish).notify()
    time.sleep(0.05)
    assert broker.taken == 0


class Task:
    """A task whose publishing may fail."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def apply_async(self, **_options: object) -> None:
        if self.error:
            raise self.error


def test_the_breaker_closes_after_a_successful_publish(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Task()
    monkeypatch.setattr(outbox, "relay_outbox", task)
    task.error = OSError("away")
    outbox._publish_task()
    assert outbox.broker_breaker.is_open
    outbox.broker_breaker._open_until = time.monotonic() - 1  # the half minute is over
    assert not outbox.broker_breaker.is_open  # the first caller tries
    assert outbox.broker_breaker.is_open  # the others wait for the outcome
    task.error = None
    outbox._publish_task()
    assert [outbox.broker_breaker.is_open for _commit in range(3)] == [False, False, False]


def _notify_in_child(notifier: RelayNotifier, results: multiprocessing.Queue[int]) -> None:
    taken = threading.Event()
    notifier._publish = taken.set
    notifier.notify()
    results.put(taken.wait(60))


def test_a_forked_worker_starts_its_own_thread(broker: Broker) -> None:
    notifier = RelayNotifier(broker.publish)
    notifier.notify()
    until(lambda: broker.taken == 1)
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    child = context.Process(target=_notify_in_child, args=(notifier, results))
    child.start()
    assert results.get(timeout=120)
    child.join(60)
