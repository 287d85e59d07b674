"""What an officer reads before an action: above all about files that the malware scan keeps back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers.models import Attachment, Dossier
from forms_app.dossiers.services import FilingReceipt, store_result
from forms_app.dossiers.transitions import Action, Status
from tests.forms_app.dossiers.factories import file_dossier, picture
from tests.one_stop.factories import ANSWERS, FILED, NOW, do, make_desk_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
STATES: dict[str, dict[str, Any]] = {
    "infected": {"scan_state": "infected", "scanned_at": NOW, "scan_note": "Eicar"},
    "waiting": {"scan_state": "waiting", "scan_due_at": NOW},
}


@pytest.fixture
def receipt(agency: Agency, officer: User) -> FilingReceipt:
    found = file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)
    Dossier.objects.update(result_delivery="electronic")
    for action in (Action.ACCEPT, Action.PROCESS, Action.FINISH):
        do(found.dossier, action, officer, at=NOW)
    return found


def with_file(receipt: FilingReceipt, state: str = "") -> Attachment:
    file = store_result(dossier=receipt.dossier, upload=picture("kq.png"), now=NOW)
    Attachment.objects.filter(pk=file.pk).update(**STATES.get(state, {}))
    return file


def hand_over(client: Client, receipt: FilingReceipt, **values: Any) -> Any:
    dossier = receipt.dossier
    dossier.refresh_from_db()
    url = reverse("one_stop:action", args=[dossier.code, "return_result"])
    answer = client.post(url, {"version": dossier.version, **values})
    dossier.refresh_from_db()
    return answer


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("infected", "Công dân không mở được “kq.png”"),
        ("waiting", "“kq.png” đang được quét mã độc"),
        (None, "Chưa có tệp kết quả"),
    ],
)
def test_file_that_cannot_be_opened_does_not_count(
    receipt: FilingReceipt, client: Client, state: str | None, words: str
) -> None:
    if state:
        with_file(receipt, state)
    form = client.get(reverse("one_stop:action", args=[receipt.dossier.code, "return_result"]))
    assert words in form.content.decode()
    answer = hand_over(client, receipt)
    assert answer.status_code == 422
    assert answer.content.decode().count(words) >= 2, "in the question and at the field"
    assert receipt.dossier.status == Status.FINISHED
    assert hand_over(client, receipt, delivery="counter").status_code == 302


def test_one_file_that_opens_is_enough(receipt: FilingReceipt, client: Client) -> None:
    with_file(receipt, "infected")
    with_file(receipt)
    assert hand_over(client, receipt).status_code == 302
    assert receipt.dossier.status == Status.RETURNED


def test_citizen_gets_no_mail_about_a_result_that_a_later_scan_refuses(
    receipt: FilingReceipt, client: Client
) -> None:
    file = with_file(receipt)
    hand_over(client, receipt)
    page = f"/ho-so/{receipt.token}/"
    assert "Bạn đã nhận kết quả" in client.get(page).content.decode()
    Attachment.objects.filter(pk=file.pk).update(**STATES["infected"])
    text = client.get(page).content.decode()
    assert "Không mở được kết quả của bạn" in text
    assert "Bạn đã nhận kết quả" not in text


def test_result_on_paper_is_not_called_unreadable(receipt: FilingReceipt, client: Client) -> None:
    with_file(receipt, "infected")
    assert hand_over(client, receipt, delivery="counter").status_code == 302
    page = Client().get(f"/ho-so/{receipt.token}/").content.decode()
    assert "Kết quả bản giấy bạn đã nhận vẫn có giá trị" in page
    assert "Đề nghị cơ quan cấp tệp khác" not in page


def test_acceptance_of_a_dossier_with_a_rejected_file_asks_first(agency: Agency, client: Client) -> None:
    dossier = file_dossier(make_desk_form(agency), now=FILED, **ANSWERS).dossier
    page, form = (
        reverse("one_stop:dossier", args=[dossier.code]),
        reverse("one_stop:action", args=[dossier.code, "accept"]),
    )
    assert f'<form action="{form}' in client.get(page).content.decode()
    file = Attachment.objects.create(
        dossier=dossier, purpose="answer", field_id="ruling", original_name="ban-an.pdf", path="thu", size=1,
        sha256="0" * 64, uploaded_at=FILED, **STATES["infected"],
    )  # fmt: skip
    shown = client.get(page).content.decode()
    assert f'<form action="{form}' not in shown
    assert f'href="{form}' in shown
    assert file.original_name in client.get(form).content.decode()
    assert client.post(form, {"version": dossier.version}).status_code == 302
