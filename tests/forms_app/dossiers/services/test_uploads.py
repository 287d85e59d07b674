"""Uploads: private storage, limits even under concurrency, late uploads, attacks."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from core.errors import Conflict, InvalidInput, NotAllowed
from core.outbox import deliver_due
from forms_app.builder.schema import FieldSpec
from forms_app.dossiers import credentials, services
from forms_app.dossiers.models import Attachment, Dossier, Draft, SupplementRequest
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.services import retention
from one_stop.services import request_supplement
from tests.forms_app.dossiers.factories import enter, file_dossier, make_draft, officer_of, picture
from tests.forms_app.dossiers.files import EICAR, OTHER_FORMATS, PDF
from tests.one_stop.factories import make_officer
from tests.support.threads import together, type_counts

REJECTIONS = (Conflict, InvalidInput, NotAllowed)
SPEC = FieldSpec("proof", "file", "Giấy", options={"max_files": 5})


def stored_paths() -> set[str]:
    """Return the paths that rows refer to and that exist."""
    paths = set(Attachment.objects.values_list("path", flat=True))
    return {path for path in paths if storages["private"].exists(path)}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestUploads:
    def test_parallel_uploads_respect_the_limit_of_a_field(self) -> None:
        draft, _token = make_draft()  # has one file
        uploads = [picture(f"anh-{n}.png") for n in range(10)]
        jobs = [lambda one=one: services.store_answer(draft=draft, spec=SPEC, upload=one) for one in uploads]
        assert type_counts(together(*jobs, catch=REJECTIONS)) == {"Attachment": 4, "InvalidInput": 6}
        assert draft.attachments.count() == len(stored_paths()) == 5

    def test_parallel_uploads_respect_the_limit_of_the_dossier(self, settings: Any) -> None:
        settings.UPLOAD_MAX_FILES_PER_DOSSIER = 4
        draft, _token = make_draft()
        specs = [FieldSpec(f"f{n}", "file", "Giấy", options={"max_files": 2}) for n in range(8)]
        uploads = [picture(f"anh-{n}.png") for n in range(8)]
        jobs = [
            lambda spec=spec, one=one: services.store_answer(draft=draft, spec=spec, upload=one)
            for spec, one in zip(specs, uploads, strict=True)
        ]
        assert type_counts(together(*jobs, catch=REJECTIONS)) == {"Attachment": 3, "InvalidInput": 5}
        assert draft.attachments.count() == 4

    def test_same_file_sent_six_times_is_stored_once(self) -> None:
        draft, _token = make_draft()
        content = picture().read()

        def send() -> Attachment:
            upload = picture("anh.png")
            upload.file.seek(0)
            upload.file.truncate()
            upload.file.write(content)
            upload.file.seek(0)
            upload.size = len(content)
            return services.store_answer(draft=draft, spec=SPEC, upload=upload)

        outcomes = together(*[send] * 6)
        assert len({outcome.pk for outcome in outcomes}) == 1
        assert draft.attachments.count() == 2

    def test_parallel_uploads_respect_the_limit_of_a_supplement(self) -> None:
        request = open_request()
        spec = FieldSpec("ruling", "file", "Bản án", options={"max_files": 2})
        uploads = [picture(f"anh-{n}.png") for n in range(6)]
        jobs = [
            lambda one=one: services.store_supplement(request=request, spec=spec, upload=one)
            for one in uploads
        ]
        assert type_counts(together(*jobs, catch=REJECTIONS)) == {"Attachment": 2, "InvalidInput": 4}


def open_request() -> SupplementRequest:
    dossier = file_dossier().dossier
    return request_supplement(
        dossier_id=dossier.pk, expected_version=1, actor=officer_of(dossier), reason="Thiếu", supplement_due_at=None,
        items=[{"id": "ruling", "label": "Bản án", "kind": "file", "note": ""}],
    )  # fmt: skip


@pytest.mark.django_db
class TestLateUploads:
    """A file that arrives after its draft or request has changed is rejected."""

    def test_upload_into_a_draft_taken_over_is_rejected(self) -> None:
        draft, _token = make_draft()
        services.take_over(link=credentials.handover_token(draft.token_hash))
        with pytest.raises(NotAllowed):
            services.store_answer(draft=draft, spec=SPEC, upload=picture())
        assert draft.attachments.count() == 1

    def test_upload_into_a_submitted_draft_is_rejected(self) -> None:
        draft, token = make_draft()
        services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())
        with pytest.raises(NotAllowed):
            services.store_answer(draft=draft, spec=SPEC, upload=picture())
        assert Dossier.objects.get().attachments.count() == 1

    def test_upload_into_an_erased_draft_is_rejected(self) -> None:
        draft, token = make_draft()
        services.erase_draft(token=token)
        with pytest.raises(NotAllowed):
            services.store_answer(draft=draft, spec=SPEC, upload=picture())

    def test_upload_into_a_closed_request_is_rejected(self) -> None:
        request = open_request()
        services.withdraw(dossier=request.dossier, expected_version=2, reason="đổi ý")
        with pytest.raises(InvalidInput, match="không còn"):
            services.store_supplement(request=request, spec=SPEC, upload=picture())
        assert not request.attachments.exists()

    def test_upload_page_explains_that_the_draft_was_taken_over(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client, (draft, token) = Client(), make_draft()
        base = enter(client, draft, token)

        def reject(**_facts: Any) -> None:
            raise NotAllowed

        monkeypatch.setattr(services, "store_answer", reject)
        answer = client.post(f"{base}buoc/child/", {"child_name": "Bé Na", "proof": picture()})
        assert answer.status_code == 409
        assert "Bé Na" in answer.content.decode()


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> Path:
    storages_setting = {**settings.STORAGES}
    storages_setting["private"] = {
        **storages_setting["private"],
        "OPTIONS": {"location": tmp_path, "base_url": None},
    }
    settings.STORAGES = storages_setting
    return tmp_path


@pytest.mark.django_db
class TestStore:
    spec = FieldSpec("proof", "file", "Giấy", options={"max_files": 2})

    def test_file_is_stored_outside_the_web_root_under_a_random_name(
        self, store: Path, settings: Any
    ) -> None:
        draft, _token = make_draft()
        (stored,) = draft.attachments.all()
        assert (store / stored.path).stat().st_size == stored.size
        assert stored.original_name not in stored.path
        assert not store.is_relative_to(settings.MEDIA_ROOT)
        assert stored.sha256 in str(Attachment.objects.values().get())
        assert len(Path(stored.path).name) == 40

    def test_same_file_again_is_the_same_row_within_the_limits(self, store: Path, settings: Any) -> None:
        draft, _token = make_draft()
        first = services.store_answer(draft=draft, spec=self.spec, upload=SimpleUploadedFile("a.pdf", PDF))
        again = services.store_answer(draft=draft, spec=self.spec, upload=SimpleUploadedFile("b.pdf", PDF))
        assert first == again
        with pytest.raises(InvalidInput, match="2"):
            services.store_answer(draft=draft, spec=self.spec, upload=picture())
        settings.UPLOAD_MAX_FILES_PER_DOSSIER = 2
        with pytest.raises(InvalidInput, match="nhiều nhất 2 tệp"):
            services.store_answer(draft=draft, spec=FieldSpec("b", "file", "Khác"), upload=picture())

    def test_removing_an_attachment_deletes_the_file(
        self, store: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        draft, _token = make_draft()
        stored = draft.attachments.get()
        with django_capture_on_commit_callbacks(execute=True):
            services.remove(attachment=stored)
        assert not (store / stored.path).exists()

    def test_expired_drafts_are_deleted_with_their_files_unlike_dossiers(
        self, store: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        filed = file_dossier().dossier
        make_draft()
        with django_capture_on_commit_callbacks(execute=True):
            assert retention.delete_expired_drafts(now=timezone.now() + timedelta(days=31)) == 2
        assert not Draft.objects.exists()
        assert Dossier.objects.get() == filed
        assert [path.name for path in store.rglob("*") if path.is_file()] == [
            Path(filed.attachments.get().path).name
        ]

    def test_seeds_are_wiped_after_the_mail_is_delivered(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        receipt = file_dossier()
        later = timezone.now() + timedelta(hours=2)
        assert retention.wipe_secret_seeds(now=later) == 0, "the mail with the secret is still waiting"
        with django_capture_on_commit_callbacks(execute=True):
            second = file_dossier()
        deliver_due()  # the first mail, whose commit was not captured
        assert retention.wipe_secret_seeds() == 0, "the receipt may still be reloaded"
        assert retention.wipe_secret_seeds(now=later) == 2
        for dossier in (receipt.dossier, second.dossier):
            dossier.refresh_from_db()
            assert services.receipt_for(dossier).lookup_key == ""


@pytest.mark.django_db
class TestStoredFiles:
    spec = FieldSpec("proof", "file", "Giấy", options={"max_files": 3})

    def test_downloaded_file_equals_the_uploaded_one(self) -> None:
        draft, token = make_draft()
        upload = picture("Giấy chứng sinh.png")
        content = upload.read()
        upload.seek(0)
        stored = services.store_answer(draft=draft, spec=self.spec, upload=upload)
        code = draft.procedure_version.procedure.core_code
        client = Client()
        enter(client, draft, token)
        with closing(client.get(f"/nop-ho-so/{code}/tep/{stored.pk}/")) as answer:
            got = b"".join(answer.streaming_content)
        assert got == content
        assert hashlib.sha256(got).hexdigest() == stored.sha256
        assert int(answer["Content-Length"]) == stored.size == len(content)
        assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('Giấy chứng sinh.png')}"
        assert answer["Content-Security-Policy"].startswith("sandbox")

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    def test_file_name_is_stored_in_nfc(self, form: str) -> None:
        draft, _token = make_draft()
        upload = picture(unicodedata.normalize(form, "Đơn đề nghị.png"))
        stored = services.store_answer(draft=draft, spec=self.spec, upload=upload)
        assert stored.original_name == "Đơn đề nghị.png"

    @pytest.mark.parametrize("name", ["../../../etc/passwd.png", "..\\..\\win.png", "/etc/cron.d/x.png"])
    def test_path_as_a_file_name_is_harmless(self, name: str) -> None:
        draft, _token = make_draft()
        upload = picture("x.png")
        upload._name = name  # type: ignore[attr-defined]  # Django itself would strip the path
        stored = services.store_answer(draft=draft, spec=self.spec, upload=upload)
        assert re.fullmatch(r"dossiers/\d{4}/\d{2}/[0-9a-f]{40}", stored.path)
        assert "/" not in stored.original_name

    def test_infected_file_is_shown_as_not_scanned(self) -> None:
        """Without a scanner, no file is shown as clean."""
        draft, token = make_draft()
        infected = PDF.replace(b"endobj", b"endobj % " + EICAR + b"\n")
        services.store_answer(
            draft=draft, spec=self.spec, upload=SimpleUploadedFile("don.pdf", infected, "application/pdf")
        )
        receipt = services.submit(
            token=token, idempotency_key=draft.idempotency_key,
            consent=consent_in_force(),
        )  # fmt: skip
        desk = Client()
        desk.force_login(make_officer(receipt.dossier.agency))
        page = desk.get(f"/mot-cua/ho-so/{receipt.code}/").content.decode()
        assert "don.pdf" in page
        assert page.count("Chưa quét") == 2

    def test_content_type_of_the_browser_is_ignored(self) -> None:
        draft, _token = make_draft()
        upload = SimpleUploadedFile("don.pdf", PDF, "text/html")
        assert (
            services.store_answer(draft=draft, spec=self.spec, upload=upload).content_type
            == "application/pdf"
        )

    def test_one_file_too_many_is_rejected_and_the_others_stored(self) -> None:
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        client = Client()
        enter(client, draft, token)
        answer = client.post(
            f"/nop-ho-so/{code}/buoc/child/",
            {"upload": "proof", "proof": [picture(f"anh-{n}.png") for n in range(6)]},
            follow=True,
        )
        assert "nhiều nhất 5 tệp" in answer.content.decode()
        assert Attachment.objects.count() == 5

    def test_too_many_files_in_one_request_are_rejected_before_any_is_stored(self, settings: Any) -> None:
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        client = Client()
        enter(client, draft, token)
        files = [picture(f"anh-{n}.png") for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)]
        answer = client.post(f"/nop-ho-so/{code}/buoc/child/", {"proof": files})
        assert answer.status_code == 400
        assert Attachment.objects.count() == 1

    def test_rejected_file_is_not_stored(self, settings: Any) -> None:
        draft, _token = make_draft()
        before = Attachment.objects.count()
        for data in (OTHER_FORMATS["exe"], OTHER_FORMATS["html"], b""):
            with pytest.raises(InvalidInput):
                services.store_answer(draft=draft, spec=self.spec, upload=SimpleUploadedFile("don.pdf", data))
        assert Attachment.objects.count() == before
