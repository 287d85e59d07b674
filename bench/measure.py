"""Results, the size of a run, and paired measurements."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

QUICK_VARIABLE: Final = "BENCH_QUICK"
Number = TypeVar("Number", int, float)


def scale(full: Number, quick: Number) -> Number:
    """Return ``full``, or ``quick`` in a run that only shows that the measurement works (``--quick``)."""
    return quick if os.environ.get(QUICK_VARIABLE) else full


@dataclass(frozen=True, slots=True)
class Result:
    """A measured value and its limit: a minimum, or a maximum when ``at_least`` is False."""

    name: str
    value: float
    limit: float
    at_least: bool = True

    @property
    def passed(self) -> bool:
        """Return True if the value is within the limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        """Return the RESULT line, for people and programs."""
        sign = ">=" if self.at_least else "<="
        return f"RESULT {self.name} {self.value:g} {sign}{self.limit:g} {'PASS' if self.passed else 'FAIL'}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values measured in the same round."""

    first: float
    second: float

    @property
    def ratio(self) -> float:
        """Return the first value divided by the second."""
        return self.first / self.second


def median_pair(pairs: list[Pair]) -> Pair:
    """Return the pair with the median ratio."""
    return sorted(pairs, key=lambda pair: pair.ratio)[len(pairs) // 2]


def side_by_side(
    first: Callable[[], float], second: Callable[[], float], *, rounds: int = scale(5, 1)
) -> Pair:
    """Measure both in turns and return the pair with the median ratio.

    Other load on the machine affects both alike, and a single outlier does not decide the result.
    """
    return median_pair([Pair(first(), second()) for _round in range(rounds)])
