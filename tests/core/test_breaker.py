"""A sick server is left alone, then asked by one caller."""

from __future__ import annotations

import threading

import pytest

from core import breaker as module
from core.breaker import Breaker


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_a_new_breaker_lets_everybody_ask(clock):
    breaker = Breaker(5)
    assert [breaker.is_open for _ in range(3)] == [False] * 3


def test_a_failure_keeps_everybody_away_for_a_while(clock):
    breaker = Breaker(5)
    breaker.trip()
    assert breaker.is_open
    clock.now += 4.9
    assert breaker.is_open


def test_afterwards_one_caller_tries_and_the_others_wait(clock):
    breaker = Breaker(5)
    breaker.trip()
    clock.now += 5
    assert [breaker.is_open for _ in range(3)] == [False, True, True]


def test_an_answer_closes_it_for_everybody(clock):
    breaker = Breaker(5)
    breaker.trip()
    clock.now += 5
    assert not breaker.is_open
    breaker.reset()
    assert [breaker.is_open for _ in range(3)] == [False] * 3


def test_another_failure_starts_the_wait_anew(clock):
    breaker = Breaker(5)
    breaker.trip()
    clock.now += 5
    assert not breaker.is_open
    clock.now += 1
    breaker.trip()
    clock.now += 4.5
    assert breaker.is_open
    clock.now += 0.5
    assert not breaker.is_open


def test_a_caller_who_never_reports_keeps_the_others_away_no_longer_than_a_failure(clock):
    breaker = Breaker(5)
    breaker.trip()
    clock.now += 5
    assert not breaker.is_open
    clock.now += 5
    assert not breaker.is_open


def test_of_many_threads_one_tries(clock):
    breaker = Breaker(5)
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
