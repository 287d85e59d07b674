"""Results sent by post: tracking number and postage, from the desk to the citizen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import Agency, User
from forms_app.dossiers.models import Dossier, PostalOrder
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action, Status
from one_stop.services import finish
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


def desk_page(client: Client, receipt: FilingReceipt) -> str:
    page = client.get(reverse("one_stop:dossier", args=[receipt.dossier.code]))
    return " ".join(page.content.decode().split())


def test_citizen_sees_number_and_postage(
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


def test_both_may_be_left_empty(receipt: FilingReceipt, client: Client) -> None:
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


@pytest.mark.parametrize(("chosen", "way"), [("counter", ""), ("counter", "counter"), ("post", "counter")])
def test_result_can_be_collected_in_person_although_post_was_chosen(
    receipt: FilingReceipt, client: Client, chosen: str, way: str
) -> None:
    Dossier.objects.update(result_delivery=chosen)
    refused = send(client, receipt.dossier, delivery=way, tracking_number="EA123456789VN")
    assert refused.status_code == 422
    assert "Chỉ dành cho kết quả gửi qua bưu chính" in refused.content.decode()
    send(client, receipt.dossier, delivery=way)
    assert receipt.dossier.status == Status.RETURNED
    assert not PostalOrder.objects.exists()
    assert "Bạn đã nhận kết quả" in citizen_page(receipt)
    assert "Trả kết quả (Tại quầy)" in desk_page(client, receipt)


def test_result_to_be_collected_can_be_sent_by_post(receipt: FilingReceipt, client: Client) -> None:
    Dossier.objects.update(result_delivery="counter", address="")
    refused = send(client, receipt.dossier, delivery="post")
    assert refused.status_code == 422
    assert "Nhập địa chỉ." in refused.content.decode()
    send(client, receipt.dossier, delivery="post", address=" Ấp 1,  xã Tân Ân ")
    assert PostalOrder.objects.get().address == "Ấp 1, xã Tân Ân"
    assert "Kết quả của bạn đã được gửi qua bưu điện" in citizen_page(receipt)


@pytest.mark.parametrize("chosen", ["counter", "post", "electronic"])
def test_electronic_copy_needs_a_file_whatever_the_citizen_chose(
    receipt: FilingReceipt, client: Client, chosen: str
) -> None:
    Dossier.objects.update(result_delivery=chosen)
    refused = send(client, receipt.dossier, delivery="electronic", reason="Đã gửi cho công dân")
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Chưa có tệp kết quả" in page
    assert "Đã gửi cho công dân" in page
    assert receipt.dossier.status == Status.FINISHED
    assert "Bạn đã nhận kết quả" not in citizen_page(receipt)


def test_text_is_kept_if_a_colleague_was_quicker(
    receipt: FilingReceipt, client: Client, officer: User
) -> None:
    """Number, address, postage and delivery method as typed, without what the form proposed."""
    do(receipt.dossier, Action.RETURN_RESULT, officer, at=NOW)
    typed = {
        "version": receipt.dossier.version - 1, "delivery": "counter", "address": "Ấp 1, xã Tân Ân",
        "tracking_number": "EA123456789VN", "postage": "25.000", "reason": "Gọi trước khi giao",
    }  # fmt: skip
    answer = send(client, receipt.dossier, **typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Đã trả kết quả" in page
    for text in ("Tại quầy", "Ấp 1, xã Tân Ân", "EA123456789VN", "25.000", "Gọi trước khi giao"):
        assert f">{text}</textarea>" in page, text
    proposed = send(
        client, receipt.dossier, version=1, delivery="post", address="12 Trần Hưng Đạo, phường Tân Thành"
    )
    assert proposed.status_code == 302


class TestLater:
    """The post office reports numbers and postage for a whole batch, after the dossier was closed."""

    def correct(self, client: Client, dossier: Dossier, **values: Any) -> Any:
        url = reverse("one_stop:action", args=[dossier.code, "correct_post"])
        answer = client.post(url, {"version": dossier.version, **values})
        dossier.refresh_from_db()
        return answer

    def test_both_are_added_and_corrected_and_the_history_keeps_every_version(
        self, receipt: FilingReceipt, client: Client, officer: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        send(client, receipt.dossier)
        assert "/viec/correct_post/" in desk_page(client, receipt)
        with django_capture_on_commit_callbacks(execute=True):
            assert (
                self.correct(client, receipt.dossier, tracking_number="EA1234", postage="22.000").status_code
                == 302
            )
        assert "EA1234" in mail.outbox[-1].body
        form = client.get(
            reverse("one_stop:action", args=[receipt.dossier.code, "correct_post"])
        ).content.decode()
        assert 'value="EA1234"' in form
        assert 'value="22000"' in form
        self.correct(
            client, receipt.dossier, tracking_number="EA5678", postage="25.000", reason="Ghi nhầm số"
        )
        order = PostalOrder.objects.get()
        assert (order.tracking_number, order.postage, order.handed_by) == ("EA5678", 25_000, officer)
        assert receipt.dossier.status == Status.RETURNED
        page = desk_page(client, receipt)
        for words in (
            "EA5678", "12 Trần Hưng Đạo, phường Tân Thành", "— → EA1234 · 22.000 đ",
            "EA1234 · 22.000 đ → EA5678 · 25.000 đ", "Ghi nhầm số",
        ):  # fmt: skip
            assert words in page, words
        citizen = citizen_page(receipt)
        assert "EA5678" in citizen
        assert "EA1234" not in citizen
        assert "Đã ghi mã vận đơn hoặc cước" in citizen

    def test_unchanged_values_are_not_a_correction(self, receipt: FilingReceipt, client: Client) -> None:
        send(client, receipt.dossier, tracking_number="EA1234", postage="22000")
        answer = self.correct(client, receipt.dossier, tracking_number="ea 1234", postage="22.000")
        assert answer.status_code == 422
        assert receipt.dossier.events.filter(action=Action.CORRECT_POST).count() == 0

    def test_result_not_sent_by_post_has_neither(
        self, receipt: FilingReceipt, client: Client, agency: Agency
    ) -> None:
        send(client, receipt.dossier, delivery="counter")
        assert "/viec/correct_post/" not in desk_page(client, receipt)
        self.correct(client, receipt.dossier, tracking_number="EA1234")
        assert receipt.dossier.version == 5

    def test_correction_does_not_extend_the_days_for_undoing(
        self, receipt: FilingReceipt, client: Client, officer: User
    ) -> None:
        send(client, receipt.dossier)
        until = receipt.dossier.reversible_until()
        with time_machine.travel(NOW + timedelta(hours=1), tick=False):
            client.force_login(officer)
            self.correct(client, receipt.dossier, tracking_number="EA1234")
        assert receipt.dossier.events.filter(action=Action.CORRECT_POST).exists()
        assert receipt.dossier.reversible_until() == until is not None


def test_undoing_cancels_the_shipment(receipt: FilingReceipt, agency: Agency, client: Client) -> None:
    send(client, receipt.dossier, tracking_number="EA123456789VN")
    do(receipt.dossier, Action.UNDO_RETURN, make_officer(agency, "head"), at=NOW)
    assert PostalOrder.objects.get().cancelled_at == NOW
    assert "EA123456789VN" not in citizen_page(receipt)
    send(client, receipt.dossier, tracking_number="EB000000001VN")
    assert "EB000000001VN" in citizen_page(receipt)
    with pytest.raises(IntegrityError), transaction.atomic():
        PostalOrder.objects.update(cancelled_at=None)


class TestWhatTheCitizenReads:
    def test_corrected_number_is_mailed_as_a_correction(
        self, receipt: FilingReceipt, client: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        send(client, receipt.dossier)
        url = reverse("one_stop:action", args=[receipt.dossier.code, "correct_post"])
        for number in ("EA1111", "EA2222"):
            with django_capture_on_commit_callbacks(execute=True):
                client.post(
                    url, {"version": receipt.dossier.version, "tracking_number": number, "postage": ""}
                )
            receipt.dossier.refresh_from_db()
        added, corrected = mail.outbox[-2:]
        assert "Đã ghi mã vận đơn" in added.subject
        assert "không còn giá trị" not in added.body
        assert "Đã sửa mã vận đơn" in corrected.subject
        assert "Mã vận đơn: EA2222" in corrected.body
        assert "Mã vận đơn cũ, không còn giá trị: EA1111" in corrected.body
        assert "Đã sửa mã vận đơn" in citizen_page(receipt)

    def test_delivery_used_replaces_the_one_that_was_chosen(
        self, receipt: FilingReceipt, client: Client
    ) -> None:
        assert "Cách nhận kết quả Qua bưu chính" in facts(receipt)
        send(client, receipt.dossier, delivery="counter")
        assert "Cách đã trả kết quả Tại quầy" in facts(receipt)
        assert "Qua bưu chính" not in facts(receipt)

    @pytest.mark.parametrize(
        ("way", "words"), [("counter", "đã được trả cho bạn"), ("post", "gửi qua bưu chính")]
    )
    def test_refusal_remains_a_refusal_when_its_notice_is_handed_over(
        self,
        receipt: FilingReceipt,
        client: Client,
        django_capture_on_commit_callbacks: Any,
        way: str,
        words: str,
    ) -> None:
        dossier, handler = receipt.dossier, User.objects.get(full_name="Trần Thị Hạnh")
        do(dossier, Action.REOPEN, handler, at=NOW)
        finish(
            dossier_id=dossier.pk, expected_version=dossier.version, actor=handler, reason="Thiếu điều kiện",
            result=None, outcome="refused", now=NOW,
        )  # fmt: skip
        dossier.refresh_from_db()
        with django_capture_on_commit_callbacks(execute=True):
            send(client, receipt.dossier, delivery=way, reason="Đã giao")
        page = citizen_page(receipt)
        assert "Bạn đã nhận kết quả" not in page
        assert "Yêu cầu của bạn bị từ chối" in page
        assert "notice--bad" in page
        assert "Lý do: Thiếu điều kiện" in page, "of the refusal, not the note of the handover"
        assert words in page
        assert "Yêu cầu của bạn bị từ chối" in mail.outbox[-1].body


def facts(receipt: FilingReceipt) -> str:
    return " ".join(strip_tags(citizen_page(receipt)).split())
