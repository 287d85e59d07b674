"""An answer names its supplement request: nothing given for a former one is recorded for another."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers import credentials, services
from forms_app.dossiers.models import Attachment, Dossier, SupplementRequest
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action, Status
from one_stop.services import request_supplement
from tests.forms_app.dossiers.factories import file_dossier, picture
from tests.one_stop.factories import ANSWERS, FILED, NOW, do, make_desk_form

AFTERWARDS = NOW + timedelta(days=30)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def receipt(agency: Agency, officer: User) -> FilingReceipt:
    """Return an accepted dossier for which "Giấy A" is requested."""
    found = file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)
    do(found.dossier, Action.ACCEPT, officer, at=NOW)
    request(found.dossier, officer, "Giấy A")
    return found


def request(dossier: Dossier, officer: User, name: str) -> None:
    items = [
        {"id": "other_1", "label": name, "kind": "file", "count": "1", "note": ""},
        {"id": "purpose", "label": f"Câu hỏi của {name}", "kind": "text", "count": "", "note": ""},
    ]
    request_supplement(
        dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, items=items, reason=f"Cần {name}",
        supplement_due_at=None, now=NOW,
    )  # fmt: skip
    dossier.refresh_from_db()


def replace(dossier: Dossier, officer: User, name: str = "Giấy B") -> None:
    do(dossier, Action.LIFT_SUPPLEMENT, officer, at=NOW)
    request(dossier, officer, name)


def sent_by(html: str) -> dict[str, str]:
    """Return the hidden fields of the page's form."""
    found = re.findall(r'<input type="hidden" name="(version|request)" value="(\d+)"', html)
    return dict(found)


