"""A real worker on a real Redis, killed in the middle: nothing is lost, nothing is done twice.

FACTS: late acknowledgement alone loses the task of a killed child; with the defaults a dead worker's task comes back
after an hour.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery
from django.db import connection
from django.utils import timezone

from core.models import CacheEpoch, OutboxMessage
from tests.paths import ROOT
from tests.support.redis_server import RedisServer, until
from tests.worker.deliveries import KIND

pytestmark = [pytest.mark.redis, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PATIENCE = 60.0


class Worker:
    """`celery -A portal worker` in a process group of its own."""

    def __init__(self, redis: RedisServer, folder: Path) -> None:
        self.folder, self.redis = folder, redis
        self.log = folder / "worker.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, visibility: int = 300) -> None:
        database = connection.settings_dict
        where = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "ELASTIC"))},
            "DJANGO_SETTINGS_MODULE": "tests.worker.settings",
            "DATABASE_URL": f"postgres://{where}/{database['NAME']}",
            "REDIS_URL": self.redis.url,
            "PORTAL_VAR_DIR": str(self.folder / "var"),
            "TEST_VISIBILITY": str(visibility),
        }
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "portal",
            "worker",
            "--include=tests.worker.deliveries",
        ]
        command += ["-c", "1", "--without-gossip", "--without-mingle", "--loglevel=INFO", *options]
        ready = self.log.read_text().count(" ready.") if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        until(lambda: self.log.read_text().count(" ready.") > ready, PATIENCE, "the worker")

    def kill(self) -> None:
        """The whole worker with its children, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def worker(own_redis: RedisServer, tmp_path: Path) -> Iterator[Worker]:
    worker = Worker(own_redis, tmp_path)
    yield worker
    worker.kill()


@pytest.fixture
def send(own_redis: RedisServer):
    # As the current application it would take the tasks of all later tests away from the portal's own.
    with Celery("sender", broker=own_redis.url, set_as_current=False) as sender:
        sender.conf.task_serializer = "json"
        yield lambda name, *args: sender.send_task(name, args=args, ignore_result=True)


def runs(folder: Path, name: str) -> list[int]:
    path = folder / f"{name}.runs"
    return [int(pid) for pid in path.read_text().split()] if path.exists() else []


def wait_here(folder: Path, *names: str) -> None:
    for name in names:
        (folder / f"{name}.hold").touch()


def message(folder: Path, name: str) -> OutboxMessage:
    return OutboxMessage.objects.create(
        kind=KIND,
        key=name,
        payload={"name": name, "folder": str(folder)},
        available_at=timezone.now() - timedelta(minutes=1),
    )


def delivered() -> dict[str, int]:
    rows = OutboxMessage.objects.exclude(delivered_at=None).values_list("key", "attempts")
    return dict(rows)


def effects() -> list[str]:
    return sorted(CacheEpoch.objects.filter(scope__startswith="delivered-").values_list("scope", flat=True))


def leases_run_out() -> None:
    OutboxMessage.objects.filter(delivered_at=None).update(
        claimed_until=timezone.now() - timedelta(seconds=1)
    )


def test_a_killed_child_loses_neither_the_task_nor_the_delivery(worker: Worker, send, tmp_path: Path) -> None:
    wait_here(tmp_path, "task", "b")
    worker.start()
    send("test.task", str(tmp_path), "task")
    until(lambda: runs(tmp_path, "task"), PATIENCE, "the task")
    os.kill(runs(tmp_path, "task")[0], signal.SIGKILL)
    until((tmp_path / "task.done").exists, PATIENCE, "the task's second run")
    assert len(runs(tmp_path, "task")) == 2

    for name in ("a", "b", "c"):
        message(tmp_path, name)
    send("core.outbox.relay")
    until(lambda: runs(tmp_path, "b"), PATIENCE, "the delivery")
    os.kill(runs(tmp_path, "b")[0], signal.SIGKILL)
    until(
        lambda: worker.log.read_text().count("Task core.outbox.relay") >= 3,
        PATIENCE,
        "the relay's second run",
    )
    assert delivered() == {"a": 1}, "what the dead child had claimed waits for its lease"
    assert effects() == ["delivered-a"], "what it had done by half is undone"
    leases_run_out()
    send("core.outbox.sweep")
    until(lambda: len(delivered()) == 3, PATIENCE, "the sweep")
    assert delivered() == {"a": 1, "b": 2, "c": 2}
    assert effects() == ["delivered-a", "delivered-b", "delivered-c"]
    assert [len(runs(tmp_path, name)) for name in ("a", "b", "c")] == [1, 2, 1]


def test_a_killed_worker_loses_nothing_and_the_next_one_goes_on(worker: Worker, send, tmp_path: Path) -> None:
    wait_here(tmp_path, "task")
    worker.start(visibility=2)
    send("test.task", str(tmp_path), "task")
    until(lambda: runs(tmp_path, "task"), PATIENCE, "the task")
    worker.kill()
    message(tmp_path, "a")
    send("core.outbox.relay")  # nobody is there to hear it
    worker.start(visibility=2)
    until((tmp_path / "task.done").exists, PATIENCE, "the task's second run")
    until(lambda: delivered() == {"a": 1}, PATIENCE, "the delivery")
    assert len(runs(tmp_path, "task")) == 2
    assert effects() == ["delivered-a"]


def test_a_message_nobody_was_told_of_is_swept_up(worker: Worker, tmp_path: Path) -> None:
    """The broker was silent at the commit, so no task was sent: beat's sweeper comes by."""
    message(tmp_path, "a")
    worker.start("--beat", f"--schedule={tmp_path / 'beat'}")
    until(lambda: delivered() == {"a": 1}, PATIENCE, "the sweeper")
    worker.redis.kill()
    message(tmp_path, "b")
    worker.redis.start()
    until(lambda: delivered() == {"a": 1, "b": 1}, PATIENCE, "the sweeper after the broker's death")
    assert effects() == ["delivered-a", "delivered-b"]
