"""Inspect a file in a process with limits, so that a file crafted to exhaust it stalls no request (ADR 220, 260)."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from django.conf import settings

from core.foreign_files.child import processor_seconds
from core.foreign_files.reasons import Reason, Refused
from core.foreign_files.turns import Turns, Visitor
from core.web.throttle import Throttle

logger = logging.getLogger(__name__)

#: Files that one process of the portal inspects at the same time, and how long others wait for their turn.
AT_ONCE: Final = 2
WAIT_SECONDS: Final = 20
#: If the machine is too busy to finish an inspection by then, the file is not to blame.
SECONDS: Final = 40
MILLISECOND: Final = 1000
#: Processor time of inspections, in milliseconds: an ordinary file takes 200, a picture of 40 megapixels 600.
COST_OF_NETWORK: Final = Throttle("files.cost.network", limit=300 * MILLISECOND, seconds=3600)
COST_OF_DOSSIER: Final = Throttle("files.cost.dossier", limit=60 * MILLISECOND, seconds=3600)
_turns: Final = Turns(AT_ONCE)
# No secret of the portal reaches the process that reads foreign files.
_ENVIRONMENT: Final = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONPATH")


def check(file: BinaryIO, kind: str, visitor: Visitor) -> None:
    """Raise ``Refused`` unless the content of ``file`` is accepted as ``kind``; ``OSError`` without memory or disk."""
    limits = {COST_OF_NETWORK: visitor.network, COST_OF_DOSSIER: visitor.dossier}
    if any(key and limit.spent(key) for limit, key in limits.items()):
        raise Refused(Reason.SPENT, COST_OF_NETWORK.seconds_left())
    size = file.seek(0, os.SEEK_END)
    with _turns.take(visitor.network, size=size, timeout=WAIT_SECONDS), _on_disk(file) as handle:
        try:
            verdict = _run(handle, kind)
        except Refused:
            _charge(limits, processor_seconds(os.fstat(handle).st_size))
            raise
    _charge(limits, float(verdict["seconds"]))
    if verdict["reason"]:
        reason, number = Reason(verdict["reason"]), int(verdict["number"])
        raise Refused(reason, number, verdict["detail"], inside=verdict["inside"])


def _charge(limits: dict[Throttle, str], seconds: float) -> None:
    for limit, key in limits.items():
        if key:
            limit.hit(key, count=int(seconds * MILLISECOND) + 1)


@contextmanager
def _on_disk(file: BinaryIO) -> Iterator[int]:
    """Yield a descriptor with the content: the file's own, or that of a copy in memory."""
    file.seek(0)
    try:
        handle = file.fileno()
    except (AttributeError, OSError):
        with _copy() as copy:
            copy.write(file.read())
            copy.flush()
            yield copy.fileno()
        return
    # Outside the `try`: an error of the inspection itself is not an error of the descriptor.
    yield handle


def _copy() -> BinaryIO:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("inspected"), "w+b")
    return tempfile.TemporaryFile()


def _run(handle: int, kind: str) -> dict[str, str]:
    command = [sys.executable, "-m", "core.foreign_files.child", kind, str(settings.IMAGE_MAX_PIXELS)]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    try:
        done = subprocess.run(
            command, stdin=handle, capture_output=True, timeout=SECONDS, check=False, cwd=settings.BASE_DIR,
            env=environment,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Refused(Reason.BUSY) from error
    if done.returncode == 0:
        verdict: dict[str, str] = json.loads(done.stdout)
        return verdict
    logger.warning("the inspection of a file ended with %s: %s", done.returncode, done.stderr[-2000:])
    # This is how the system ends a process when the machine is short of memory; the child's own limits do not.
    out_of_memory = done.returncode == -signal.SIGKILL
    # Processes that share a processor need more of its time for the same work.
    slowed_down = done.returncode == -signal.SIGXCPU and _is_busy()
    raise Refused(Reason.BUSY if out_of_memory or slowed_down else Reason.TOO_COMPLEX)


def _is_busy() -> bool:
    """Return True if more processes wanted to run in the last minute than there are processors."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)
