"""After a failure leave a sick server alone for a while, so that one request pays for its silence and not each."""

from __future__ import annotations

import time
from threading import Lock


class Breaker:
    """Shared by the threads of a process. Open (do not call) for ``seconds`` after ``trip``; then one caller tries."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = 0.0
        self._lock = Lock()

    @property
    def is_open(self) -> bool:
        """Say whether the server is to be left alone now.

        When the time is over the first one who asks hears no and tries; the others wait for what becomes of it.
        """
        if not self._until:
            return False
        with self._lock:
            now = time.monotonic()
            if now < self._until:
                return True
            self._until = now + self.seconds if self._until else 0.0
            return False

    def trip(self) -> None:
        """The server failed just now."""
        self._until = time.monotonic() + self.seconds

    def reset(self) -> None:
        """The server answered."""
        self._until = 0.0
