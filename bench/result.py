"""The last line of every run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One measure and the bar it has to reach (or stay under, for a count of faults)."""

    name: str
    value: float
    bar: float
    at_least: bool = True

    @property
    def passed(self) -> bool:
        """Say whether the bar is held."""
        return self.value >= self.bar if self.at_least else self.value <= self.bar

    def line(self) -> str:
        """Return the line for people and programs."""
        sign = ">=" if self.at_least else "<="
        return f"RESULT {self.name} {self.value:g} {sign}{self.bar:g} {'PASS' if self.passed else 'FAIL'}"
