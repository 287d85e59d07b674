"""A delivery and a task during which a worker can be killed; imported by `celery --include`."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from celery import shared_task

from core import outbox
from core.models import CacheGeneration

KIND = "test.worker"
HOPELESS_SECONDS = 200


def hold(folder: Path, name: str) -> None:
    """Record the process that works on `name` and, the first time, wait to be killed."""
    with (folder / f"{name}.runs").open("a") as runs:
        runs.write(f"{os.getpid()}\n")
    if (folder / f"{name}.hold").exists() and len((folder / f"{name}.runs").read_text().split()) == 1:
        time.sleep(HOPELESS_SECONDS)


@outbox.handler(KIND)
def deliver(payload: dict[str, Any]) -> None:
    """Insert a row in the transaction of the delivery; a second delivery raises IntegrityError."""
    CacheGeneration.objects.create(scope=f"delivered-{payload['name']}", number=1)
    hold(Path(payload["folder"]), payload["name"])


@shared_task(name="test.task")
def task(folder: str, name: str) -> None:
    """Create a file at the end."""
    hold(Path(folder), name)
    (Path(folder) / f"{name}.done").touch()
