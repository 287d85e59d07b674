"""TEST_NOW moves the whole run to another time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from tests.support import clock


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-02-05T23:58:00", "2027-02-05T16:58:00+00:00"),
        ("2028-02-29", "2028-02-28T17:00:00+00:00"),
        ("2027-01-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00"),
    ],
)
def test_time_without_a_zone_is_vietnamese(text: str, expected: str) -> None:
    assert clock.moment(text).astimezone(dt.UTC).isoformat() == expected


def test_invalid_time_names_the_variable() -> None:
    with pytest.raises(ValueError, match="TEST_NOW='nửa đêm'"):
        clock.moment("nửa đêm")


def test_clock_runs_on_from_the_given_time_and_is_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    before = timezone.now()
    monkeypatch.setenv(clock.VARIABLE, "2031-01-23T23:59:59.999")
    monkeypatch.setattr(clock, "_travels", [])
    clock.start()
    try:
        there = timezone.localtime()
        assert (there.year, there.month) == (2031, 1)
        while timezone.now() == there:
            pass
    finally:
        clock.stop()
    assert abs(timezone.now() - before) < dt.timedelta(minutes=5)


def test_without_the_variable_the_time_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(clock.VARIABLE, raising=False)
    started: list[Any] = []
    monkeypatch.setattr(clock, "_travels", started)
    clock.start()
    assert started == []
