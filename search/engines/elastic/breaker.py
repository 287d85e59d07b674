"""A circuit breaker: a server that failed is left alone for a while, then asked once."""

from __future__ import annotations

import threading
import time
from typing import Final

REST_SECONDS: Final = 10.0


class Breaker:
    """Shared by the threads of a process. Closed: ask. Open: do not. After the rest: one caller may probe."""

    def __init__(self, rest: float = REST_SECONDS) -> None:
        self._rest = rest
        self._lock = threading.Lock()
        self._open_until: float | None = None

    def may_ask(self) -> bool:
        """Say whether to ask now; of many callers after the rest only one gets a yes, until it reports."""
        with self._lock:
            if self._open_until is None:
                return True
            if time.monotonic() < self._open_until:
                return False
            self._open_until = time.monotonic() + self._rest
            return True

    def succeeded(self) -> None:
        """Close: the server answered."""
        with self._lock:
            self._open_until = None

    def failed(self) -> None:
        """Open: the server did not answer, or answered rubbish."""
        with self._lock:
            self._open_until = time.monotonic() + self._rest
