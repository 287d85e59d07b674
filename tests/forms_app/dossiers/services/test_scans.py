"""Uploaded files are scanned once, after the upload, and withheld until the scanner finds them clean."""

from __future__ import annotations

import io
import queue
import threading
import time
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.core import mail
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from core.errors import InvalidInput
from core.malware_scan import Finding, Verdict
from core.outbox import deliver_due
from forms_app.builder.schema import FieldSpec, FormSchema
from forms_app.dossiers import services, tasks
from forms_app.dossiers.models import Attachment
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.selectors.filing import missing_steps
from forms_app.dossiers.services import private_files, scans
from tests.forms_app.dossiers.factories import enter, file_dossier, make_draft, picture, request_supplement
from tests.forms_app.dossiers.files import EICAR, PDF
from tests.forms_app.dossiers.scanned_files import ADDRESS, State, filed_file, in_state, upload
from tests.support.fake_scanner import FakeScanner, fake_scanner, free_address
from tests.support.threads import together

FOUND = b"stream: Win.Trojan.Example-1 FOUND\n"
LOCKED = b"stream: Heuristics.Encrypted.PDF FOUND\n"


def test_request_publishes_the_scheduled_task(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: queue.Queue[str] = queue.Queue()
    monkeypatch.setitem(current_app.conf, "task_always_eager", False)
    monkeypatch.setattr(current_app, "send_task", lambda name, **_options: sent.put(name))
    scans.request_scan()
    assert sent.get(timeout=30) == tasks.scan_files.name == "dossiers.scan_files"


@pytest.mark.django_db
class TestUpload:
    def test_without_a_scanner_the_file_is_not_scanned(self, requests: list[int]) -> None:
        draft, _token = make_draft()
        assert upload(draft).scan_state == State.NOT_SCANNED
        assert scans.scan_due() == 0
        assert requests == []

    def test_upload_does_not_wait_for_the_scanner(
        self, scanner: FakeScanner, requests: list[int], django_capture_on_commit_callbacks: Any
    ) -> None:
        scanner.wait = 5
        draft, _token = make_draft()
        requests.clear()
        begin = time.monotonic()
        with django_capture_on_commit_callbacks(execute=True):
            assert upload(draft).scan_state == State.WAITING
        assert time.monotonic() - begin < 2
        assert scanner.commands == []
        assert requests == [1]

    @pytest.mark.parametrize(
        "fields",
        [
            {"scan_state": "clean"},
            {"scan_state": "waiting"},
            {"scan_state": "infected", "scanned_at": timezone.now()},
            {"scan_state": "invented"},
            {"scan_due_at": timezone.now()},
        ],
    )
    def test_impossible_states_are_refused_by_the_database(self, fields: dict[str, Any]) -> None:
        draft, _token = make_draft()
        with pytest.raises(IntegrityError), transaction.atomic():
            draft.attachments.update(**fields)


@pytest.mark.django_db
class TestScan:
    def test_clean_file_is_released(self, scanner: FakeScanner) -> None:
        draft, _token = make_draft()
        file = upload(draft)
        assert scans.scan_due() == 2  # with the draft's file
        file.refresh_from_db()
        assert (file.scan_state, file.scan_note, file.scan_due_at) == (State.CLEAN, "", None)
        assert file.scanned_at is not None
        assert PDF in scanner.scanned
        assert scans.scan_due() == 0
        assert len(scanner.scanned) == 2

    def test_file_with_malware_is_moved_away(
        self, scanner: FakeScanner, django_capture_on_commit_callbacks: Any
    ) -> None:
        scanner.reply = FOUND
        draft, _token = make_draft()
        file = upload(draft)
        with django_capture_on_commit_callbacks(execute=True):
            scans.scan_due()
        former = file.path
        file.refresh_from_db()
        assert (file.scan_state, file.scan_note) == (State.INFECTED, "Win.Trojan.Example-1")
        assert file.path == f"infected/{former}"
        assert storages["private"].exists(file.path)
        assert not storages["private"].exists(former)
        assert private_files.compare_rows_and_files().missing_of_drafts == []

    def test_file_found_clean_later_is_moved_back(
        self, scanner: FakeScanner, django_capture_on_commit_callbacks: Any
    ) -> None:
        scanner.reply = FOUND
        draft, _token = make_draft()
        former = upload(draft).path
        with django_capture_on_commit_callbacks(execute=True):
            scans.scan_due()
        scanner.reply = b"stream: OK\n"
        with django_capture_on_commit_callbacks(execute=True):
            assert scans.scan_again(states=[State.INFECTED]) == 2
            assert scans.scan_due() == 2
        assert Attachment.objects.filter(path=former, scan_state=State.CLEAN).exists()
        assert storages["private"].exists(former)

    def test_locked_file_is_not_marked_infected(self, scanner: FakeScanner) -> None:
        scanner.reply = LOCKED
        draft, _token = make_draft()
        file = upload(draft)
        former = file.path
        scans.scan_due()
        file.refresh_from_db()
        assert (file.scan_state, file.path) == (State.LIMIT_EXCEEDED, former)

    def test_files_wait_while_the_scanner_is_unavailable(self, scanner: FakeScanner, settings: Any) -> None:
        settings.CLAMAV_ADDRESS = free_address()
        draft, _token = make_draft()
        upload(draft)
        assert scans.scan_due() == 0
        assert set(Attachment.objects.values_list("scan_state", "scan_attempts")) == {(State.WAITING, 0)}
        settings.CLAMAV_ADDRESS = scanner.address
        assert scans.scan_due() == 2

    def test_failed_scan_is_retried_at_growing_intervals(self, scanner: FakeScanner) -> None:
        scanner.reply = b"stream: Can't allocate memory ERROR\n"
        draft, _token = make_draft()
        waits = []
        for _attempt in range(12):
            Attachment.objects.update(scan_due_at=timezone.now())
            assert scans.scan_due() == 0
            file = draft.attachments.get()
            assert (file.scan_state, file.is_served) == (State.FAILED, False)
            waits.append(round((file.scan_due_at - timezone.now()).total_seconds() / 20))
        assert waits[:4] == [1, 2, 4, 8]
        assert waits[-1] == 180, "an hour at most"
        scanner.reply = b"stream: OK\n"
        Attachment.objects.update(scan_due_at=timezone.now())
        assert scans.scan_due() == 1
        assert draft.attachments.get().scan_note == ""

    def test_file_that_crashes_the_scanner_does_not_delay_the_others(self, scanner: FakeScanner) -> None:
        draft, _token = make_draft()
        bad = upload(draft, "lon.pdf")
        with storages["private"].open(bad.path, "wb") as target:
            target.write(PDF + b"%" * 5_000_000)
        Attachment.objects.filter(pk=bad.pk).update(scan_due_at=timezone.now() - timedelta(hours=1))
        scanner.cut_after = 1_000_000
        assert scans.scan_due() == 1
        bad.refresh_from_db()
        assert bad.scan_state == State.FAILED

    def test_file_missing_on_the_disk_is_a_failure(self, scanner: FakeScanner) -> None:
        draft, _token = make_draft()
        storages["private"].delete(draft.attachments.get().path)
        assert scans.scan_due() == 0
        assert draft.attachments.get().scan_state == State.FAILED

    def test_crashed_process_loses_nothing(self, scanner: FakeScanner) -> None:
        draft, _token = make_draft()
        claimed = scans._claim()
        assert claimed is not None
        assert scans.scan_due() == 0, "somebody is at it"
        Attachment.objects.update(scan_due_at=timezone.now())  # the lease has expired
        assert scans.scan_due() == 1
        assert not scans.record_verdict(file=claimed, finding=Finding(Verdict.INFECTED, "Late")), "taken over"
        assert draft.attachments.get().scan_state == State.CLEAN
        assert not storages["private"].exists(f"infected/{claimed.path}")

    def test_file_may_be_removed_during_its_scan(self, scanner: FakeScanner) -> None:
        draft, _token = make_draft()
        claimed = scans._claim()
        assert claimed is not None
        services.remove(attachment=draft.attachments.get())
        assert not scans.record_verdict(file=claimed, finding=Finding(Verdict.CLEAN))

    def test_query_count_per_file(self, scanner: FakeScanner, django_assert_num_queries: Any) -> None:
        draft, _token = make_draft()
        scans.scan_due()
        upload(draft)
        # Is anything due? Then the scanner's row: 2; claim: 3; verdict: a savepoint around 1; is anything left?
        with django_assert_num_queries(10):
            assert scans.scan_due() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_scan_each_file_once(scanner: FakeScanner) -> None:
    draft, _token = make_draft()
    for number in range(4):
        upload(draft, f"{number}.pdf", PDF + b"\n" * (number + 1))
        # A field takes five files; the fifth is the draft's.
    scanner.wait = 0.05
    assert sum(together(scans.scan_due, scans.scan_due, scans.scan_due)) == Attachment.objects.count()
    assert len(scanner.scanned) == len(set(scanner.scanned)) == Attachment.objects.count()


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_a_thread_scans_after_the_commit(settings: Any) -> None:
    with fake_scanner() as found:
        draft, _token = make_draft()
        settings.CLAMAV_ADDRESS = found.address
        file = upload(draft)
        # Does not read the table in the meantime: in memory, that would lock it for the thread.
        end = time.monotonic() + 20
        while not found.scanned and time.monotonic() < end:
            time.sleep(0.05)
        while Attachment.objects.get(pk=file.pk).scan_state == State.WAITING and time.monotonic() < end:
            time.sleep(1)
        assert Attachment.objects.get(pk=file.pk).scan_state == State.CLEAN
        assert threading.current_thread() is threading.main_thread()


@pytest.mark.django_db
class TestRefusedFiles:
    def test_citizen_of_a_dossier_is_mailed_once(
        self, scanner: FakeScanner, django_capture_on_commit_callbacks: Any
    ) -> None:
        receipt, file = filed_file()
        deliver_due()
        mail.outbox.clear()
        scanner.reply = FOUND
        with django_capture_on_commit_callbacks(execute=True):
            assert scans.scan_due() == 1
        deliver_due()
        (sent,) = mail.outbox
        assert sent.to == [ADDRESS]
        assert sent.subject == f"{receipt.code}: có tệp không mở được"
        assert "Tệp có mã độc" in sent.body
        assert sent.attachments == []
        assert file.original_name not in sent.subject

    def test_citizen_who_submits_while_the_scanner_works_is_mailed(self, scanner: FakeScanner) -> None:
        filed_file()
        deliver_due()
        mail.outbox.clear()
        claimed = scans._claim()
        assert claimed is not None
        claimed.dossier = None  # the file was read when it belonged to the draft
        assert scans.record_verdict(file=claimed, finding=Finding(Verdict.INFECTED, "Win.Trojan.Example-1"))
        deliver_due()
        assert [sent.to for sent in mail.outbox] == [[ADDRESS]]

    def test_no_mail_about_a_file_that_was_found_clean_since(self, scanner: FakeScanner) -> None:
        filed_file()
        deliver_due()
        mail.outbox.clear()
        scanner.reply = FOUND
        scans.scan_due()
        Attachment.objects.update(**in_state(State.CLEAN))
        deliver_due()
        assert mail.outbox == []

    def test_draft_with_a_refused_file_is_not_submitted(self) -> None:
        draft, token = make_draft()
        draft.attachments.update(**in_state(State.INFECTED))
        schema = FormSchema.from_json(draft.form_version.schema)
        assert [step.id for step in missing_steps(draft, schema)] == ["child"]
        with pytest.raises(InvalidInput):
            services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())
        draft.refresh_from_db()
        assert draft.dossier_id is None

    def test_verdict_between_the_check_and_the_filing_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        draft, token = make_draft()
        draft.attachments.update(**in_state(State.INFECTED))
        monkeypatch.setattr("forms_app.dossiers.services.filing.missing_steps", lambda *_args: [])
        with pytest.raises(InvalidInput, match="mã độc"):
            services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())

    def test_waiting_file_does_not_delay_the_citizen(self, scanner: FakeScanner) -> None:
        receipt = file_dossier()
        assert receipt.code
        assert receipt.dossier.attachments.get().scan_state == State.WAITING

    @pytest.mark.parametrize("state", [State.INFECTED, State.LIMIT_EXCEEDED])
    def test_step_names_the_file_and_offers_to_remove_it(self, state: State) -> None:
        draft, token = make_draft()
        draft.attachments.update(**in_state(state))
        client = Client()
        enter(client, draft, token)
        code = draft.procedure_version.procedure.core_code
        page = client.get(f"/nop-ho-so/{code}/buoc/child/").content.decode()
        assert draft.attachments.get().problem.replace("“", "").split(" ")[0] in page
        assert "Bỏ tệp này" in page
        sent = client.post(f"/nop-ho-so/{code}/buoc/child/", {"child_name": "Trần Thị Bé"}, follow=True)
        assert "Bỏ tệp này" in sent.content.decode()
        assert sent.request["PATH_INFO"].endswith("/buoc/child/")

    def test_supplement_with_a_refused_file_is_not_sent(self) -> None:
        dossier = file_dossier().dossier
        asked = request_supplement(dossier)
        dossier.refresh_from_db()
        item = next(item["id"] for item in asked.items if item["kind"] == "file")
        texts = {item["id"]: "Câu trả lời" for item in asked.items if item["kind"] == "text"}
        stored = services.store_supplement(
            request=asked, spec=FieldSpec(item, "file", "", options={"max_files": 2}), upload=picture()
        )
        Attachment.objects.filter(pk=stored.pk).update(**in_state(State.INFECTED))
        with pytest.raises(InvalidInput) as raised:
            services.supply(dossier=dossier, expected_version=dossier.version, texts=texts)
        assert list(raised.value.fields) == [item]


@pytest.mark.clamav
@pytest.mark.django_db
class TestRealDaemon:
    @pytest.fixture(autouse=True)
    def _address(self, settings: Any, requests: list[int]) -> None:
        settings.CLAMAV_ADDRESS = django_settings.TEST_CLAMAV_ADDRESS

    def test_test_file_within_a_pdf_and_a_workbook_is_found_and_a_picture_is_clean(self) -> None:
        draft, _token = make_draft()
        picture_file = draft.attachments.get()
        pdf = upload(draft, "don.pdf", PDF.replace(b"endobj", b"endobj % " + EICAR + b"\n"))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("image.bin", EICAR)
        Attachment.objects.filter(pk=upload(draft, "hai.pdf", PDF + b"\n").pk).update(original_name="a.docx")
        docx = Attachment.objects.get(original_name="a.docx")
        with storages["private"].open(docx.path, "wb") as target:
            target.write(packed.getvalue())
        assert scans.scan_due() == 3
        states = dict(Attachment.objects.values_list("pk", "scan_state"))
        assert states == {picture_file.pk: State.CLEAN, pdf.pk: State.INFECTED, docx.pk: State.INFECTED}
