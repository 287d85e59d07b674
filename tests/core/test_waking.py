"""The bell that wakes the relay: nobody who commits waits for it, and no commit goes unheard."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from core.outbox import waking
from core.outbox.waking import Bell


class Broker:
    """Takes each message as long as it is told to."""

    def __init__(self) -> None:
        self.taken = 0
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.asked = threading.Event()

    def publish(self) -> None:
        self.asked.set()
        self.may_answer.wait(10)
        self.taken += 1


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def broker() -> Iterator[Broker]:
    broker = Broker()
    waking.broker.reset()
    yield broker
    broker.may_answer.set()
    waking.broker.reset()


def test_a_ring_is_one_message(broker: Broker) -> None:
    Bell(broker.publish).ring()
    until(lambda: broker.taken == 1)


def test_nobody_waits_for_a_broker_that_does_not_answer(broker: Broker) -> None:
    broker.may_answer.clear()
    bell = Bell(broker.publish)
    for _commit in range(50):
        bell.ring()
    assert broker.taken == 0


def test_commits_during_a_message_share_the_next(broker: Broker) -> None:
    broker.may_answer.clear()
    bell = Bell(broker.publish)
    bell.ring()
    assert broker.asked.wait(10)
    for _commit in range(50):
        bell.ring()
    broker.may_answer.set()
    until(lambda: broker.taken == 2)
    time.sleep(0.05)
    assert broker.taken == 2


def test_a_commit_after_the_message_is_heard(broker: Broker) -> None:
    bell = Bell(broker.publish)
    for number in range(1, 4):
        bell.ring()
        until(lambda number=number: broker.taken == number)


def test_one_thread_is_enough(broker: Broker) -> None:
    bell = Bell(broker.publish)
    before = threading.active_count()
    for _commit in range(20):
        bell.ring()
    assert threading.active_count() == before + 1


def test_a_broker_that_failed_is_left_alone(broker: Broker) -> None:
    waking.broker.trip()
    Bell(broker.publish).ring()
    time.sleep(0.05)
    assert broker.taken == 0


class Task:
    """Is published, or not."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def apply_async(self, **_options: object) -> None:
        if self.error:
            raise self.error


def test_a_broker_that_answers_again_is_asked_each_time(broker: Broker) -> None:
    task = Task()
    task.error = OSError("away")
    waking._publish(task)
    assert waking.broker.is_open
    waking.broker._until = time.monotonic() - 1  # the half minute is over
    assert not waking.broker.is_open  # who asks first tries
    assert waking.broker.is_open  # the others wait for what becomes of it
    task.error = None
    waking._publish(task)
    assert [waking.broker.is_open for _commit in range(3)] == [False, False, False]


def _ring_in_child(bell: Bell, results: multiprocessing.Queue[int]) -> None:
    taken = threading.Event()
    bell._publish = taken.set
    bell.ring()
    results.put(taken.wait(10))


def test_a_worker_forked_after_the_first_ring_has_a_bell_of_its_own(broker: Broker) -> None:
    bell = Bell(broker.publish)
    bell.ring()
    until(lambda: broker.taken == 1)
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    child = context.Process(target=_ring_in_child, args=(bell, results))
    child.start()
    assert results.get(timeout=20)
    child.join(10)
