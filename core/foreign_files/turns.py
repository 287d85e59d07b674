"""Turns of inspected files: senders of costly files wait behind senders of ordinary ones (ADR 260)."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from core.foreign_files.reasons import Reason, Refused

#: Files of one network that wait at the same time; each of them holds a thread of the web process.
WAITING_OF_NETWORK: Final = 4
#: One further turn, for files of at most this size from networks that have used little, and for networks not seen yet.
SMALL_BYTES: Final = 1024 * 1024
LITTLE_MILLISECONDS: Final = 3000
#: Seconds after which what the networks have used no longer decides the order.
REMEMBERED_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Visitor:
    """The sender of a file: its network (for people who signed in: the account) and its draft or dossier.

    ``PORTAL`` is the sender of the portal's own files, which have no limit of their own.
    """

    network: str = ""
    dossier: str = ""


PORTAL: Final = Visitor()


class Turns:
    """At most `at_once` turns, and one more for those who cost little; at most one for each network.

    The next turn goes to the network that has used the least time.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._running: list[str] = []
        self._used: Counter[str] = Counter()
        self._used_since = time.monotonic()

    @contextmanager
    def take(self, network: str, *, size: int, timeout: float) -> Iterator[None]:
        """Hold a turn for a file of `size` bytes.

        ``Refused`` as busy after `timeout` seconds, or if many files of `network` wait already.
        """
        self._wait(_Ticket(network, size), timeout)
        start = time.monotonic()
        try:
            yield
        finally:
            with self._changed:
                self._running.remove(network)
                self._used[network] += int(1000 * (time.monotonic() - start))
                self._changed.notify_all()

    def _wait(self, ticket: _Ticket, timeout: float) -> None:
        with self._changed:
            if network := ticket.network:
                same = sum(other.network == network for other in self._waiting)
                if same >= WAITING_OF_NETWORK:
                    raise Refused(Reason.BUSY)
            self._waiting.append(ticket)
            try:
                if not self._changed.wait_for(lambda: self._next() is ticket, timeout):
                    raise Refused(Reason.BUSY)
                self._running.append(ticket.network)
            finally:
                self._waiting.remove(ticket)
                # The next one in line may now have its turn.
                self._changed.notify_all()

    def _next(self) -> _Ticket | None:
        if time.monotonic() - self._used_since > REMEMBERED_SECONDS:
            self._used.clear()
            self._used_since = time.monotonic()
        possible = [one for one in self._waiting if not one.network or one.network not in self._running]
        if len(self._running) > self._at_once:
            return None
        if len(self._running) == self._at_once:
            # However many networks send costly files, somebody with an ordinary one does not wait for all of them.
            possible = [one for one in possible if self._costs_little(one)]
        # Among equals, the first that came.
        return min(possible, key=lambda one: self._used[one.network], default=None)

    def _costs_little(self, ticket: _Ticket) -> bool:
        is_new = bool(ticket.network) and ticket.network not in self._used
        return is_new or (ticket.size <= SMALL_BYTES and self._used[ticket.network] < LITTLE_MILLISECONDS)


@dataclass(frozen=True, slots=True, eq=False)
class _Ticket:
    """A file that is waiting."""

    network: str
    size: int
