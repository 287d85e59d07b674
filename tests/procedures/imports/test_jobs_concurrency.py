"""A killed worker, and two imports started at once, on real connections."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone
from wagtail.models import Page

from core import outbox
from core.errors import Conflict
from core.models import OutboxMessage
from procedures.imports import apply, rows
from procedures.imports.jobs import start_import
from procedures.models import ImportUpload, ProcedurePage, ProcedureVersion
from tests.procedures.imports.previews import controller, uploaded
from tests.support.threads import together

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("private_folder"),
]
RECORDS = [{"core_code": f"1.{number:06d}", "title": f"Thủ tục {number}"} for number in range(1, 6)]


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch):
    monkeypatch.setattr(rows, "PORTION", 2)
    monkeypatch.setattr(outbox, "notify_relay", lambda *_args: None)


def states(upload: ImportUpload) -> list[str]:
    return list(upload.rows.order_by("position").values_list("state", flat=True))


def _worker_that_dies(started: str) -> None:
    """Apply the first portion, then stop in the middle of the second."""
    connections.close_all()
    real, portions = apply.publish_versions, []

    def publish(versions: list[ProcedureVersion]) -> None:
        real(versions)
        portions.append(versions)
        if len(portions) == 2:
            Path(started).touch()
            time.sleep(600)

    apply.publish_versions = publish
    outbox.deliver_due()


def test_worker_killed_in_the_middle_loses_nothing_and_repeats_nothing(tmp_path):
    by = controller()
    upload = uploaded(by, *RECORDS)
    start_import(upload_id=upload.pk, by=by)
    connections.close_all()
    worker = multiprocessing.get_context("fork").Process(
        target=_worker_that_dies, args=(str(tmp_path / "started"),)
    )
    worker.start()
    deadline = time.monotonic() + 120
    while not (tmp_path / "started").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    assert states(upload) == ["applied", "applied", "queued", "queued", "queued"]
    assert outbox.deliver_due() == 0, "its lease has not expired"

    OutboxMessage.objects.filter(delivered_at=None).update(
        claimed_until=timezone.now() - timedelta(seconds=1)
    )
    outbox.deliver_due()

    upload.refresh_from_db()
    assert upload.state == ImportUpload.State.APPLIED
    assert states(upload) == ["applied"] * 5
    assert ProcedureVersion.objects.count() == ProcedurePage.objects.count() == 5
    assert set(ProcedureVersion.objects.values_list("number", flat=True)) == {1}
    assert Page.find_problems() == ([], [], [], [], [])


def test_only_one_of_two_imports_started_at_once_runs():
    by = controller()
    uploads = [uploaded(by, {"core_code": f"1.00000{number}", "title": "Một"}) for number in (1, 2)]
    turns = iter(uploads)

    def begin() -> str:
        try:
            start_import(upload_id=next(turns).pk, by=by)
        except Conflict as conflict:
            return conflict.code
        return "begun"

    assert sorted(together(begin, times=2)) == ["begun", "import_running"]
    assert ImportUpload.objects.filter(state="running").count() == 1
