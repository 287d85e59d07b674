"""The generation of what anonymous people see, as this process knows it."""

from __future__ import annotations

import logging
import time
from threading import Lock

from django.db import DatabaseError

from core.models import CacheEpoch

logger = logging.getLogger(__name__)

SITE = "site"
# A publish anywhere is seen by every process after at most this long; the promise is one second.
POLL_SECONDS = 0.5
RETRY_SECONDS = 2.0


class EpochWatch:
    """Asks the database at most every half second; while it is down, the last epoch known stays true.

    One thread asks, the others go on with what is known, so that a database that hangs stops one request only.
    """

    def __init__(self) -> None:
        self._epoch = 0
        self._next_poll = 0.0
        self._lock = Lock()

    def current(self) -> int:
        """Return the epoch; 0 before the first purge."""
        now = time.monotonic()
        if now >= self._next_poll and self._lock.acquire(blocking=not self._next_poll):
            try:
                if now >= self._next_poll:
                    self._poll()
            finally:
                self._lock.release()
        return self._epoch

    def forget(self) -> None:
        """Ask the database at the next call."""
        self._next_poll = 0.0

    def _poll(self) -> None:
        wait = POLL_SECONDS
        try:
            row = CacheEpoch.objects.filter(scope=SITE).values_list("epoch", flat=True).first()
            self._epoch = row or 0
        except DatabaseError:
            wait = RETRY_SECONDS
            logger.warning(
                "page cache: the database does not answer, cached pages stay as they are", exc_info=True
            )
        self._next_poll = time.monotonic() + wait


watch = EpochWatch()
