"""After a failure leave a sick server alone for a while, so that one request pays for its silence and not each."""

from __future__ import annotations

import time


class Breaker:
    """Open (do not call) for ``seconds`` after ``trip``; one caller tries again afterwards."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Say whether the server is to be left alone now."""
        return time.monotonic() < self._until

    def trip(self) -> None:
        """The server failed just now."""
        self._until = time.monotonic() + self.seconds

    def reset(self) -> None:
        """The server answered."""
        self._until = 0.0
