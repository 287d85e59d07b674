"""A full disk for temporary files loses the file, not the form; too large a request is refused unread."""

from __future__ import annotations

import errno
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

from forms_app.dossiers.models import Attachment, Draft
from tests.forms_app.dossiers.factories import enter, file_dossier, make_draft, picture, request_supplement

pytestmark = pytest.mark.django_db
FAULT = re.compile(r"Cổng chưa lưu được tệp “[^”]+” do sự cố\. Nội dung bạn nhập vẫn còn\.")
CHILD = {"child_name": "Nguyễn Văn Mới", "born": "31/2/2020"}


def large_picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("lon.png", b"\x89PNG" + b"x" * 3_000_000, "image/png")


@pytest.fixture(params=["new_file", "receive_data_chunk"])
def _full_temporary_disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TemporaryFileUploadHandler, request.param, fail)


@pytest.mark.usefixtures("_full_temporary_disk")
def test_temporary_disk_that_is_full_keeps_the_answers(client: Client) -> None:
    draft, token = make_draft()
    draft.attachments.all().delete()
    step = f"{enter(client, draft, token)}buoc/child/"
    page = client.post(step, {**CHILD, "proof": large_picture()}, follow=True).content.decode()
    assert FAULT.search(page)
    assert "31/2/2020" in page
    assert not Attachment.objects.exists()


@pytest.fixture
def _full_store(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.UPLOAD_MIN_FREE_BYTES = 10**18


@pytest.mark.usefixtures("_full_store")
class TestFullStore:
    def test_step_keeps_the_answers_and_logs_an_error(
        self, client: Client, caplog: Any, settings: Any
    ) -> None:
        settings.UPLOAD_MIN_FREE_BYTES = 0
        draft, token = make_draft(child_name="")
        settings.UPLOAD_MIN_FREE_BYTES = 10**18
        step = f"{enter(client, draft, token)}buoc/child/"
        page = client.post(step, {**CHILD, "proof": picture()}, follow=True).content.decode()
        assert FAULT.search(page)
        assert "31/2/2020" in page
        assert Draft.objects.get().answers["child_name"] == "Nguyễn Văn Mới"
        assert [record for record in caplog.records if record.levelname == "ERROR"]

    def test_supplement_keeps_the_texts(self, client: Client, settings: Any) -> None:
        settings.UPLOAD_MIN_FREE_BYTES = 0
        receipt = file_dossier()
        request_supplement(receipt.dossier)
        settings.UPLOAD_MIN_FREE_BYTES = 10**18
        data = {"version": 3, "other_1": "0912 000 111", "proof": picture()}
        page = client.post(f"/ho-so/{receipt.token}/bo-sung/", data, follow=True).content.decode()
        assert FAULT.search(page)
        assert "0912 000 111" in page


def test_write_error_of_the_store_is_reported(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    draft, token = make_draft()

    def fail(*_args: Any, **_kwargs: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", fail)
    step = f"{enter(client, draft, token)}buoc/child/"
    assert FAULT.search(client.post(step, {**CHILD, "proof": picture()}, follow=True).content.decode())


@pytest.mark.parametrize(("size", "status"), [(1000, 422), (1001, 413)])
def test_request_above_the_limit_is_refused_unread(
    client: Client, settings: Any, size: int, status: int
) -> None:
    settings.REQUEST_MAX_BYTES = 1000
    body = "code=" + "x" * (size - 5)
    answer = client.post("/tra-cuu/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == status
    if status == 413:
        assert "Gửi quá nhiều dữ liệu một lần" in answer.content.decode()
