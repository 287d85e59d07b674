"""A wrong result is revoked when the dossier returns to processing (art. 23 NĐ 118/2025/NĐ-CP)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers.models import Attachment, Dossier
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action, Status
from tests.forms_app.dossiers.factories import file_dossier
from tests.forms_app.dossiers.files import PDF
from tests.one_stop.factories import ANSWERS, FILED, NOW, do, make_desk_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
WRONG = PDF.replace(b"trailer", b"% wrong person\ntrailer")
RIGHT = PDF.replace(b"trailer", b"% right person\ntrailer")
REASON = "Nhầm kết quả của người khác"


@pytest.fixture
def receipt(agency: Agency, officer: User) -> FilingReceipt:
    """Return the receipt of a dossier in process."""
    found = file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)
    do(found.dossier, Action.ACCEPT, officer, at=NOW)
    do(found.dossier, Action.PROCESS, officer, at=NOW)
    return found


def post(client: Client, dossier: Dossier, action: str, **data: Any) -> Any:
    dossier.refresh_from_db()
    url = reverse("one_stop:action", args=[dossier.code, action])
    answer = client.post(url, {"version": dossier.version, **data})
    assert answer.status_code == 302, answer.content.decode()
    return answer


def finish(client: Client, dossier: Dossier, name: str, content: bytes) -> Attachment:
    post(
        client,
        dossier,
        "finish",
        outcome="granted",
        result=SimpleUploadedFile(name, content, "application/pdf"),
    )
    return dossier.attachments.valid_results().get()


def download(client: Client, url: str) -> tuple[int, bytes]:
    """Return status and body. Not ``close()``: that would end the connection of the test's transaction."""
    answer = client.get(url)
    if not answer.streaming:
        return answer.status_code, answer.content
    body = b"".join(answer.streaming_content)
    for closer in answer._resource_closers:
        closer()
    return answer.status_code, body


def test_revoked_result_is_refused_to_the_citizen_everywhere(
    client: Client, receipt: FilingReceipt, officer: User
) -> None:
    dossier, citizen = receipt.dossier, Client()
    wrong = finish(client, dossier, "nguyen-van-khac.pdf", WRONG)
    address = f"/ho-so/{receipt.token}/tep/{wrong.pk}/"
    assert download(citizen, address) == (200, WRONG)

    post(client, dossier, "reopen", reason=REASON)

    wrong.refresh_from_db()
    assert (wrong.revoked_at, wrong.revoked_by, wrong.revocation_reason) == (NOW, officer, REASON)
    status, page = download(citizen, address)
    assert status == 410
    assert WRONG not in page
    assert REASON in page.decode()
    tracking = citizen.get(f"/ho-so/{receipt.token}/").content.decode()
    assert address not in tracking
    assert "Một kết quả đã bị thu hồi" in tracking
    data = json.loads(citizen.get(f"/ho-so/{receipt.token}/du-lieu.json").content)
    entry = next(file for file in data["files"] if file["purpose"] == "result")
    assert entry["revocation_reason"] == REASON
    assert entry["revoked_at"]
    for path in ("", "nguoi-xem/", "du-lieu.json", "noi-dung/"):
        shown = citizen.get(f"/ho-so/{receipt.token}/{path}").content.decode()
        assert "nguyen-van-khac" not in shown, path


def test_second_finish_gives_only_the_valid_result(client: Client, receipt: FilingReceipt) -> None:
    dossier, citizen = receipt.dossier, Client()
    wrong = finish(client, dossier, "m01.pdf", WRONG)
    post(client, dossier, "reopen", reason=REASON)
    right = finish(client, dossier, "m02.pdf", RIGHT)
    assert right.pk != wrong.pk
    tracking = citizen.get(f"/ho-so/{receipt.token}/").content.decode()
    assert f"/tep/{right.pk}/" in tracking
    assert f"/tep/{wrong.pk}/" not in tracking
    assert download(citizen, f"/ho-so/{receipt.token}/tep/{right.pk}/") == (200, RIGHT)
    assert download(citizen, f"/ho-so/{receipt.token}/tep/{wrong.pk}/")[0] == 410
    post(client, dossier, "return_result")
    assert download(citizen, f"/ho-so/{receipt.token}/tep/{wrong.pk}/")[0] == 410


def test_same_file_issued_again_is_a_valid_result_again(client: Client, receipt: FilingReceipt) -> None:
    dossier = receipt.dossier
    first = finish(client, dossier, "m01.pdf", RIGHT)
    post(client, dossier, "reopen", reason="Thiếu chữ ký")
    second = finish(client, dossier, "m01.pdf", RIGHT)
    assert second.pk != first.pk
    assert download(Client(), f"/ho-so/{receipt.token}/tep/{second.pk}/") == (200, RIGHT)


def test_desk_shows_who_revoked_a_result_when_and_why(
    client: Client, receipt: FilingReceipt, officer: User
) -> None:
    dossier = receipt.dossier
    wrong = finish(client, dossier, "m01.pdf", WRONG)
    form = client.get(reverse("one_stop:action", args=[dossier.code, "reopen"])).content.decode()
    assert "thu hồi" in form
    post(client, dossier, "reopen", reason=REASON)
    page = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
    assert f"/tep/{wrong.pk}/" in page
    row = page.split("m01.pdf", 1)[1].split("</li>", 1)[0]
    assert "Đã thu hồi" in row
    assert officer.get_full_name() in row
    assert REASON in row


def test_citizen_is_told_by_mail_and_in_the_history(
    client: Client, receipt: FilingReceipt, django_capture_on_commit_callbacks: Any
) -> None:
    finish(client, receipt.dossier, "m01.pdf", WRONG)
    with django_capture_on_commit_callbacks(execute=True):
        post(client, receipt.dossier, "reopen", reason=REASON)
    assert "đã bị thu hồi" in mail.outbox[-1].body
    assert "Thu hồi kết quả" in Client().get(f"/ho-so/{receipt.token}/").content.decode()


def test_reopening_without_a_result_revokes_nothing(client: Client, receipt: FilingReceipt) -> None:
    post(client, receipt.dossier, "finish", outcome="granted")
    post(client, receipt.dossier, "reopen", reason=REASON)
    tracking = Client().get(f"/ho-so/{receipt.token}/").content.decode()
    assert "thu hồi" not in tracking.lower()
    assert receipt.dossier.status == Status.FINISHED or receipt.dossier.events.count() == 5
    assert "revoked_results" not in receipt.dossier.events.get(action="reopen").data


@pytest.mark.parametrize(
    "values",
    [
        {"revoked_at": NOW, "revocation_reason": ""},
        {"revoked_at": None, "revocation_reason": REASON},
        {"revoked_at": NOW, "revocation_reason": REASON, "purpose": "answer"},
    ],
)
def test_database_refuses_an_incomplete_revocation(
    client: Client, receipt: FilingReceipt, values: dict[str, Any]
) -> None:
    result = finish(client, receipt.dossier, "m01.pdf", WRONG)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=result.pk).update(**values)
