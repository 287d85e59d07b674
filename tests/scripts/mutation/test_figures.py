"""What a sample of mutants says about all of them."""

from __future__ import annotations

import pytest
from mutation.figures import Counts


@pytest.mark.parametrize(
    ("killed", "tried", "share", "at_least"),
    [
        (95, 100, 0.95, 0.888),
        (950, 1000, 0.95, 0.935),
        (10, 10, 1.0, 0.722),
        (0, 10, 0.0, 0.0),
        (0, 0, 0.0, 0.0),
    ],
)
def test_the_smaller_the_sample_the_less_it_says(
    killed: int, tried: int, share: float, at_least: float
) -> None:
    counts = Counts(killed, tried)
    assert counts.share == pytest.approx(share)
    assert counts.lower_bound == pytest.approx(at_least, abs=0.001)
