"""Values kept in memory and looked up again at most once a second."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from search.refreshing import FRESH_SECONDS, RefreshingValue


class TestRefreshingValue:
    def test_value_is_computed_again_only_when_the_revision_changes(self, monkeypatch: pytest.MonkeyPatch):
        clock, revision, made = [100.0], [1], []
        monkeypatch.setattr("search.refreshing.time.monotonic", lambda: clock[0])
        known = RefreshingValue(lambda: revision[0], lambda: made.append(1) or len(made))
        assert [known.get(), known.get()] == [1, 1]
        revision[0] = 2
        assert known.get() == 1, "not looked at again within the second"
        clock[0] += FRESH_SECONDS
        assert known.get() == 2
        clock[0] += FRESH_SECONDS
        assert known.get() == 2

    def test_two_threads_compute_it_once(self):
        """The first search of a process that is still warming up waits instead of repeating the work."""
        is_computing, go_on, made = Event(), Event(), list[int]()

        def compute() -> int:
            made.append(1)
            is_computing.set()
            go_on.wait(10)
            return len(made)

        known = RefreshingValue(lambda: 1, compute)
        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(known.get)
            assert is_computing.wait(10)
            second = threads.submit(known.get)
            go_on.set()
            assert [first.result(10), second.result(10)] == [1, 1]
        assert made == [1]

    def test_the_previous_value_is_returned_while_another_thread_computes(
        self, monkeypatch: pytest.MonkeyPatch
    ):
        clock, revision, go_on, is_computing = [100.0], [1], Event(), Event()
        monkeypatch.setattr("search.refreshing.time.monotonic", lambda: clock[0])

        def compute() -> int:
            if revision[0] == 2:
                is_computing.set()
                go_on.wait(10)
            return revision[0]

        known = RefreshingValue(lambda: revision[0], compute)
        known.get()
        clock[0], revision[0] = 200.0, 2
        with ThreadPoolExecutor(1) as threads:
            changed = threads.submit(known.get)
            assert is_computing.wait(10)
            assert known.get() == 1
            go_on.set()
            assert changed.result(10) == 2
        assert known.get() == 2

    def test_value_can_be_invalidated(self):
        made: list[int] = []
        known = RefreshingValue(lambda: 1, lambda: made.append(1) or len(made))
        known.get()
        known.invalidate()
        assert known.get() == 2
