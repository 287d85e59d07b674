"""What a worker of the tests can be killed in: it is imported there by `celery --include`."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from celery import shared_task

from core import outbox
from core.models import CacheEpoch

KIND = "test.worker"
HOPELESS_SECONDS = 60


def hold(folder: Path, name: str) -> None:
    """Say who works on `name` and, the first time, wait to be killed."""
    with (folder / f"{name}.runs").open("a") as runs:
        runs.write(f"{os.getpid()}\n")
    if (folder / f"{name}.hold").exists() and len((folder / f"{name}.runs").read_text().split()) == 1:
        time.sleep(HOPELESS_SECONDS)


@outbox.handler(KIND)
def deliver(payload: dict[str, Any]) -> None:
    """One row for each delivery, in the transaction of the record: twice would be an IntegrityError."""
    CacheEpoch.objects.create(scope=f"delivered-{payload['name']}", epoch=1)
    hold(Path(payload["folder"]), payload["name"])


@shared_task(name="test.task")
def task(folder: str, name: str) -> None:
    """A task that leaves a mark when it is through."""
    hold(Path(folder), name)
    (Path(folder) / f"{name}.done").touch()
