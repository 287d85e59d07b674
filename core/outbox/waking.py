"""Ask for a delivery run after a commit, without ever waiting long for a broker."""

from __future__ import annotations

import logging
import threading
from typing import Any

from core.breaker import Breaker
from core.tasks import relay_outbox

logger = logging.getLogger(__name__)

BROKER_BREAKER_SECONDS = 30.0
PUBLISH_SECONDS = 1.5

broker = Breaker(BROKER_BREAKER_SECONDS)


def wake() -> None:
    """Ask for a delivery run; a broker that does not answer is no harm, the sweeper comes by.

    A silent broker costs one request a second and a half, and the next half minute nobody asks it.
    """
    if relay_outbox.app.conf.task_always_eager:
        _run_here(relay_outbox)
    elif not broker.is_open:
        # The client library tries several times, each with its own time-out: only a thread bounds the sum.
        publishing = threading.Thread(target=_publish, args=(relay_outbox,), daemon=True)
        publishing.start()
        publishing.join(PUBLISH_SECONDS)
        if publishing.is_alive():
            broker.trip()
            logger.warning("the broker is silent; the sweeper delivers later")


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
