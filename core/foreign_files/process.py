"""Run the inspection of one file in a process with limits: a file made to exhaust it stalls no request (ADR 220)."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from django.conf import settings

from core.foreign_files.reasons import Reason, Refused

logger = logging.getLogger(__name__)

#: Files that one process of the portal inspects at the same time, and how long others wait for their turn.
AT_ONCE: Final = 2
WAIT_SECONDS: Final = 20
#: Beside the limit of processor time, for a machine that is busy.
SECONDS: Final = 40
_turns: Final = threading.BoundedSemaphore(AT_ONCE)
# No secret of the portal reaches the process that reads foreign files.
_ENVIRONMENT: Final = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONPATH")


def check(file: BinaryIO, kind: str) -> None:
    """Raise ``Refused`` unless the content of ``file`` is accepted as ``kind``; ``OSError`` without memory or disk."""
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise Refused(Reason.BUSY)
    try:
        with _on_disk(file) as handle:
            verdict = _run(handle, kind)
    finally:
        _turns.release()
    if verdict:
        raise Refused(Reason(verdict["reason"]), int(verdict["number"]))


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
    # Outside of the `try`: an error of the inspection itself is none of the descriptor.
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
        raise Refused(Reason.TOO_COMPLEX) from error
    if done.returncode == 0:
        verdict: dict[str, str] = json.loads(done.stdout)
        return verdict
    logger.warning("the inspection of a file ended with %s: %s", done.returncode, done.stderr[-2000:])
    raise Refused(Reason.TOO_COMPLEX)
