"""A circuit breaker: after a failure a server is not called for a while, so that only one request waits for it.

See ADR 86 for the libraries that were compared.
"""

from __future__ import annotations

import time
from threading import Lock


class CircuitBreaker:
    """A breaker shared by the threads of a process; open for `seconds` after `trip`, then one caller tries."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._open_until = 0.0
        self._lock = Lock()

    @property
    def is_open(self) -> bool:
        """Return True if the server must not be called now.

        After `seconds`, the first caller gets False for a trial call; the others get True until it has been reported.
        """
        if not self._open_until:
            return False
        with self._lock:
            now = time.monotonic()
            if now < self._open_until:
                return True
            self._open_until = now + self.seconds if self._open_until else 0.0
            return False

    def trip(self) -> None:
        """Report a failure: open the circuit."""
        self._open_until = time.monotonic() + self.seconds

    def reset(self) -> None:
        """Report a success: close the circuit."""
        self._open_until = 0.0
