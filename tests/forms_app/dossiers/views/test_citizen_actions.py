"""Citizens send a supplement or withdraw; after a conflict the input is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.errors import Conflict, InvalidInput
from forms_app.dossiers import services
from forms_app.dossiers.forms import supplement_step
from forms_app.dossiers.models import (
    Attachment,
    Dossier,
    SupplementRequest,
)
from forms_app.dossiers.transitions import Status
from tests.forms_app.dossiers.factories import (
    at,
    file_dossier,
    make_form,
    picture,
    request_supplement,
)
from tests.one_stop.factories import make_officer

pytestmark = pytest.mark.django_db
NOW = at("2026-11-23 09:00")


@pytest.fixture
def supplement_case() -> Iterator[tuple[services.FilingReceipt, SupplementRequest]]:
    """A submitted dossier with an open request for a file and a text."""
    with time_machine.travel(NOW, tick=False):
        receipt = file_dossier(now=NOW)
        officer = make_officer(receipt.dossier.agency)
        services.apply_action(
            dossier_id=receipt.dossier.pk, expected_version=1, action="request_supplement", actor=officer,
            reason="Thiếu", now=NOW,
        )  # fmt: skip
        receipt.dossier.refresh_from_db()
        yield receipt, SupplementRequest.objects.create(
            dossier=receipt.dossier, number=1, reason="Thiếu", requested_at=NOW,
            items=[
                {"id": "proof", "label": "Giấy chứng sinh", "kind": "file"},
                {"id": "other_1", "label": "Tên mẹ", "kind": "text"},
            ],
        )  # fmt: skip


class TestSendSupplement:
    def address(self, receipt: services.FilingReceipt) -> str:
        return f"/ho-so/{receipt.token}/bo-sung/"

    def test_every_requested_item_must_be_answered_together(self, supplement_case: Any) -> None:
        receipt, _request = supplement_case
        with pytest.raises(InvalidInput) as caught:
            services.supply(dossier=receipt.dossier, expected_version=2, texts={}, now=NOW)
        assert set(caught.value.fields) == {"proof", "other_1"}
        assert receipt.dossier.status == Status.SUPPLEMENT

    @pytest.mark.parametrize("text", ["", "  ", "\u200b", "\n"])
    def test_empty_text_does_not_answer_an_item(self, supplement_case: Any, text: str) -> None:
        receipt, _request = supplement_case
        answer = Client().post(self.address(receipt), {"version": 2, "proof": picture(), "other_1": text})
        assert answer["Location"] == f"{self.address(receipt)}?kiem-tra=het"
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.status == Status.SUPPLEMENT

    def test_missing_paper_can_be_explained_and_the_desk_reads_why(self, supplement_case: Any) -> None:
        receipt, request = supplement_case
        client, address = Client(), self.address(receipt)
        assert "Lý do nếu bạn không có: Giấy chứng sinh" in client.get(address).content.decode()
        data = {"version": 2, "other_1": "Nguyễn Thị Mẹ", "proof-missing": " "}
        page = client.post(address, data, follow=True).content.decode()
        assert "Chọn tệp cho “Giấy chứng sinh” hoặc điền “Lý do nếu bạn không có: Giấy chứng sinh”." in page
        data["proof-missing"] = "Sinh tại nhà, không có giấy"
        assert client.post(address, {**data, "autosave": "1"}).status_code == 200
        request.refresh_from_db()
        assert request.typed["proof-missing"] == "Sinh tại nhà, không có giấy"
        assert client.post(address, data).status_code == 302
        request.refresh_from_db()
        assert request.answers == {
            "other_1": "Nguyễn Thị Mẹ", "proof-missing": "Sinh tại nhà, không có giấy",
        }  # fmt: skip
        own = client.get(f"/ho-so/{receipt.token}/noi-dung/").content.decode()
        assert "Bạn không có giấy tờ này: Sinh tại nhà, không có giấy" in own
        client.force_login(make_officer(receipt.dossier.agency))
        desk = client.get(reverse("one_stop:dossier", args=[receipt.code])).content.decode()
        assert "<strong>Người nộp không có giấy tờ này:</strong> Sinh tại nhà, không có giấy" in desk

    def test_conditions_of_the_form_do_not_decide_what_the_desk_asked_for(self) -> None:
        fields = [
            {"id": "number", "type": "short_text", "label": "Số giấy", "required": False},
            {
                "id": "proof",
                "type": "file",
                "label": "Giấy",
                "options": {"replaced_by": "number", "max_files": 1},
            },
        ]
        form = make_form(schema={"steps": [{"id": "a", "title": "A", "fields": fields}]})
        asked = SupplementRequest(
            dossier=Dossier(form_version=form), items=[{"id": "proof", "label": "Giấy", "kind": "file"}]
        )
        assert supplement_step(asked).fields[0].options == {"max_files": 1, "replaced_by": "proof-missing"}

    def test_rejected_file_shows_its_reason_and_keeps_the_text(self, supplement_case: Any) -> None:
        receipt, _request = supplement_case
        data = {"version": 2, "proof": picture("a.exe"), "other_1": "Nguyễn Thị Mẹ"}
        html = Client().post(self.address(receipt), data, follow=True).content.decode()
        assert "Cổng không nhận loại tệp" in html
        assert "Nguyễn Thị Mẹ" in html
        assert not Attachment.objects.filter(purpose="supplement").exists()

    def test_file_can_be_removed_before_the_supplement_is_sent(self, supplement_case: Any) -> None:
        receipt, _request = supplement_case
        client = Client()
        client.post(self.address(receipt), {"version": 2, "proof": picture("mo.png"), "upload": "proof"})
        stored = Attachment.objects.get(purpose="supplement")
        data = {"version": 2, "remove": str(stored.pk), "other_1": "Mẹ"}
        page = client.post(self.address(receipt), data, follow=True)
        assert "mo.png" not in page.content.decode()
        assert "Mẹ" in page.content.decode()

    @pytest.mark.parametrize("malformed", ["²", "-1", "9" * 40, "x"])
    def test_malformed_version_and_file_id_are_ignored(self, supplement_case: Any, malformed: str) -> None:
        receipt, _request = supplement_case
        data = {"version": malformed, "remove": malformed, "other_1": "Mẹ"}
        assert Client().post(self.address(receipt), data).status_code == 302
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.status == Status.SUPPLEMENT

    def test_sending_twice_supplies_once(self, supplement_case: Any) -> None:
        receipt, _request = supplement_case
        client, data = Client(), {"version": 2, "other_1": "Mẹ"}
        assert client.post(self.address(receipt), {**data, "proof": picture()}).status_code == 302
        assert (
            client.post(self.address(receipt), {**data, "proof": picture()})["Location"]
            == f"/ho-so/{receipt.token}/"
        )
        assert receipt.dossier.events.filter(action="supply").count() == 1
        assert Attachment.objects.filter(purpose="supplement").count() == 1

    def test_closed_request_cannot_be_answered(self, supplement_case: Any) -> None:
        receipt, request = supplement_case
        request.closed_at = NOW
        request.save()
        with pytest.raises(Conflict):
            services.supply(dossier=receipt.dossier, expected_version=2, texts={"other_1": "Mẹ"}, now=NOW)

    def test_text_for_an_item_that_was_not_requested_is_ignored(self, supplement_case: Any) -> None:
        receipt, request = supplement_case
        Client().post(
            self.address(receipt),
            {"version": 2, "proof": picture(), "other_1": "Mẹ", "full_name": "Khác", "other_2": "x"},
        )
        request.refresh_from_db()
        assert request.answers == {"other_1": "Mẹ"}
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.applicant_name == "Nguyễn Thị Thử"


class TestWithdraw:
    def test_conflict_on_withdrawal_keeps_the_reason(self) -> None:
        receipt = file_dossier()
        services.apply_action(
            dossier_id=receipt.dossier.pk,
            expected_version=1,
            action="accept",
            actor=make_officer(receipt.dossier.agency),
        )
        answer = Client().post(f"/ho-so/{receipt.token}/rut/", {"version": 1, "reason": "Tôi nộp nhầm nơi"})
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "Tôi nộp nhầm nơi" in html
        assert "Cơ quan vừa cập nhật hồ sơ này" in html
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.status == Status.ACCEPTED

    def test_withdrawing_twice_withdraws_once(self) -> None:
        receipt = file_dossier()
        address, data = f"/ho-so/{receipt.token}/rut/", {"version": 1, "reason": "Nộp nhầm"}
        assert Client().post(address, data).status_code == 302
        assert Client().post(address, data).status_code == 302
        assert receipt.dossier.events.filter(action="withdraw").count() == 1


class TestSupplement:
    def test_only_requested_items_are_asked_for_and_the_answer_changes_the_status(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        receipt = file_dossier()
        request_supplement(receipt.dossier)
        client, base = Client(), f"/ho-so/{receipt.token}/"
        page = client.get(base).content.decode()
        assert "Bạn cần bổ sung 2 nội dung" in page
        assert "Đang tạm dừng" in page
        form = client.get(f"{base}bo-sung/").content.decode()
        assert "Số điện thoại của mẹ" in form
        assert "Họ tên của trẻ" not in form

        data = {"version": 3, "other_1": "0912 000 111"}
        text_only = client.post(f"{base}bo-sung/", data, follow=True)
        assert "Chọn tệp cho “Giấy chứng sinh” hoặc điền" in text_only.content.decode()
        assert "0912 000 111" in text_only.content.decode()

        data = {"version": 3, "upload": "proof", "proof": picture("ro.png")}
        stored = client.post(f"{base}bo-sung/", data, follow=True)
        assert "ro.png" in stored.content.decode()
        sent = client.post(f"{base}bo-sung/", {"version": 3, "other_1": "0912 000 111"})
        assert sent.status_code == 302
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.status == Status.PROCESSING
        request = receipt.dossier.supplement_requests.get()
        assert request.answers == {"other_1": "0912 000 111"}
        assert request.attachments.get().purpose == Attachment.Purpose.SUPPLEMENT
        assert client.get(f"{base}bo-sung/").status_code == 302
        assert "ro.png" in client.get(f"{base}noi-dung/").content.decode()

    def test_supplement_for_a_changed_dossier_is_a_conflict_and_keeps_the_text(self) -> None:
        receipt = file_dossier()
        request_supplement(receipt.dossier)
        data = {"version": 2, "other_1": "0912 000 111", "proof": picture()}
        answer = Client().post(f"/ho-so/{receipt.token}/bo-sung/", data, follow=True)
        assert "Cơ quan vừa cập nhật hồ sơ này" in answer.content.decode()
        assert "0912 000 111" in answer.content.decode()
        request = receipt.dossier.supplement_requests.get()
        assert request.answered_at is None
        assert request.attachments.count() == 1

    def test_file_of_another_request_cannot_be_removed(self) -> None:
        receipt, other = file_dossier(), file_dossier()
        request_supplement(receipt.dossier)
        foreign = other.dossier.attachments.get()
        Client().post(f"/ho-so/{receipt.token}/bo-sung/", {"version": 3, "remove": str(foreign.pk)})
        Client().post(
            f"/ho-so/{receipt.token}/bo-sung/",
            {"version": 3, "remove": str(receipt.dossier.attachments.get().pk)},
        )
        assert Attachment.objects.filter(purpose="answer").count() == 2


def test_withdrawal_requires_a_reason_and_closes_the_dossier() -> None:
    receipt = file_dossier()
    client, address = Client(), f"/ho-so/{receipt.token}/rut/"
    assert client.get(address).status_code == 200
    without_reason = client.post(address, {"version": 1, "reason": " "})
    assert without_reason.status_code == 422
    assert "Nêu ngắn gọn lý do" in without_reason.content.decode()
    assert client.post(address, {"version": 1, "reason": "Nộp nhầm nơi"}).status_code == 302
    receipt.dossier.refresh_from_db()
    assert receipt.dossier.status == Status.WITHDRAWN
    assert "Bạn đã rút hồ sơ này" in client.get(f"/ho-so/{receipt.token}/").content.decode()
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("by_officer", [True, False])
def test_citizen_reads_who_changed_the_dossier(supplement_case: Any, by_officer: bool) -> None:
    receipt, _request = supplement_case
    if not by_officer:
        services.withdraw(dossier=receipt.dossier, expected_version=2, reason="Đổi ý", now=NOW)
    with pytest.raises(Conflict) as caught:
        services.withdraw(dossier=receipt.dossier, expected_version=1, reason="Đổi ý", now=NOW)
    words = "Cơ quan vừa cập nhật hồ sơ này" if by_officer else "Hồ sơ này đã thay đổi"
    assert caught.value.message.startswith(words)
