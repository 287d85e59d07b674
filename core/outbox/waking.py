"""Ask for a delivery run after a commit. The one who committed never waits for a broker."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from core.breaker import Breaker
from core.tasks import relay_outbox

logger = logging.getLogger(__name__)

BROKER_BREAKER_SECONDS = 30.0

broker = Breaker(BROKER_BREAKER_SECONDS)


class Bell:
    """Publishes from a thread of its own: commits that come while it publishes share the next message.

    Whatever committed before a message was sent is found by the run it starts; what a process that ends did not send,
    or a broker did not take, the sweeper delivers.
    """

    def __init__(self, publish: Callable[[], object]) -> None:
        self._publish = publish
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Ask for one message after now; returns at once."""
        self._wanted.set()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # the first ring, also after a fork
                self._thread = threading.Thread(target=self._serve, name="outbox-bell", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while self._wanted.wait():
            self._wanted.clear()
            if not broker.is_open:
                self._publish()


def wake() -> None:
    """Ask for a delivery run; a broker that does not answer is no harm, the sweeper comes by.

    After a failure nobody asks the broker for half a minute.
    """
    if relay_outbox.app.conf.task_always_eager:
        _run_here(relay_outbox)
    else:
        bell.ring()


def _run_here(task: Any) -> None:
    """With no broker: in this process, without the producer that even an eager ``apply_async`` asks for."""
    try:
        task.apply()
    except Exception:
        logger.warning("the outbox could not be relayed here; the sweeper delivers later", exc_info=True)


def _publish(task: Any) -> None:
    try:
        task.apply_async(retry=False)
    except Exception:
        broker.trip()
        logger.warning("outbox relay could not be woken; the sweeper delivers later", exc_info=True)
    else:
        broker.reset()


bell = Bell(lambda: _publish(relay_outbox))
