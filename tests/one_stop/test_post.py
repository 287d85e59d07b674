"""Results by post: tracking number and postage, from the desk to the citizen."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers.models import Dossier, PostalOrder
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action, Status
from tests.forms_app.dossiers.factories import file_dossier
from tests.one_stop.factories import ANSWERS, FILED, NOW, do, make_desk_form, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def receipt(agency: Agency, officer: User) -> FilingReceipt:
    """Return a dossier whose result is ready to be sent by post."""
    found = file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)
    Dossier.objects.update(result_delivery="post", address="12 Trần Hưng Đạo, phường Tân Thành")
    for action in (Action.ACCEPT, Action.PROCESS, Action.FINISH):
        do(found.dossier, action, officer, at=NOW)
    return found


def send(client: Client, dossier: Dossier, **values: Any) -> Any:
    answer = client.post(
        reverse("one_stop:action", args=[dossier.code, "return_result"]),
        {"version": dossier.version, **values},
    )
    dossier.refresh_from_db()
    return answer


def citizen_page(receipt: FilingReceipt) -> str:
    return " ".join(Client().get(f"/ho-so/{receipt.token}/").content.decode().split())


def test_citizen_reads_number_and_postage(
    receipt: FilingReceipt, client: Client, officer: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(client, receipt.dossier, tracking_number=" ea 123-456.789vn", postage="25.000 đ")
    assert answer.status_code == 302
    order = PostalOrder.objects.get()
    assert (order.tracking_number, order.postage, order.handed_by) == ("EA123456789VN", 25_000, officer)
    assert order.address == "12 Trần Hưng Đạo, phường Tân Thành"
    page = citizen_page(receipt)
    for words in (
        "EA123456789VN",
        "25.000",
        "Kết quả của bạn đã được gửi qua bưu điện",
        "Đã gửi kết quả qua bưu điện",
    ):
        assert words in page, words
    assert "EA123456789VN" in mail.outbox[-1].body
    assert "25.000" in mail.outbox[-1].body
    data = Client().get(f"/ho-so/{receipt.token}/du-lieu.json").json()
    assert data["postal_orders"][0]["tracking_number"] == "EA123456789VN"


def test_both_may_be_unknown(receipt: FilingReceipt, client: Client) -> None:
    send(client, receipt.dossier)
    assert receipt.dossier.status == Status.RETURNED
    page = citizen_page(receipt)
    assert "Đã giao bưu điện lúc" in page
    assert "Mã vận đơn" not in page
    assert "Cước bưu chính" not in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("tracking_number", "EA<b>"), ("tracking_number", "123"), ("postage", "mười nghìn"), ("postage", "-5"),
     ("postage", "99999999"), ("postage", "²"), ("postage", "32.500,00"), ("postage", "25,5"), ("postage", "1.2.3"),
     ("postage", "25.0000"), ("postage", "1.000,000")],
)  # fmt: skip
def test_impossible_values_are_named_and_kept(
    receipt: FilingReceipt, client: Client, field: str, value: str
) -> None:
    answer = send(client, receipt.dossier, **{field: value})
    assert answer.status_code == 422
    assert receipt.dossier.status == Status.FINISHED
    assert not PostalOrder.objects.exists()
    assert value.replace("<", "&lt;").replace(">", "&gt;") in answer.content.decode()


def test_other_ways_of_delivery_ask_for_nothing(receipt: FilingReceipt, client: Client) -> None:
    Dossier.objects.update(result_delivery="counter")
    address = reverse("one_stop:action", args=[receipt.dossier.code, "return_result"])
    assert "tracking_number" not in client.get(address).content.decode()
    send(client, receipt.dossier, tracking_number="EA123456789VN")
    assert receipt.dossier.status == Status.RETURNED
    assert not PostalOrder.objects.exists()
    assert "Bạn đã nhận kết quả" in citizen_page(receipt)


def test_undoing_cancels_the_order(receipt: FilingReceipt, agency: Agency, client: Client) -> None:
    send(client, receipt.dossier, tracking_number="EA123456789VN")
    do(receipt.dossier, Action.UNDO_RETURN, make_officer(agency, "head"), at=NOW)
    assert PostalOrder.objects.get().cancelled_at == NOW
    assert "EA123456789VN" not in citizen_page(receipt)
    send(client, receipt.dossier, tracking_number="EB000000001VN")
    assert "EB000000001VN" in citizen_page(receipt)
    with pytest.raises(IntegrityError), transaction.atomic():
        PostalOrder.objects.update(cancelled_at=None)
