"""What operators see of the malware scan: commands, health, log."""

from __future__ import annotations

import logging
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from forms_app.dossiers.models import Attachment
from forms_app.dossiers.services import scans
from tests.forms_app.dossiers.factories import make_draft
from tests.forms_app.dossiers.scanned_files import State, upload
from tests.support.fake_scanner import FakeScanner, fake_scanner, free_address

FOUND = b"stream: Win.Trojan.Example-1 FOUND\n"


@pytest.mark.django_db
class TestOperators:
    def run(self, name: str, **options: Any) -> tuple[str, int]:
        out = StringIO()
        try:
            call_command(name, stdout=out, **options)
        except SystemExit as ended:
            return out.getvalue(), int(ended.code or 0)
        return out.getvalue(), 0

    def test_files_from_before_the_scanner_are_scanned_in_batches(
        self, requests: list[int], settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(scans, "BATCH", 2)
        for _number in range(5):
            make_draft()
        with fake_scanner() as scanner:
            settings.CLAMAV_ADDRESS = scanner.address
            out, code = self.run("scan_files", unscanned=True)
        assert (out.strip(), code) == ("scanned=0 unscanned=5", 0)
        assert not Attachment.objects.exclude(scan_state=State.CLEAN).exists()

    def test_interrupted_command_continues(self, requests: list[int], settings: Any) -> None:
        for _number in range(3):
            make_draft()
        settings.CLAMAV_ADDRESS = free_address()
        with pytest.raises(CommandError, match="nothing was changed"):
            call_command("scan_files", unscanned=True)
        with fake_scanner() as scanner:
            settings.CLAMAV_ADDRESS = scanner.address
            assert scans.scan_unscanned()[0] == 3
            assert scans.scan_unscanned() == (0, 0)

    def test_command_without_a_scanner_says_so(self) -> None:
        with pytest.raises(CommandError, match="CLAMAV_ADDRESS"):
            call_command("scan_files")

    def test_files_are_released_once_the_scanner_is_removed(
        self, scanner: FakeScanner, settings: Any
    ) -> None:
        draft, _token = make_draft()
        with pytest.raises(CommandError):
            call_command("scan_files", release=True)
        settings.CLAMAV_ADDRESS = ""
        assert self.run("scan_files", release=True) == ("released=1\n", 0)
        assert draft.attachments.get().scan_state == State.NOT_SCANNED

    def test_status_without_and_with_a_scanner(self, scanner: FakeScanner, settings: Any) -> None:
        make_draft()
        out, code = self.run("scanner_status")
        assert out == "files waiting=1 late=0\nClamAV 1.4.6: ok, signatures without a date\n"
        assert code == 0
        assert self.run("scanner_status", probe=True)[1] == 1, "a scanner that finds nothing"
        Attachment.objects.update(uploaded_at=timezone.now() - timedelta(hours=1))
        assert self.run("scanner_status")[1] == 1
        settings.CLAMAV_ADDRESS = free_address()
        out, code = self.run("scanner_status")
        assert "away since" in out
        assert code == 1
        settings.CLAMAV_ADDRESS = ""
        assert self.run("scanner_status") == (
            "files waiting=1 late=1\nno scanner: CLAMAV_ADDRESS is not set\n",
            1,
        )

    def test_health_check_reports_late_files(self, scanner: FakeScanner, client: Client) -> None:
        make_draft()
        scans.malware_scan.check_scanner()
        assert client.get("/healthz").json()["malware_scan"] == "ok"
        Attachment.objects.update(uploaded_at=timezone.now() - timedelta(hours=1))
        assert client.get("/healthz").json()["malware_scan"] == "late=1"

    def test_verdicts_are_logged_without_names_of_people(self, scanner: FakeScanner, caplog: Any) -> None:
        scanner.reply = FOUND
        draft, _token = make_draft()
        upload(draft, "Nguyễn Văn An.pdf")
        with caplog.at_level(logging.WARNING):
            scans.scan_due()
        assert "Win.Trojan.Example-1" in caplog.text
        assert "Nguyễn" not in caplog.text