class TestCitizen:
    def url(self, receipt: FilingReceipt) -> str:
        return f"/ho-so/{receipt.token}/bo-sung/"

    @pytest.mark.parametrize("button", [{"send": "1"}, {"upload": "other_1"}])
    def test_page_of_a_replaced_request_stores_nothing(
        self, receipt: FilingReceipt, officer: User, button: dict[str, str]
    ) -> None:
        """Without scripts, or the plain form that the script sends if its answer lacks the question."""
        citizen = Client()
        hidden = sent_by(citizen.get(self.url(receipt)).text)
        replace(receipt.dossier, officer)
        data = {**hidden, **button, "other_1": picture("giay-a.png"), "purpose": "Để mở cửa hàng"}
        answer = citizen.post(self.url(receipt), data)
        assert answer.status_code == 409
        for words in (
            "Cơ quan đã thay yêu cầu bổ sung",
            "giay-a.png",
            "Câu hỏi của Giấy A",
            "Để mở cửa hàng",
        ):
            assert words in answer.text, words
        assert f'href="{self.url(receipt)}"' in answer.text
        assert not Attachment.objects.filter(purpose="supplement").exists()
        assert receipt.dossier.supplement_requests.get(number=2).typed == {}
        page = citizen.get(self.url(receipt)).text
        assert "Để mở cửa hàng" not in page
        answer = citizen.post(
            self.url(receipt),
            {**sent_by(page), "other_1": picture("giay-b.png"), "purpose": "x"},
        )
        assert answer["Location"] == f"/ho-so/{receipt.token}/"
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.status == Status.PROCESSING

    def test_background_save_is_refused_with_a_message(self, receipt: FilingReceipt, officer: User) -> None:
        hidden = sent_by(Client().get(self.url(receipt)).text)
        replace(receipt.dossier, officer)
        answer = Client().post(self.url(receipt), {**hidden, "autosave": "1", "purpose": "Mở quán"})
        assert answer.status_code == 409
        assert "không được lưu nữa" in answer.json()["message"]
        assert receipt.dossier.supplement_requests.get(number=2).typed == {}

    def test_answered_request_followed_by_another(self, receipt: FilingReceipt, officer: User) -> None:
        citizen = Client()
        hidden = sent_by(citizen.get(self.url(receipt)).text)
        citizen.post(self.url(receipt), {**hidden, "other_1": picture(), "purpose": "Một"})
        receipt.dossier.refresh_from_db()
        request(receipt.dossier, officer, "Giấy B")
        late = citizen.post(self.url(receipt), {**hidden, "other_1": picture(), "purpose": "Hai"})
        assert late.status_code == 409
        assert "Bạn đã gửi bổ sung trước đó" in late.text
        assert "Từ đó cơ quan đã yêu cầu nội dung khác" in late.text
        assert "Hai" in late.text

    @pytest.mark.parametrize("malformed", ["", "x", "²", "-1", "9" * 40])
    def test_unknown_request_stores_nothing(self, receipt: FilingReceipt, malformed: str) -> None:
        data = {"version": "3", "request": malformed, "other_1": picture(), "purpose": "Một"}
        assert Client().post(self.url(receipt), data).status_code == 409
        assert not Attachment.objects.filter(purpose="supplement").exists()

    def test_text_typed_before_the_visit_ended_is_not_restored_into_another_request(
        self, receipt: FilingReceipt, officer: User
    ) -> None:
        hidden = sent_by(Client().get(self.url(receipt)).text)
        replace(receipt.dossier, officer)
        kept = {f"kept.{name}": text for name, text in {**hidden, "purpose": "Mở quán"}.items()}
        data = {**kept, "next": "supplement", "code": receipt.code, "lookup_key": receipt.lookup_key}
        answer = Client().post("/tra-cuu/", data)
        assert answer.status_code == 409
        assert "Mở quán" in answer.text
        assert receipt.dossier.supplement_requests.get(number=2).typed == {}

    def test_prepared_files_and_texts_of_a_withdrawn_request_are_named(
        self, receipt: FilingReceipt, officer: User, client: Client
    ) -> None:
        citizen = Client()
        hidden = sent_by(citizen.get(self.url(receipt)).text)
        data = {**hidden, "upload": "other_1", "other_1": picture("giay-a.png"), "purpose": "Mở quán"}
        citizen.post(self.url(receipt), data)
        form = client.get(reverse("one_stop:action", args=[receipt.code, "lift_supplement"])).text
        assert "Công dân đã chuẩn bị một phần" in form
        do(receipt.dossier, Action.LIFT_SUPPLEMENT, officer, at=NOW)
        words = ("Cơ quan đã rút yêu cầu trước", "giay-a.png", "Mở quán")
        page = citizen.get(f"/ho-so/{receipt.token}/").text
        assert all(text in page for text in words)
        request(receipt.dossier, officer, "Giấy B")
        page = citizen.get(self.url(receipt)).text
        assert all(text in page for text in words)
        citizen.post(self.url(receipt), {**sent_by(page), "other_1": picture("b.png"), "purpose": "x"})
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.status == Status.PROCESSING
        request(receipt.dossier, officer, "Giấy C")
        assert "giay-a.png" not in citizen.get(self.url(receipt)).text

    def test_closing_tells_both_sides_what_was_prepared_and_not_sent(
        self, receipt: FilingReceipt, officer: User
    ) -> None:
        citizen, client = Client(), Client()
        hidden = sent_by(citizen.get(self.url(receipt)).text)
        data = {**hidden, "upload": "other_1", "other_1": picture("giay-a.png"), "purpose": "Mở quán"}
        citizen.post(self.url(receipt), data)
        receipt.dossier.supplement_requests.update(supplement_due_at=NOW + timedelta(days=10))
        with time_machine.travel(AFTERWARDS, tick=False):
            client.force_login(officer)
            begun = "Công dân đã chuẩn bị một phần nội dung bổ sung"
            assert begun in client.get(reverse("one_stop:dossier", args=[receipt.code])).text
            assert begun in client.get(reverse("one_stop:action", args=[receipt.code, "close"])).text
            do(receipt.dossier, Action.CLOSE, officer, at=AFTERWARDS)
            page = citizen.get(f"/ho-so/{receipt.token}/").text
            words = ("Bạn đã chuẩn bị những nội dung này nhưng chưa gửi", "giay-a.png", "Mở quán")
            assert all(text in page for text in words)
            late = citizen.post(self.url(receipt), hidden, follow=True)
            assert "Chưa gửi được gì: cơ quan không còn chờ" in late.text
            assert begun not in client.get(reverse("one_stop:dossier", args=[receipt.code])).text

    def test_request_that_ends_while_files_arrive_names_them(
        self, receipt: FilingReceipt, officer: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        citizen = Client()
        hidden = sent_by(citizen.get(self.url(receipt)).text)
        save = services.save_supplement

        def lifted_meanwhile(**arguments: Any) -> None:
            do(receipt.dossier, Action.LIFT_SUPPLEMENT, officer, at=NOW)
            save(**arguments)

        monkeypatch.setattr(services, "save_supplement", lifted_meanwhile)
        late = citizen.post(self.url(receipt), {**hidden, "other_1": picture("b.png"), "purpose": "Mở quán"})
        assert late.status_code == 409
        assert "b.png" in late.text
        assert "Mở quán" in late.text

    def test_visit_by_lookup_key_names_the_request_too(self, receipt: FilingReceipt, officer: User) -> None:
        replace(receipt.dossier, officer)
        visit = credentials.visit_token(receipt.dossier)
        assert sent_by(Client().get(f"/ho-so/{visit}/bo-sung/").text)["request"] == "2"


class TestCounter:
    RECORD: dict[str, Any] = {
        "received_other_1": "yes", "copy_other_1": "original", "count_other_1": "2", "note_other_1": "Bản gốc GCN",
        "received_purpose": "yes", "text_purpose": "Mở quán",
    }  # fmt: skip

    def url(self, receipt: FilingReceipt) -> str:
        return reverse("one_stop:action", args=[receipt.code, "supply"])

    @pytest.mark.parametrize("fresh_version", [False, True])
    def test_record_for_a_replaced_request_is_shown_for_copying_only(
        self, receipt: FilingReceipt, officer: User, client: Client, *, fresh_version: bool
    ) -> None:
        hidden = sent_by(client.get(self.url(receipt)).text)
        assert hidden["request"] == "1"
        replace(receipt.dossier, officer)
        if fresh_version:
            hidden["version"] = str(receipt.dossier.version)
        data = {**hidden, **self.RECORD, "scan_other_1": [picture("gcn.png")]}
        answer = client.post(self.url(receipt), data)
        assert answer.status_code == 409
        assert "không còn hiệu lực" in answer.text
        for text in ("Bản gốc GCN", "Mở quán", "gcn.png"):
            assert f">{text}</textarea>" in answer.text, text
        assert "Ghi chú: Giấy A" in answer.text
        assert "Ghi chú: Giấy B" in answer.text
        assert "checked" not in answer.text
        assert 'value="Bản gốc GCN"' not in answer.text
        again = sent_by(answer.text)
        assert again == {"version": str(receipt.dossier.version), "request": "2"}
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.status == Status.SUPPLEMENT
        assert client.post(self.url(receipt), {**again, **self.RECORD}).status_code == 302
        assert SupplementRequest.objects.get(number=2).received_items["other_1"]["note"] == "Bản gốc GCN"

    def test_withdrawn_request_keeps_its_own_labels(
        self, receipt: FilingReceipt, officer: User, client: Client
    ) -> None:
        hidden = sent_by(client.get(self.url(receipt)).text)
        replace(receipt.dossier, officer)
        do(receipt.dossier, Action.LIFT_SUPPLEMENT, officer, at=NOW)
        answer = client.post(self.url(receipt), {**hidden, **self.RECORD})
        assert answer.status_code == 409
        assert "Ghi chú: Giấy A" in answer.text
        assert "Giấy B" not in answer.text

    def test_form_kept_over_a_sign_in_is_not_filled_into_another_request(
        self, receipt: FilingReceipt, officer: User, client: Client
    ) -> None:
        hidden = sent_by(client.get(self.url(receipt)).text)
        client.logout()
        client.post(self.url(receipt), {**hidden, **self.RECORD}, headers={"Sec-Fetch-Mode": "navigate"})
        replace(receipt.dossier, officer)
        kept = client.session["kept_form"]
        client.force_login(officer)
        session = client.session
        session["kept_form"] = {**kept, "user": None}
        session.save()
        answer = client.get(self.url(receipt))
        assert answer.status_code == 409
        assert ">Bản gốc GCN</textarea>" in answer.text
        assert "checked" not in answer.text
