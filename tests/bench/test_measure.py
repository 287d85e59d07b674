"""Results and paired measurements."""

from __future__ import annotations

import pytest

from bench.measure import QUICK_VARIABLE, Pair, Result, scale, side_by_side


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (Result("pages", 4.2, 4), "RESULT pages 4.2 >=4 PASS"),
        (Result("pages", 4, 4), "RESULT pages 4 >=4 PASS"),
        (Result("pages", 3.99, 4), "RESULT pages 3.99 >=4 FAIL"),
        (Result("faults", 0, 0, at_least=False), "RESULT faults 0 <=0 PASS"),
        (Result("faults", 1, 0, at_least=False), "RESULT faults 1 <=0 FAIL"),
    ],
)
def test_result_line_names_value_limit_and_verdict(result: Result, line: str) -> None:
    assert result.line() == line
    assert result.passed is line.endswith("PASS")


def test_paired_measurement_returns_the_round_with_the_median_ratio() -> None:
    first, second = iter([10.0, 90.0, 30.0]), iter([1.0, 3.0, 15.0])  # ratios 10, 30, 2
    assert side_by_side(lambda: next(first), lambda: next(second), rounds=3) == Pair(10.0, 1.0)


def test_quick_run_uses_the_small_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(QUICK_VARIABLE, raising=False)
    assert scale(200, 20) == 200
    monkeypatch.setenv(QUICK_VARIABLE, "1")
    assert scale(200, 20) == 20
