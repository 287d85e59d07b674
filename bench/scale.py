"""How much a run does: the full measure, or so little that it only shows that it works (``--quick``)."""

from __future__ import annotations

import os
from typing import Final, TypeVar

VARIABLE: Final = "BENCH_QUICK"
Number = TypeVar("Number", int, float)


def scale(full: Number, quick: Number) -> Number:
    """Return ``full``, or ``quick`` in a quick run."""
    return quick if os.environ.get(VARIABLE) else full
