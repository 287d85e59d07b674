"""What a scan writes, logs and mails, and what it must not stop."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock, call

import pytest
from celery import current_app
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from core import malware_scan
from core.malware_scan import Finding, ScanFailed, Verdict
from forms_app.dossiers.models import Attachment
from forms_app.dossiers.services import scans
from tests.forms_app.dossiers.factories import make_draft
from tests.forms_app.dossiers.scanned_files import State, upload
from tests.support.fake_scanner import FakeScanner

OTHER, RESULT = Attachment.Purpose.ANSWER, Attachment.Purpose.RESULT


@pytest.mark.django_db
class TestWritten:
    @pytest.mark.parametrize(
        ("said", "note"), [("no verdict", "no verdict"), ("x" * 300, "x" * 200), ("", "error")]
    )
    def test_reason_of_a_failed_scan_is_kept(
        self, scanner: FakeScanner, monkeypatch: pytest.MonkeyPatch, said: str, note: str
    ) -> None:
        draft, _token = make_draft()
        monkeypatch.setattr(malware_scan, "scan", Mock(side_effect=ScanFailed(said)))
        scans.scan_due()
        assert draft.attachments.get().scan_note == note

    def test_file_that_is_queued_again_begins_from_the_start(self, scanner: FakeScanner) -> None:
        draft, _token = make_draft()
        scans.scan_due()
        assert draft.attachments.get().scan_attempts == 1
        assert scans.scan_again(states=[State.CLEAN]) == 1
        file = draft.attachments.get()
        assert (file.scan_state, file.scan_attempts, file.scanned_at) == (State.WAITING, 0, None)

    def test_old_file_that_cannot_be_scanned_is_logged(
        self, settings: Any, caplog: Any, request: Any
    ) -> None:
        draft, _token = make_draft()
        file = draft.attachments.get()
        request.getfixturevalue("scanner").reply = b"stream: Can't allocate memory ERROR\n"
        assert scans.scan_unscanned() == (0, file.pk)
        assert f"file {file.pk} was not scanned: unknown answer" in caplog.text

    @pytest.mark.parametrize(("seconds", "late"), [(599, 0), (601, 1)])
    def test_file_is_late_after_ten_minutes(self, scanner: FakeScanner, seconds: int, late: int) -> None:
        make_draft()
        now = timezone.now()
        Attachment.objects.update(uploaded_at=now - timedelta(seconds=seconds))
        assert scans.late_files(now=now) == late
        assert scans.backlog(now=now)["late"] == late


@pytest.mark.parametrize(
    ("dossier", "purpose", "supplement", "mailed"),
    [
        (7, OTHER, None, True),
        (7, OTHER, SimpleNamespace(received_by_id=None), True),
        (7, OTHER, SimpleNamespace(received_by_id=3), False),
        (7, RESULT, None, False),
        (None, OTHER, None, False),
    ],
)
def test_citizen_is_mailed_about_what_they_sent_with_a_dossier(
    monkeypatch: pytest.MonkeyPatch, dossier: int | None, purpose: str, supplement: Any, mailed: bool
) -> None:
    enqueued = Mock()
    monkeypatch.setattr(scans, "enqueue", enqueued)
    file: Any = SimpleNamespace(
        pk=5, dossier_id=dossier, purpose=purpose, supplement=supplement, scan_state="infected"
    )
    scans._mail_refusal(file)
    assert enqueued.called is mailed


class TestStart:
    def test_without_a_broker_old_connections_are_closed_before_and_after(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        steps = Mock()
        monkeypatch.setitem(current_app.conf, "task_always_eager", True)
        monkeypatch.setattr(scans, "close_old_connections", steps.close)
        monkeypatch.setattr(scans, "scan_due", steps.scan)
        scans._publish()
        assert steps.mock_calls == [call.close(), call.scan(), call.close()]

    def test_worker_is_asked_once_and_nobody_waits_for_its_answer(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send = Mock()
        monkeypatch.setitem(current_app.conf, "task_always_eager", False)
        monkeypatch.setattr(current_app, "send_task", send)
        scans._publish()
        send.assert_called_once_with(scans.SCAN_TASK, retry=False, ignore_result=True)

    def test_broker_that_is_away_is_logged_with_its_error(
        self, monkeypatch: pytest.MonkeyPatch, caplog: Any
    ) -> None:
        monkeypatch.setitem(current_app.conf, "task_always_eager", False)
        monkeypatch.setattr(current_app, "send_task", Mock(side_effect=OSError("no broker")))
        scans._publish()
        assert "it is done later" in caplog.text
        assert "no broker" in caplog.text


@pytest.mark.django_db(transaction=True)
class TestAfterTheCommit:
    def test_upload_succeeds_even_if_no_scan_can_be_requested(
        self, scanner: FakeScanner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = Mock(side_effect=RuntimeError("no threads"), __qualname__="request_scan")
        monkeypatch.setattr(scans, "request_scan", asked)
        with transaction.atomic():
            assert scans.waiting_fields(timezone.now())["scan_state"] == State.WAITING
        asked.assert_called_once_with()

    def test_verdict_stands_even_if_the_former_file_cannot_be_deleted(
        self, scanner: FakeScanner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draft, _token = make_draft()
        file = upload(draft)
        delete = Mock(side_effect=OSError("read-only"))
        monkeypatch.setattr(type(storages["private"]), "delete", delete)
        assert scans.record_verdict(file=file, finding=Finding(Verdict.INFECTED, "Win.Trojan.Example-1"))
        file.refresh_from_db()
        assert (file.scan_state, delete.called) == (State.INFECTED, True)
