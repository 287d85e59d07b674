"""A real worker on a real Redis is killed: no task is lost and no effect happens twice.

Late acknowledgement alone loses the task of a killed child; with the defaults a dead worker's task comes back
after an hour (docs/facts.md#celery-and-redis).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import Celery
from django.db import connection
from django.utils import timezone

from core.models import CacheGeneration, OutboxMessage
from tests.paths import ROOT
from tests.portal.worker.deliveries import KIND
from tests.support.redis_server import RedisServer, until

pytestmark = [pytest.mark.redis, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TIMEOUT_SECONDS = 120.0


INSTALLATION = "portal-test"


class Worker:
    """`celery -A portal worker` in its own process group."""

    def __init__(self, redis: RedisServer, folder: Path) -> None:
        self.folder, self.redis = folder, redis
        self.log = folder / "worker.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, visibility: int = 300) -> None:
        database = connection.settings_dict
        where = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "ELASTIC"))},
            "DJANGO_SETTINGS_MODULE": "tests.portal.worker.settings",
            "DATABASE_URL": f"postgres://{where}/{database['NAME']}",
            "REDIS_URL": self.redis.url,
            "PORTAL_INSTALLATION": INSTALLATION,
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
            "--include=tests.portal.worker.deliveries",
        ]
        command += ["-c", "1", "--without-gossip", "--without-mingle", "--loglevel=INFO", *options]
        ready = self.log.read_text().count(" ready.") if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        until(lambda: self.log.read_text().count(" ready.") > ready, TIMEOUT_SECONDS, "the worker")

    def kill(self) -> None:
        """Kill the worker with its children, as a power cut would."""
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
    # If it were the current application, it would receive the tasks of all later tests.
    with Celery("sender", broker=own_redis.url, set_as_current=False) as sender:
        sender.conf.task_serializer = "json"
        sender.conf.broker_transport_options = {"global_keyprefix": f"{INSTALLATION}:"}
        yield lambda name, *args: sender.send_task(name, args=args, ignore_result=True)


def runs(folder: Path, name: str) -> list[int]:
    path = folder / f"{name}.runs"
    return [int(pid) for pid in path.read_text().split()] if path.exists() else []


def hold_once(folder: Path, *names: str) -> None:
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
    return sorted(
        CacheGeneration.objects.filter(scope__startswith="delivered-").values_list("scope", flat=True)
    )


def expire_leases() -> None:
    OutboxMessage.objects.filter(delivered_at=None).update(
        claimed_until=timezone.now() - timedelta(seconds=1)
    )


def test_killed_child_loses_neither_task_nor_delivery(worker: Worker, send, tmp_path: Path) -> None:
    hold_once(tmp_path, "task", "b")
    worker.start()
    send("test.task", str(tmp_path), "task")
    until(lambda: runs(tmp_path, "task"), TIMEOUT_SECONDS, "the task")
    os.kill(runs(tmp_path, "task")[0], signal.SIGKILL)
    until((tmp_path / "task.done").exists, TIMEOUT_SECONDS, "the task's second run")
    assert len(runs(tmp_path, "task")) == 2

    for name in ("a", "b", "c"):
        message(tmp_path, name)
    send("core.outbox.relay")
    until(lambda: runs(tmp_path, "b"), TIMEOUT_SECONDS, "the delivery")
    os.kill(runs(tmp_path, "b")[0], signal.SIGKILL)
    until(
        lambda: worker.log.read_text().count("Task core.outbox.relay") >= 3,
        TIMEOUT_SECONDS,
        "the relay's second run",
    )
    assert delivered() == {"a": 1}, "messages claimed by the dead child wait for the end of its lease"
    assert effects() == ["delivered-a"], "unfinished work is rolled back"
    expire_leases()
    send("core.outbox.sweep")
    until(lambda: len(delivered()) == 3, TIMEOUT_SECONDS, "the sweep")
    assert delivered() == {"a": 1, "b": 2, "c": 2}
    assert effects() == ["delivered-a", "delivered-b", "delivered-c"]
    assert [len(runs(tmp_path, name)) for name in ("a", "b", "c")] == [1, 2, 1]


def test_next_worker_continues_after_a_kill(worker: Worker, send, tmp_path: Path) -> None:
    hold_once(tmp_path, "task")
    worker.start(visibility=2)
    send("test.task", str(tmp_path), "task")
    until(lambda: runs(tmp_path, "task"), TIMEOUT_SECONDS, "the task")
    worker.kill()
    message(tmp_path, "a")
    send("core.outbox.relay")  # no worker is running
    worker.start(visibility=2)
    until((tmp_path / "task.done").exists, TIMEOUT_SECONDS, "the task's second run")
    until(lambda: delivered() == {"a": 1}, TIMEOUT_SECONDS, "the delivery")
    assert len(runs(tmp_path, "task")) == 2
    assert effects() == ["delivered-a"]


def test_message_without_a_notification_is_delivered_by_the_sweeper(worker: Worker, tmp_path: Path) -> None:
    """No task was sent because the broker did not answer at the commit; the scheduled sweeper delivers."""
    message(tmp_path, "a")
    worker.start("--beat", f"--schedule={tmp_path / 'beat'}")
    until(lambda: delivered() == {"a": 1}, TIMEOUT_SECONDS, "the sweeper")
    worker.redis.kill()
    message(tmp_path, "b")
    worker.redis.start()
    until(lambda: delivered() == {"a": 1, "b": 1}, TIMEOUT_SECONDS, "the sweeper after the broker's death")
    assert effects() == ["delivered-a", "delivered-b"]


def test_worker_takes_no_task_of_another_installation_on_the_server(
    worker: Worker, send: Any, tmp_path: Path
) -> None:
    worker.start()
    with Celery("neighbour", broker=worker.redis.url, set_as_current=False) as neighbour:
        neighbour.conf.update(
            task_serializer="json", broker_transport_options={"global_keyprefix": "portal-neighbour:"}
        )
        neighbour.send_task("test.task", args=(str(tmp_path), "theirs"), ignore_result=True)
    send("test.task", str(tmp_path), "ours")
    until((tmp_path / "ours.done").exists, TIMEOUT_SECONDS, "the own task")
    assert not (tmp_path / "theirs.done").exists()
    with redis.Redis.from_url(worker.redis.url) as client:
        assert client.llen("portal-neighbour:celery") == 1
        assert all(key.startswith((b"portal-test:", b"portal-neighbour:")) for key in client.keys("*"))
