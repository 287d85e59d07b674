"""A failed server is not called for a while, then by one caller."""

from __future__ import annotations

import threading

import pytest

from core import circuit_breaker as module
from core.circuit_breaker import CircuitBreaker


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_a_new_breaker_is_closed(clock):
    breaker = CircuitBreaker(5)
    assert [breaker.is_open for _ in range(3)] == [False] * 3


def test_a_failure_opens_the_breaker(clock):
    breaker = CircuitBreaker(5)
    breaker.trip()
    assert breaker.is_open
    clock.now += 4.9
    assert breaker.is_open


def test_after_the_pause_one_caller_makes_a_trial_call(clock):
    breaker = CircuitBreaker(5)
    breaker.trip()
    clock.now += 5
    assert [breaker.is_open for _ in range(3)] == [False, True, True]


def test_a_success_closes_the_breaker(clock):
    breaker = CircuitBreaker(5)
    breaker.trip()
    clock.now += 5
    assert not breaker.is_open
    breaker.reset()
    assert [breaker.is_open for _ in range(3)] == [False] * 3


def test_another_failure_restarts_the_pause(clock):
    breaker = CircuitBreaker(5)
    breaker.trip()
    clock.now += 5
    assert not breaker.is_open
    clock.now += 1
    breaker.trip()
    clock.now += 4.5
    assert breaker.is_open
    clock.now += 0.5
    assert not breaker.is_open


def test_an_unreported_trial_call_blocks_others_no_longer_than_a_failure(clock):
    breaker = CircuitBreaker(5)
    breaker.trip()
    clock.now += 5
    assert not breaker.is_open
    clock.now += 5
    assert not breaker.is_open


def test_one_of_many_threads_makes_the_trial_call(clock):
    breaker = CircuitBreaker(5)
    breaker.trip()
    clock.now += 5
    answers: list[bool] = []
    together = threading.Barrier(16)

    def ask() -> None:
        together.wait()
        answers.append(breaker.is_open)

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(False) == 1
