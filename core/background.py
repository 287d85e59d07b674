"""What workers and beat do with a broker, done in a thread of the server without one: messages and scheduled pages.

A request delivers only what it enqueued itself (``core.outbox``). This thread delivers the rest: the portions of
imports, what failed and is tried again, what was meant for a later day, and what a process left that was stopped. It
also publishes and expires pages whose time has come.
"""

from __future__ import annotations

import logging
import time
from typing import Final

from celery import current_app
from django.db import connections

from core import outbox, tasks

logger = logging.getLogger(__name__)

SWEEP_SECONDS: Final = 15.0
PUBLISH_SECONDS: Final = 60.0


class BackgroundWork:
    """One round of the work; pages are looked at once a minute."""

    def __init__(self) -> None:
        self._published = -PUBLISH_SECONDS

    def __call__(self) -> None:
        """Deliver what is due and publish what is due; a failure is logged, and tried again in the next round."""
        try:
            outbox.deliver_due(within=outbox.LONGEST_RUN)
            if time.monotonic() - self._published >= PUBLISH_SECONDS:
                self._published = time.monotonic()
                tasks.publish_scheduled()
        except Exception:
            logger.exception("the background work failed; it is tried again")
        finally:
            connections.close_all()


def start() -> None:
    """Start the thread in a process that serves requests, unless a broker has workers for this."""
    if current_app.conf.task_always_eager and outbox.background is None:
        outbox.background = outbox.RelayNotifier(BackgroundWork(), every=SWEEP_SECONDS)
        outbox.background.notify()
