"""What the mutants that were tried say about their group."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

#: How sure the lower end of an interval is, on both sides.
CONFIDENCE: Final = 0.95


@dataclass(frozen=True)
class Counts:
    """How many non-equivalent mutants of a group were tried, and how many of them were killed."""

    killed: int
    tried: int

    @property
    def share(self) -> float:
        return self.killed / self.tried if self.tried else 0.0

    @property
    def lower_bound(self) -> float:
        """Return the lower end of the 95 % interval (Wilson) for the group of which those tried are a random sample."""
        if not self.tried:
            return 0.0
        n, p, z = self.tried, self.share, NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
        return (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
